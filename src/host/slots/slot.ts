import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { Timer } from '../../core/base/timer.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Submission } from '../../core/connection/send/outbox.ts';
import type { StateRow, StateWord } from '../../core/connection/report.ts';
import type { OutgoingMessage } from '../../core/message/outgoingMessage.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { kindOf, tapActionOf } from '../../core/record/record.ts';
import type { HandshakeFacts } from '../../core/record/handshakeFacts.ts';
import type { SettingValues } from '../../core/settings/settingsTable.ts';
import type {
  ObservedSocket,
  Side,
  SocketControl,
  SocketOrigin,
  SocketOwner,
} from '../../core/slot/observedSocket.ts';
import { Recorded } from '../recording/recorded.ts';
import { Recorder, type RecorderPorts, type RecorderSubject } from '../recording/recorder.ts';

export interface SlotOptions {
  readonly id: string;
  /** Unlike that of any other slot or connection. */
  readonly name: string;
  /** What makes the name another one than that of slots before: ` (2)`; empty if nothing has to. */
  readonly ordinal: string;
  readonly values: SettingValues;
  /** Whether sockets of several paths are recorded in it at once, because there are so many. */
  readonly isShared: boolean;
}

/** What is shown of a slot's state. */
export interface SlotState {
  readonly word: StateWord;
  readonly severity: StateRow['severity'];
  readonly sentence: string;
}

/** A change of what is held is shown so much later. */
const heldNoticeMs = 100;

const opening: SlotState = { word: 'connecting', severity: 'info', sentence: 'Opening.' };

/**
 * Consecutive sockets of one owner and path that this window has not dialled, in one capture: what a
 * connection is for sockets of our own.
 */
export class Slot extends Recorded implements RecorderSubject, Disposable {
  readonly #store = new DisposableStore();
  readonly #clock: Clock;
  readonly #log: Logger;
  protected readonly recorder: Recorder;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  readonly #isShared: boolean;
  readonly #heldTimer: Timer;
  /**
   * The sockets that are open, oldest first; more than one only if it is shared, or if those before the
   * last are closing.
   */
  readonly #sockets = new Set<SlotSocket>();
  #origin: SocketOrigin;
  #state = opening;
  #openedAt: number | undefined;
  #closedAt = 0;
  #handshake: HandshakeFacts | undefined;
  #isPaused = false;
  #serverOrigin = '';
  #originSince = 0;

  readonly id: string;
  readonly name: string;
  readonly ordinal: string;
  /** Nothing waits for the next socket: the program would not expect it. */
  readonly queuedCount = 0;
  /** Anything that is shown of it has changed, traffic included. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(options: SlotOptions, origin: SocketOrigin, ports: RecorderPorts) {
    super();
    this.id = options.id;
    this.name = options.name;
    this.ordinal = options.ordinal;
    this.#isShared = options.isShared;
    this.#origin = origin;
    this.#clock = ports.clock;
    this.#heldTimer = this.#store.add(new Timer(ports.clock));
    this.#log = ports.log;
    const { values } = options;
    const canPause = origin.owner.kind === 'tap';
    this.recorder = this.#store.add(
      new Recorder(this, { url: origin.url, values, observed: { canPause } }, ports),
    );
    this.#store.add(this.recorder.onDidChange(() => this.#onDidChange.fire(undefined)));
  }

  /** Who has its sockets, as the latest of them says. */
  get owner(): SocketOwner {
    return this.#origin.owner;
  }

  get path(): string {
    return this.#origin.path;
  }

  /** What its name says beside owner, path and ordinal, such as the title of a page; may be empty. */
  get title(): string {
    const { name, ordinal, path, owner } = this;
    const wanted = name.slice(0, name.length - ordinal.length);
    const title = wanted.endsWith(path) ? wanted.slice(0, wanted.length - path.length) : wanted;
    return title.trim() === owner.label ? '' : title.trim();
  }

  /** That of the latest socket, without secrets. */
  get url(): string {
    return this.#origin.url;
  }

  /**
   * Whether the source of the latest socket never tells of pings, pongs and close frames. Sockets that
   * share a slot may have several.
   */
  get messagesOnly(): boolean {
    return !this.#isShared && this.#origin.messagesOnly === true;
  }

  get state(): SlotState {
    return this.#state;
  }

  /**
   * The origin (RFC 6454) of the server that the latest socket leads to, where that can be sent to;
   * empty if it never was.
   */
  get serverOrigin(): string {
    return this.#serverOrigin;
  }

  /** Milliseconds since 1970: what it received earlier came from another origin. */
  get originSince(): number {
    return this.#originSince;
  }

  get stateWord(): StateWord {
    return this.#state.word;
  }

  get isOpen(): boolean {
    return this.#sockets.size > 0;
  }

  /** When the latest socket was connected, while it is; in milliseconds of the monotonic clock. */
  get openedAt(): number | undefined {
    return this.#openedAt;
  }

  /** When the last socket ended, in milliseconds of the monotonic clock. */
  get closedAt(): number {
    return this.#closedAt;
  }

  /** That of the latest socket, masked, if it is known. */
  get handshake(): HandshakeFacts | undefined {
    return this.#handshake;
  }

  /** What can be done to the socket that is open; `undefined` if nothing can, or none is. */
  get control(): SocketControl | undefined {
    const [only, ...others] = this.#current;
    return others.length === 0 ? only?.control : undefined;
  }

  /**
   * Whether the next socket may go on here: none is open, or one side has closed those that are, which
   * may then take seconds to end.
   */
  get isFree(): boolean {
    return !this.#isShared && this.#current.every(({ isLeaving }) => isLeaving);
  }

  /** How many messages wait in its tap for the user, both ways. */
  get heldCount(): number {
    const held = this.control?.held;
    return held ? held.queue('in').messages.length + held.queue('out').messages.length : 0;
  }

  /** What would happen to a message now; `undefined` if it would be refused. */
  get takes(): Submission['delivery'] | undefined {
    return this.control ? 'written' : undefined;
  }

  /** Whether this can be sent now. */
  accepts(kind: OutgoingMessage['kind']): boolean {
    return this.control !== undefined && kind !== 'ping';
  }

  /**
   * Sends a message into the socket that is open, or closes it to both sides.
   *
   * @throws UserError if nothing can be sent
   */
  submit(message: OutgoingMessage, to: Side = 'server'): Submission {
    const { control } = this;
    if (!control || message.kind === 'ping') {
      throw new UserError(this.refusalOf(message.kind));
    }
    if (message.kind === 'close') {
      control.close(message.code, message.reason);
      return { delivery: 'written', done: Promise.resolve() };
    }
    const done = control.send(message.data, to, message.shown);
    done.catch(() => undefined);
    return { delivery: 'written', done };
  }

  /**
   * Calls `onLost` with what happened, to be read after "the connection", if the socket that is open
   * ends.
   */
  watchLoss(onLost: (what: string) => void): Disposable {
    const open = () => (this.#isShared ? this.isOpen : this.#current[0]);
    let before = open();
    return this.onDidChange(() => {
      const now = open();
      if (before && before !== now) {
        onLost('was closed');
      }
      before = now;
    });
  }

  /** Why nothing, or not this, can be sent now, as a sentence. */
  refusalOf(kind: OutgoingMessage['kind']): string {
    if (this.owner.kind === 'watch') {
      return l10n.t(
        'The sockets of a debug session can only be watched. Put a tap in front of the server to send.',
      );
    }
    if (kind === 'ping' && this.control) {
      return l10n.t('A tap sends no pings of its own: the sides would not expect the answer.');
    }
    return this.isOpen
      ? l10n.t(
          'Several sockets are recorded here together, so which of them is meant is not known.',
        )
      : l10n.t('No socket is open here. It goes on when the program connects again.');
  }

  setValues(values: SettingValues): void {
    this.recorder.setValues(values);
  }

  /** Takes the next socket. */
  take(origin: SocketOrigin, control: SocketControl | undefined): ObservedSocket {
    let following: Disposable | undefined;
    const socket: SlotSocket = new SlotSocket(control, {
      append: (at, flags, payload, frame) => this.recorder.append(at, flags, payload, frame),
      report: (row, at, isRemark) => {
        // Nothing can be held before it is connected.
        following ??= control?.held?.onDidChange(() => this.#noteHeld());
        this.#report(socket, origin, row, at, isRemark);
      },
      isPaused: () => this.#isPaused,
      end: () => {
        following?.dispose();
        this.#end(socket);
      },
    });
    if (!this.#isShared) {
      for (const before of this.#sockets) {
        before.isSucceeded = true;
      }
    }
    this.#sockets.add(socket);
    this.#origin = this.#isShared ? { ...origin, path: this.path, url: this.url } : origin;
    this.#handshake = undefined;
    this.#noteOrigin(control);
    this.#setState(socket, opening);
    return socket;
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    for (const socket of [...this.#sockets]) {
      socket.firePressure(isPaused);
    }
  }

  dispose(): void {
    this.#sockets.clear();
    this.#store.dispose();
  }

  /** The open sockets without those that another one has succeeded. */
  get #current(): readonly SlotSocket[] {
    return [...this.#sockets].filter(({ isSucceeded }) => !isSucceeded);
  }

  /** In a flood messages come and go thousands of times a second. */
  #noteHeld(): void {
    if (!this.#heldTimer.isRunning) {
      this.#heldTimer.start(heldNoticeMs, () => this.#onDidChange.fire(undefined));
    }
  }

  #noteOrigin(control: SocketControl | undefined): void {
    if (control && control.serverOrigin !== this.#serverOrigin) {
      this.#originSince = this.#serverOrigin === '' ? 0 : this.#clock.now();
      this.#serverOrigin = control.serverOrigin;
    }
  }

  #report(
    socket: SlotSocket,
    { path }: SocketOrigin,
    row: StateRow,
    at: number | undefined,
    isRemark: boolean,
  ): void {
    const { state: word, severity } = row;
    const isOver = word === 'disconnected' || word === 'failed';
    if (socket.isSucceeded) {
      // The row stands among those of the next socket, whose state is shown.
      this.recorder.report({ ...row, text: `The socket before: ${row.text}` }, at);
      socket.isOver ||= isOver;
      return;
    }
    const text = this.#isShared ? `${path}: ${row.text}` : row.text;
    this.recorder.report({ ...row, text }, at);
    if (isRemark) {
      return;
    }
    this.#handshake = row.handshake ?? this.#handshake;
    if (isOver && this.#state.word !== word) {
      this.#log.info(`${this.name}: ${text}`);
    }
    socket.isOver = isOver;
    this.#setState(socket, { word, severity, sentence: text });
  }

  #end(socket: SlotSocket): void {
    if (this.#sockets.has(socket)) {
      if (!socket.isOver) {
        const text = 'The socket is gone; why was not seen.';
        socket.report({ state: 'disconnected', severity: 'info', text });
      }
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) {
        this.#closedAt = this.#clock.monotonic();
      }
      this.#onDidChange.fire(undefined);
    }
  }

  /** While other sockets of a shared slot are open, the end of one is not its own. */
  #setState(socket: SlotSocket, state: SlotState): void {
    const isAnyOpen = [...this.#sockets].some(
      each => each !== socket && !each.isOver && !each.isSucceeded,
    );
    const word = isAnyOpen ? 'connected' : state.word;
    if (word !== 'connected') {
      this.#openedAt = undefined;
    } else if (this.#state.word !== 'connected') {
      this.#openedAt = this.#clock.monotonic();
    }
    this.#state = { ...state, word };
    this.#onDidChange.fire(undefined);
  }
}

interface SlotSocketPorts {
  readonly append: ObservedSocket['append'];
  readonly report: (row: StateRow, at: number | undefined, isRemark: boolean) => void;
  readonly isPaused: () => boolean;
  readonly end: () => void;
}

/** One socket of a slot, until it ends; what comes afterwards is ignored. */
class SlotSocket implements ObservedSocket {
  readonly #ports: SlotSocketPorts;
  readonly #onDidChangePressure = new Emitter<boolean>();
  #hasEnded = false;

  readonly control: SocketControl | undefined;
  readonly onDidChangePressure = this.#onDidChangePressure.event;
  /** Whether its end has a row. */
  isOver = false;
  /** Whether the slot goes on with another socket, although this one has not ended. */
  isSucceeded = false;
  #isClosing = false;

  constructor(control: SocketControl | undefined, ports: SlotSocketPorts) {
    this.control = control;
    this.#ports = ports;
  }

  get isUnderPressure(): boolean {
    return !this.#hasEnded && this.#ports.isPaused();
  }

  /** Whether it is about to end: one side has closed it, and nothing waits for the user. */
  get isLeaving(): boolean {
    const { held } = this.control ?? {};
    const waits = (['in', 'out'] as const).some(
      side => held && held.queue(side).messages.length > 0,
    );
    return this.isOver || (this.#isClosing && !waits);
  }

  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    if (!this.#hasEnded) {
      this.#isClosing ||= kindOf(flags) === 'close' && tapActionOf(flags) !== 'dropped';
      this.#ports.append(at, flags, payload, frame);
    }
  }

  report(row: StateRow, at?: number, isRemark = false): void {
    if (!this.#hasEnded) {
      this.#ports.report(row, at, isRemark);
    }
  }

  firePressure(isHigh: boolean): void {
    this.#onDidChangePressure.fire(isHigh);
  }

  end(): void {
    this.#ports.end();
    this.#hasEnded = true;
    this.#onDidChangePressure.dispose();
  }
}
