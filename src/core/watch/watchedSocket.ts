import type { StateRow } from '../connection/report.ts';
import { describeCause } from '../connection/state/cause.ts';
import { CloseCode } from '../connection/wire/closeCode.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import type { HandshakeFacts } from '../record/handshakeFacts.ts';
import type { ScriptPlace, WatchFacts } from '../record/watchFacts.ts';
import type { ObservedSocket } from '../slot/observedSocket.ts';
import { shortened } from '../text/plainText.ts';
import { visibleLine } from '../text/visibleText.ts';
import { shortPlace, type SocketAddress } from './socketNames.ts';

/** How a socket came to its end; without a code if nothing tells it. */
export interface SocketEnd {
  readonly code?: number;
  readonly reason?: string;
  /** What can be done to see the code, where nothing tells it. */
  readonly advice?: string;
}

const maxWordsLength = 400;

/** One socket of a watched program: what happens to it becomes rows of its slot. */
export class WatchedSocket {
  readonly #observed: ObservedSocket;
  readonly #session: string;
  readonly #address: SocketAddress;
  #state: 'opening' | 'open' | 'failed' = 'opening';
  #isOfServer = false;
  #hasEnded = false;

  /** @param session the id of the debug session */
  constructor(observed: ObservedSocket, session: string, address: SocketAddress) {
    this.#observed = observed;
    this.#session = session;
    this.#address = address;
  }

  get isOpening(): boolean {
    return this.#state === 'opening';
  }

  /** @param calls as they may be kept */
  opening(at: number, calls: readonly ScriptPlace[]): void {
    const [first] = calls;
    const from = first ? `, from ${visibleLine(shortPlace(first))}` : '';
    this.#report(at, 'connecting', 'info', `Opening ${visibleLine(this.#address.url)}${from}.`, {
      watch: { session: this.#session, ...(calls.length > 0 && { openedAt: calls }) },
    });
  }

  /** The program is a server, to which a client opens it. */
  accepting(at: number): void {
    this.#isOfServer = true;
    const sentence = `A client opens ${visibleLine(this.#address.url)}.`;
    this.#report(at, 'connecting', 'info', sentence, { watch: { session: this.#session } });
  }

  /** It is first seen while it is open. */
  foundOpen(at: number, sentence: string, watch: Omit<WatchFacts, 'session'> = {}): void {
    this.#state = 'open';
    this.#report(at, 'connected', 'info', sentence, {
      watch: { session: this.#session, ...watch },
    });
  }

  opened(at: number, handshake: HandshakeFacts): void {
    this.#state = 'open';
    const agreed = [
      handshake.subprotocol ? `subprotocol ${handshake.subprotocol}` : '',
      handshake.extensions ?? '',
    ].filter(text => text !== '');
    const details = agreed.length > 0 ? ` (${this.#said(agreed.join(', '))})` : '';
    const host = visibleLine(this.#address.host);
    // The host is the program itself then.
    const done = this.#isOfServer ? `A client has connected to ${host}` : `Connected to ${host}`;
    const sentence = `${done}${details}.`;
    this.#report(at, 'connected', 'info', sentence, { handshake });
  }

  /**
   * The opening handshake failed.
   *
   * @param cause a stranger's words, without secrets
   */
  failed(at: number, cause: string, more: Pick<StateRow, 'code' | 'handshake'> = {}): void {
    this.#state = 'failed';
    const words = this.#said(cause.replace(/\.$/, ''));
    const host = visibleLine(this.#address.host);
    this.#report(at, 'failed', 'error', `No connection to ${host}: ${words}.`, more);
  }

  /** Says something about the socket that does not change its state. */
  remark(at: number, severity: 'info' | 'warning', sentence: string): void {
    const state = this.#state === 'open' ? 'connected' : 'connecting';
    this.#report(at, state, severity, sentence);
  }

  /** The same with a stranger's words at the end. */
  problem(at: number, sentence: string, words: string): void {
    this.remark(at, 'warning', `${sentence}: ${this.#said(words.replace(/\.$/, ''))}.`);
  }

  message(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    this.#observed.append(at, flags, payload, frame);
  }

  /** The program or the debugger told that it is closed. */
  closed(at: number, { code, reason = '', advice = '' }: SocketEnd): void {
    if (this.#state === 'failed') {
      this.#end();
    } else if (code === undefined) {
      const when = this.#state === 'opening' ? ' before it was open' : '';
      const severity = this.#state === 'opening' ? 'warning' : 'info';
      const more = advice === '' ? '' : `; ${advice}`;
      this.ended(at, severity, `Closed${when} (the debugger does not tell the code${more}).`);
    } else {
      const kind = code === CloseCode.Abnormal ? 'lost' : 'closeframe';
      const severity = kind === 'lost' ? 'warning' : 'info';
      const cause = describeCause({ kind, close: code, reason }, { host: this.#address.host });
      this.ended(at, severity, `${cause}.`, code);
    }
  }

  /** Nothing more can be seen of it. */
  ended(at: number, severity: 'info' | 'warning', sentence: string, code?: number): void {
    if (!this.#hasEnded && this.#state !== 'failed') {
      this.#report(at, 'disconnected', severity, sentence, code === undefined ? {} : { code });
    }
    this.#end();
  }

  #end(): void {
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.#observed.end();
    }
  }

  #report(
    at: number,
    state: StateRow['state'],
    severity: StateRow['severity'],
    text: string,
    more: Pick<StateRow, 'code' | 'handshake' | 'watch'> = {},
  ): void {
    this.#observed.report({ state, severity, text, ...more }, at);
  }

  #said(words: string): string {
    return shortened(visibleLine(shortened(words, maxWordsLength)), maxWordsLength);
  }
}
