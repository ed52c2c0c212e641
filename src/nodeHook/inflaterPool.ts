import { Inflater, type Zlib } from './inflater.ts';

/** Each has some 60 KiB, besides what it must remember. */
const maxOpen = 128;
/** What all of them may remember together, in bytes. */
const maxRemembered = 64 * 1024 * 1024;

/** Opens the inflaters of all sockets, and bounds the memory that they take in the program. */
export class InflaterPool {
  readonly #zlib: () => Zlib | undefined;
  /** Those with a stream, the one that was used longest ago first. */
  readonly #open = new Set<Inflater>();
  /** Those that remember something, in the same order. */
  readonly #remembering = new Map<Inflater, number>();
  #remembered = 0;

  constructor(zlib: () => Zlib | undefined) {
    this.#zlib = zlib;
  }

  /**
   * @param keepsContext whether a message may refer to those before it
   * @returns `undefined` where Node gives no zlib
   */
  create(keepsContext: boolean): Inflater | undefined {
    const zlib = this.#zlib();
    return zlib && new Inflater(zlib, keepsContext);
  }

  /** Calls `done` once, with `undefined` if the payload cannot be inflated. */
  inflate(inflater: Inflater, payload: Buffer, done: (payload: Buffer | undefined) => void): void {
    this.#open.delete(inflater);
    this.#open.add(inflater);
    this.#rest();
    inflater.inflate(payload, inflated => {
      this.#note(inflater);
      done(inflated);
    });
  }

  /** It is not needed any more. */
  release(inflater: Inflater): void {
    inflater.close();
    this.#open.delete(inflater);
    this.#note(inflater);
  }

  #rest(): void {
    if (this.#open.size <= maxOpen) {
      return;
    }
    for (const each of this.#open) {
      if (!each.isBusy) {
        each.rest();
        this.#open.delete(each);
        return;
      }
    }
  }

  #note(inflater: Inflater): void {
    this.#remembered -= this.#remembering.get(inflater) ?? 0;
    this.#remembering.delete(inflater);
    const { rememberedBytes } = inflater;
    if (rememberedBytes > 0) {
      this.#remembering.set(inflater, rememberedBytes);
      this.#remembered += rememberedBytes;
    }
    for (const [each] of this.#remembering) {
      if (this.#remembered <= maxRemembered) {
        return;
      }
      if (!each.isBusy && each !== inflater) {
        this.release(each);
      }
    }
  }
}
