import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { DecodeRule } from '../../core/decode/decodeRule.ts';
import type { Source, Sources } from '../captures/sources.ts';
import type { DecoderRules } from './decoderRules.ts';
import type { ScopedRule } from './protobufSteps.ts';

export interface DecoderChoicesPorts {
  readonly sources: Sources;
  readonly rules: Pick<DecoderRules, 'for' | 'chosen' | 'onDidChange'>;
}

/** How the messages of each source are decoded: what was chosen for now comes before the settings. */
export class DecoderChoices implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: DecoderChoicesPorts;
  /** By the key of a capture. */
  readonly #chosen = new Map<string, ScopedRule>();
  /** The rules that each capture has, as text. */
  readonly #told = new Map<number, string>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: DecoderChoicesPorts) {
    this.#ports = ports;
    const tell = () => this.#tell();
    this.#store.add(ports.sources.onDidChange(tell));
    this.#store.add(ports.rules.onDidChange(tell));
    tell();
  }

  /** What was chosen for a source until the window is closed. */
  chosenFor({ captureKey }: Source): ScopedRule | undefined {
    return this.#chosen.get(captureKey);
  }

  /** @param rule `undefined`: as the settings say, or else by what the messages look like */
  choose({ captureKey }: Source, rule: ScopedRule | undefined): void {
    if (rule) {
      this.#chosen.set(captureKey, rule);
    } else {
      this.#chosen.delete(captureKey);
    }
    this.#tell();
    this.#onDidChange.fire(undefined);
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** All rules for a source, the first of which decides. */
  rulesFor(source: Source): readonly DecodeRule[] {
    const { rules } = this.#ports;
    const chosen = this.chosenFor(source);
    return [...(chosen ? [rules.chosen(chosen)] : []), ...rules.for(nameOf(source))];
  }

  #tell(): void {
    const { sources } = this.#ports;
    for (const source of sources.withPast) {
      const { capture } = source;
      const rules = this.rulesFor(source);
      const text = textOf(rules);
      if (text !== (this.#told.get(capture.id) ?? '[]')) {
        this.#told.set(capture.id, text);
        capture.setDecoders(rules);
      }
    }
  }
}

/** The numbers of schemas, which are too long to be compared each time. */
const numbers = new WeakMap<object, number>();
let newest = 0;

function textOf(rules: readonly DecodeRule[]): string {
  return JSON.stringify(rules, (name, value: unknown) => {
    if (name !== 'table' || typeof value !== 'object' || value === null) {
      return value;
    }
    const number = numbers.get(value) ?? ++newest;
    numbers.set(value, number);
    return number;
  });
}

/** What rules of the settings name it by. */
export function nameOf(source: Source): string {
  switch (source.kind) {
    case 'connection':
      return source.monitored.name;
    case 'slot':
      return source.slot.name;
    case 'capture':
      return source.archived.name;
  }
}
