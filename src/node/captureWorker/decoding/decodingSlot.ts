import { messageOf } from '../../../core/base/errors.ts';
import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { PayloadPart } from '../../../core/capture/capture.ts';
import type { DecodeRule } from '../../../core/decode/decodeRule.ts';
import type { DecodedMessage } from '../../../core/decode/rowDecoding.ts';
import type { EventLatencies } from '../../../core/metrics/eventLatencies.ts';
import type { CaptureDecoding } from './captureDecoding.ts';

/** A capture's place for its decoding, which is there while a view or an export wants it. */
export class DecodingSlot {
  readonly #store: CaptureStore;
  readonly #url: string;
  #rules: readonly DecodeRule[];
  #decoding: CaptureDecoding | undefined;
  /** Views and exports that want it. */
  #users = 0;
  /** To be called once it is there or cannot be; empty while it is not loaded. */
  #waiting: (() => void)[] = [];
  /** Why it cannot be, as a sentence. */
  #problem: string | undefined;

  constructor(store: CaptureStore, url: string, rules: readonly DecodeRule[]) {
    this.#store = store;
    this.#url = url;
    this.#rules = rules;
  }

  /** `undefined` while its code is loaded, or if nobody wants it. */
  get decoding(): CaptureDecoding | undefined {
    return this.#decoding;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** @param onReady called later, once it is there or cannot be; not if it is there already */
  use(onReady: () => void): void {
    this.#users++;
    if (this.#decoding) {
      return;
    }
    this.#waiting.push(onReady);
    if (this.#waiting.length === 1) {
      void this.#load().finally(() => this.#waiting.splice(0).forEach(ready => ready()));
    }
  }

  /** The same; resolves once it is there or cannot be. */
  async useLoaded(): Promise<void> {
    await new Promise<void>(resolve => {
      this.use(resolve);
      if (this.#decoding) {
        resolve();
      }
    });
  }

  /** What was asked for with `use` is not wanted any more. */
  leave(): void {
    this.#users--;
    if (this.#users === 0) {
      this.#decoding = undefined;
    }
  }

  setRules(rules: readonly DecodeRule[]): void {
    this.#rules = rules;
    this.#decoding?.setRules(rules);
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
    try {
      const { decodingOf } = await import('./decoders.ts');
      if (this.#users > 0) {
        this.#decoding = decodingOf(this.#store, this.#url, this.#rules);
      }
      this.#problem = undefined;
    } catch (error) {
      this.#problem = `Messages cannot be decoded: ${messageOf(error)}`;
    }
  }
}
