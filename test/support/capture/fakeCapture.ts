import { Emitter } from '../../../src/core/base/event.ts';
import { toDisposable } from '../../../src/core/base/lifecycle.ts';
import type { Capture, OpenCapture, Storage } from '../../../src/core/capture/capture.ts';
import { dropAboveBytes } from '../../../src/core/capture/overflow.ts';
import { textsOf, type TextRun } from '../../../src/core/record/textRun.ts';
import { kindOf } from '../../../src/core/record/record.ts';

/** A capture that keeps its rows as texts, whose storage and pressure a test plays. */
export class FakeCapture implements Capture {
  readonly #onDidChangePressure = new Emitter<boolean>();
  readonly #onDidChangeStorage = new Emitter<Storage>();
  readonly id: number;
  readonly name: string;
  readonly kept: string[] = [];
  readonly onDidChange = new Emitter<never>().event;
  readonly onDidChangeStorage = this.#onDidChangeStorage.event;
  readonly onDidChangePressure = this.#onDidChangePressure.event;
  storage: Storage;
  limits: unknown;
  decoders: unknown;
  waitingByteLength = 0;
  isOpen = true;

  constructor(id: number, name: string, storage: Storage) {
    this.id = id;
    this.name = name;
    this.storage = storage;
  }

  get nextSeq(): number {
    return this.kept.length;
  }

  get extent() {
    return { first: 0, next: this.kept.length, byteLength: 0, dropped: 0 };
  }

  append(_at: number, flags: number, payload: Uint8Array): void {
    const text = Buffer.from(payload).toString();
    this.kept.push(kindOf(flags) === 'state' ? (JSON.parse(text) as { text: string }).text : text);
  }

  appendTexts(at: number, flags: number, run: TextRun): void {
    for (const payload of textsOf(run)) {
      this.append(at, flags, payload);
    }
  }

  setPressure(isHigh: boolean): void {
    this.waitingByteLength = isHigh ? dropAboveBytes + 1 : 0;
    this.#onDidChangePressure.fire(isHigh);
  }

  setStorage(storage: Storage): void {
    this.storage = storage;
    this.#onDidChangeStorage.fire(storage);
  }

  setLimits(limits: unknown): void {
    this.limits = limits;
  }

  setDecoders(rules: unknown): void {
    this.decoders = rules;
  }

  dispose(): void {
    this.isOpen = false;
  }

  readonly rows = () => Promise.resolve([]);
  readonly payload = () => Promise.resolve(undefined);
  readonly frame = () => Promise.resolve(undefined);
  readonly decoded = () => Promise.resolve(undefined);
  readonly layer = () => Promise.resolve(undefined);
  readonly judge = () => Promise.resolve(undefined);
  readonly summaries = () => Promise.resolve([]);
  readonly holdDecoders = () => toDisposable(() => undefined);
  readonly readers = () => Promise.resolve([]);
  readonly selectionReaders = () => Promise.resolve([]);
  readonly decodeSelection = () => Promise.resolve(undefined);
  readonly series = () => Promise.reject(new Error('Nothing is counted here'));
  readonly clear = () => Promise.resolve(true);
  readonly restore = () => Promise.resolve(false);
  readonly flush = () => Promise.resolve();
}

/** What opens such captures, and those that were opened. */
export class FakeCaptures {
  readonly all: FakeCapture[] = [];
  storage: Storage = { kind: 'file', path: '/captures/one.sqlite' };

  readonly open: OpenCapture = ({ name }) => {
    const capture = new FakeCapture(this.all.length + 1, name, this.storage);
    this.all.push(capture);
    return capture;
  };

  /** How many are open. */
  get openCount(): number {
    return this.all.filter(({ isOpen }) => isOpen).length;
  }
}
