import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { DecodeRule } from '../../core/decode/decodeRule.ts';
import type { Source, Sources } from '../captures/sources.ts';

export interface DecoderChoicesPorts {
  readonly sources: Sources;
  /** The rules of the settings for a connection, slot or capture of this name. */
  readonly rulesFor: (name: string) => readonly DecodeRule[];
  readonly onDidChangeSettings: (listener: () => void) => Disposable;
}

/** How the messages of each source are decoded: what was chosen for now comes before the settings. */
export class DecoderChoices implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: DecoderChoicesPorts;
  /** By the key of a capture. */
  readonly #chosen = new Map<string, DecodeRule>();
  /** The rules that each capture has, as text. */
  readonly #told = new Map<number, string>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: DecoderChoicesPorts) {
    this.#ports = ports;
    const tell = () => this.#tell();
    this.#store.add(ports.sources.onDidChange(tell));
    this.#store.add(ports.onDidChangeSettings(tell));
    tell();
  }

  /** What was chosen for a source until the window is closed. */
  chosenFor({ captureKey }: Source): DecodeRule | undefined {
    return this.#chosen.get(captureKey);
  }

  /** @param rule `undefined`: as the settings say, or else by what the messages look like */
  choose({ captureKey }: Source, rule: DecodeRule | undefined): void {
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

  #tell(): void {
    const { sources, rulesFor } = this.#ports;
    for (const source of sources.withPast) {
      const { capture } = source;
      const chosen = this.chosenFor(source);
      const rules = [...(chosen ? [chosen] : []), ...rulesFor(nameOf(source))];
      const text = JSON.stringify(rules);
      if (text !== (this.#told.get(capture.id) ?? '[]')) {
        this.#told.set(capture.id, text);
        capture.setDecoders(rules);
      }
    }
  }
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
