import { messageOf } from '../../../core/base/errors.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { PayloadPart } from '../../../core/capture/capture.ts';
import type { DecodeRule } from '../../../core/decode/decodeRule.ts';
import type { DecodedMessage } from '../../../core/decode/rowDecoding.ts';
import type { ScriptAccess } from '../../../core/decode/script/sessionScripts.ts';
import type { EventLatencies } from '../../../core/metrics/eventLatencies.ts';
import type { CaptureDecoding } from './captureDecoding.ts';

interface DecodingSlotOptions {
  readonly store: CaptureStore;
  readonly url: string;
  readonly rules: readonly DecodeRule[];
  /** What users' decoders are told that messages are of. */
  readonly connection: string;
  readonly scripts: ScriptAccess;
}

/** A capture's place for its decoding, which is there while a view or an export wants it. */
export class DecodingSlot {
  readonly #options: DecodingSlotOptions;
  #rules: readonly DecodeRule[];
  #decoding: CaptureDecoding | undefined;
  /** Views and exports that want it. */
  #users = 0;
  #loading: Promise<void> | undefined;
  #isClosed = false;
  /** Why it cannot be, as a sentence. */
  #problem: string | undefined;
  readonly #listeners = new Set<() => void>();
  #awaited: (() => void)[] = [];

  constructor(options: DecodingSlotOptions) {
    this.#options = options;
    this.#rules = options.rules;
  }

  /** `undefined` while its code is loaded, or if nobody wants it. */
  get decoding(): CaptureDecoding | undefined {
    return this.#decoding;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * @param onReady called later, whenever there is something to go on with: once it is there or cannot be, unless it is
   *   there already, when users' decoders have answered, and when the rules are others
   */
  use(onReady: () => void): void {
    this.#users++;
    this.#listeners.add(onReady);
    if (!this.#decoding) {
      this.#loading ??= this.#load();
    }
  }

  /** The same; resolves once it is there or cannot be. To be left without a listener. */
  async useLoaded(): Promise<void> {
    this.#users++;
    if (!this.#decoding) {
      await (this.#loading ??= this.#load());
    }
  }

  /** What was asked for with `use` is not wanted any more. @param onReady what it was asked for with */
  leave(onReady?: () => void): void {
    this.#users--;
    if (onReady) {
      this.#listeners.delete(onReady);
    }
    if (this.#users === 0) {
      this.#listeners.clear();
      this.#drop();
    }
  }

  /** Resolves when there is something to go on with, or the capture is closed. */
  goesOn(): Promise<void> {
    return new Promise(resolve => this.#awaited.push(resolve));
  }

  /** The capture is closed. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  setRules(rules: readonly DecodeRule[]): void {
    this.#rules = rules;
    this.#decoding?.setRules(rules);
    // Who waits for decoders that are not asked any more would wait forever.
    this.#goOn();
  }

  /** All rows that were there are gone. */
  cleared(): void {
    this.#decoding?.cleared();
  }

  /** Rows are back that were gone, of which nothing is known any more. */
  restart(): void {
    this.#decoding?.restart();
    this.#goOn();
  }

  message(seq: number): DecodedMessage | undefined {
    return this.#decoding?.message(seq);
  }

  layer(seq: number, layer: number, from: number, length: number): PayloadPart | undefined {
    return this.#decoding?.layer(seq, layer, from, length);
  }

  readers(seq: number): readonly string[] {
    return this.#decoding?.readers(seq) ?? [];
  }

  /** How long calls took, event by event. */
  latencies(): readonly EventLatencies[] {
    return this.#decoding?.latencies() ?? [];
  }

  async #load(): Promise<void> {
    const { store, url, connection, scripts } = this.#options;
    try {
      const { decodingOf } = await import('./decoders.ts');
      if (this.#users > 0 && !this.#isClosed) {
        const onDidAnswer = () => this.#goOn();
        const access = { ...scripts, connection, onDidAnswer };
        this.#decoding = decodingOf(store, url, this.#rules, access);
      }
      this.#problem = undefined;
    } catch (error) {
      this.#problem = `Messages cannot be decoded: ${messageOf(error)}`;
    }
    this.#loading = undefined;
    this.#goOn();
  }

  #goOn(): void {
    this.#awaited.splice(0).forEach(resolve => resolve());
    this.#listeners.forEach(listener => listener());
  }

  #drop(): void {
    this.#decoding?.close();
    this.#decoding = undefined;
    this.#awaited.splice(0).forEach(resolve => resolve());
  }
}
