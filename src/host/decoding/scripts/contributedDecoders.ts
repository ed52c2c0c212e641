import { extensions, type Extension } from 'vscode';
import { Emitter } from '../../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import type { Logger } from '../../../core/base/logger.ts';
import { isDecoderName } from '../../../core/decode/registry/decoderNames.ts';
import { isScriptFile } from '../../../core/decode/registry/scriptUse.ts';
import { isObject } from '../../../core/json/json.ts';
import { plain, type Sentence } from '../../ui/notify.ts';
import type { ContributedRequest } from './scriptRequest.ts';

/** A decoder that another extension brings along, and what that is called. */
export interface ContributedDecoder extends ContributedRequest {
  readonly extensionTitle: string;
}

type Installed = Pick<Extension<unknown>, 'id' | 'extensionUri'> & {
  readonly packageJSON: unknown;
};

/** What other extensions write into `contributes` of their package.json. */
const point = 'websocketMonitor.decoders';
const maxOfOne = 100;
/** Have a meaning of their own in rules. */
const taken = ['off', 'raw', 'map', 'protobuf', 'script'];

/** The decoders that the extensions bring along, which are not activated for that. */
export class ContributedDecoders implements Disposable {
  readonly #store = new DisposableStore();
  readonly #log: Logger;
  readonly #told = new Set<string>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #all: ReadonlyMap<string, ContributedDecoder>;

  /** Extensions were installed, removed, enabled or disabled, and with them decoders. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(log: Logger) {
    this.#log = log;
    this.#all = this.#read();
    this.#store.add(
      extensions.onDidChange(() => {
        const before = JSON.stringify(this.all);
        this.#all = this.#read();
        if (JSON.stringify(this.all) !== before) {
          this.#onDidChange.fire(undefined);
        }
      }),
    );
  }

  /** Ordered by the ids of their extensions. */
  get all(): readonly ContributedDecoder[] {
    return [...this.#all.values()];
  }

  find(name: string): ContributedDecoder | undefined {
    return this.#all.get(name);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #read(): ReadonlyMap<string, ContributedDecoder> {
    const found = new Map<string, ContributedDecoder>();
    const byId = [...(extensions.all as readonly Installed[])].sort((one, other) =>
      one.id < other.id ? -1 : 1,
    );
    for (const extension of byId) {
      for (const value of contributionsOf(extension)) {
        const decoder = this.#readOne(value, extension);
        const other = decoder && found.get(decoder.name);
        if (other) {
          this.#warn([
            'The extension {0} contributes the decoder "{1}", which the extension {2} contributes as well. That of {2} is used.',
            extension.id,
            other.name,
            other.extension,
          ]);
        } else if (decoder) {
          found.set(decoder.name, decoder);
        }
      }
    }
    return found;
  }

  #readOne(value: unknown, { id, extensionUri, packageJSON }: Installed) {
    const { name, title, module } = isObject(value) ? value : {};
    if (typeof name !== 'string' || !/^[a-z\d][\w.-]{0,63}$/i.test(name)) {
      this.#warn([
        'The extension {0} contributes a decoder whose "name" is none: it takes up to 64 letters, digits, and "-", "_" or ".".',
        id,
      ]);
      return undefined;
    }
    if (isDecoderName(name) || taken.includes(name)) {
      this.#warn([
        'The extension {0} contributes the decoder "{1}", which is the name of a decoder that is built in. That one is used.',
        id,
        name,
      ]);
      return undefined;
    }
    if (typeof module !== 'string' || !isScriptFile(module) || isAbove(module)) {
      this.#warn([
        'The extension {0} contributes the decoder "{1}", whose "module" must be a file in its folder that ends in .mjs, .js, .cjs, .mts or .ts.',
        id,
        name,
      ]);
      return undefined;
    }
    return {
      kind: 'contributed',
      name,
      title: typeof title === 'string' && title.trim() !== '' ? title.trim() : name,
      extension: id,
      extensionTitle: titleOf(packageJSON) ?? id,
      root: extensionUri.toString(),
      module,
    } satisfies ContributedDecoder;
  }

  #warn(sentence: Sentence): void {
    const text = plain(sentence);
    if (!this.#told.has(text)) {
      this.#told.add(text);
      this.#log.warn(text);
    }
  }
}

function contributionsOf({ packageJSON }: Installed): readonly unknown[] {
  const contributes = isObject(packageJSON) ? packageJSON['contributes'] : undefined;
  const decoders = isObject(contributes) ? contributes[point] : undefined;
  return Array.isArray(decoders) ? decoders.slice(0, maxOfOne) : [];
}

function titleOf(packageJSON: unknown): string | undefined {
  const title = isObject(packageJSON) ? packageJSON['displayName'] : undefined;
  return typeof title === 'string' && title !== '' ? title : undefined;
}

/** Whether a path is no path within a folder. */
function isAbove(path: string): boolean {
  return /^[\\/]|^[a-z]:/i.test(path) || path.split(/[\\/]/).includes('..');
}
