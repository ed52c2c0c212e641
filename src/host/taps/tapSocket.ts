import type { Event } from '../../core/base/event.ts';
import type { StateRow } from '../../core/connection/report.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import type { ObservedSocket } from '../../core/slot/observedSocket.ts';

interface TapSocketPorts {
  /** The row to add once it is connected, if there is one. */
  readonly onConnected: () => StateRow | undefined;
  readonly onEnd: () => void;
}

/** A tapped socket, to whose story the tap itself adds. */
export class TapSocket implements ObservedSocket {
  readonly #inner: ObservedSocket;
  readonly #ports: TapSocketPorts;
  #isConnected = false;

  readonly onDidChangePressure: Event<boolean>;

  constructor(inner: ObservedSocket, ports: TapSocketPorts) {
    this.#inner = inner;
    this.#ports = ports;
    this.onDidChangePressure = inner.onDidChangePressure;
  }

  get isUnderPressure(): boolean {
    return this.#inner.isUnderPressure;
  }

  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    this.#inner.append(at, flags, payload, frame);
  }

  report(row: StateRow, at?: number, isRemark = false): void {
    const wasConnected = this.#isConnected;
    this.#isConnected = row.state === 'connected';
    this.#inner.report(row, at, isRemark);
    if (this.#isConnected && !wasConnected) {
      const more = this.#ports.onConnected();
      if (more) {
        this.#inner.report(more, at, true);
      }
    }
  }

  /** Adds a row about the tap while it is connected. */
  note(row: StateRow): void {
    if (this.#isConnected) {
      this.#inner.report(row, undefined, true);
    }
  }

  end(): void {
    this.#isConnected = false;
    this.#inner.end();
    this.#ports.onEnd();
  }
}
