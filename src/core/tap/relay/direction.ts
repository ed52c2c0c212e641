import type { Clock } from '../../base/clock.ts';
import { Formats } from '../../base/format.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { CloseCode } from '../../connection/wire/closeCode.ts';
import type { FrameFacts } from '../../record/frameFacts.ts';
import { flagsOfTap, isMessage, kindOf, RowFlag, type Direction } from '../../record/record.ts';
import type { Agreement } from '../frames/agreement.ts';
import { FrameReader, type FrameListener } from '../frames/frameReader.ts';
import type { FillRandom } from '../frames/frameWriter.ts';
import type { Inflater } from '../frames/messageInflation.ts';
import { keptOfLargeMessage } from '../frames/payloadBuffer.ts';
import {
  maxGatedByteLength,
  type GateOutlet,
  type GateSink,
  type MessageGate,
  type OnDone,
  type TransitMessage,
} from '../gate.ts';
import { DirectionOutput } from './directionOutput.ts';
import { RawFrames, ReadMessage } from './readMessage.ts';

export interface DirectionPorts {
  readonly clock: Clock;
  readonly sink: GateSink;
  readonly agreement: Agreement;
  readonly maxMessageBytes: number;
  readonly createInflater: () => Inflater;
  readonly fillRandom: FillRandom;
  /** Writes to the target. The bytes are not changed after the call. */
  readonly write: (bytes: Uint8Array) => void;
  /** Passes on that the source has ended. */
  readonly end: () => void;
  /** Whether the gate wants the source to be read. */
  readonly setPaused: (isPaused: boolean) => void;
  /** Closes both sides; `why` is the sentence of the row. */
  readonly close: (code: number, reason: string, why: string) => void;
  /** A close frame has come. */
  readonly onCloseFrame: (payload: Uint8Array) => void;
}

/** How the bytes of a direction go on. */
type Mode =
  /** As they came; the reader records beside them. */
  | 'bytes'
  /** Message by message, as the gate decides. */
  | 'messages'
  /** The current message is too large for the gate, and goes on inflated, piece by piece. */
  | 'pieces';

/** Kept of a message while a gate or a rewrite wants it whole, even if less is recorded. */
const minGatedLimit = 4 * maxGatedByteLength;
/**
 * Kept of the frames of a message for a gate: a message may have any number of frames that hold next to
 * nothing, and each takes memory of its own.
 */
const maxRawByteLength = 4 * maxGatedByteLength;
/** A longer control frame, which no endpoint takes (RFC 6455, section 5.5), does not wait for a gate. */
const maxControlMemory = 64 * 1024;
/** Compressed bytes that are read at once for a gate: they inflate to about 4 MiB at most. */
const gatedStep = 4096;

const formats = new Formats('en');

/**
 * One direction of a tapped socket. Bytes go on as they came until a message is touched, and after that
 * only as far as they must be written anew: the receiver's window lacks a compressed message that was
 * dropped or edited, so what follows goes on uncompressed (RFC 7692, section 6).
 */
export class RelayDirection implements GateOutlet, Disposable {
  readonly #direction: Direction;
  readonly #ports: DirectionPorts;
  readonly #reader: FrameReader;
  readonly #output: DirectionOutput;
  #gate: MessageGate | undefined;
  #mode: Mode = 'bytes';
  #at = 0;
  /** The receiver's window lacks a message. */
  #isTouched = false;
  /** Of the current message, in messages mode. */
  readonly #raw = new RawFrames();
  /** The current frame is of control, and too long to be kept: its bytes go on as they come. */
  #isPassingControl = false;
  /** Was read in this step, and not passed on yet. */
  #read: ReadMessage | undefined;
  /** The gate has not said yet that the large message may go on; a whole one if it is complete. */
  #large: { readonly whole?: ReadMessage } | undefined;
  #isPausedByGate = false;
  /** A chunk is being read: what lets it go on must not read a later one before its rest. */
  #isReading = false;
  #unread: Uint8Array[] = [];
  #hasSourceEnded = false;
  #hasEnded = false;

  constructor(direction: Direction, ports: DirectionPorts) {
    this.#direction = direction;
    this.#ports = ports;
    this.#output = new DirectionOutput({
      write: ports.write,
      fillRandom: direction === 'out' ? ports.fillRandom : undefined,
    });
    const listener: FrameListener = {
      onMessage: (flags, payload, frame, byteLength) =>
        this.#onMessage(flags, payload, frame, byteLength),
      onOddity: text =>
        ports.sink.report({ state: 'connected', severity: 'warning', text }, this.#at),
      onPiece: piece => this.#writePiece(piece, false),
    };
    const { agreement, maxMessageBytes, createInflater } = ports;
    this.#reader = new FrameReader(listener, {
      direction,
      agreement,
      maxMessageBytes,
      createInflater,
    });
  }

  /** Must be called before anything is read. */
  useGate(gate: MessageGate): void {
    this.#gate = gate;
  }

  /** Whether a message of ours can be put between others: where frames end is known. */
  get canSend(): boolean {
    return !this.#reader.isStopped && !this.#output.isClosed && !this.#hasEnded;
  }

  /** Takes what came from the source. The bytes must not be changed later. */
  read(chunk: Uint8Array): void {
    if (this.#isWaiting) {
      this.#unread.push(chunk);
    } else {
      this.#process(chunk);
    }
  }

  /** The source has sent its last byte. */
  sourceEnded(): void {
    this.#hasSourceEnded = true;
    if (this.#isWaiting) {
      return;
    }
    if (this.#gate?.isActive) {
      this.#gate.sourceEnded();
    } else {
      this.end();
    }
  }

  /** Sends a close frame of ours as soon as the current frame has ended, and nothing more after it. */
  sendClose(payload: Uint8Array): void {
    if (this.#output.isClosed) {
      return;
    }
    this.#output.close(payload);
    if (this.#isAtFrame) {
      this.#output.flushClose();
    }
  }

  /** The target takes nothing any more. */
  shut(): void {
    this.#output.shut();
  }

  dispose(): void {
    this.#reader.dispose();
    this.#unread = [];
  }

  forward(message: TransitMessage, onDone: OnDone): void {
    if (!(message instanceof ReadMessage)) {
      throw new Error('A gate forwards what it was given');
    }
    const isCompressed = (message.flags & RowFlag.Compressed) !== 0;
    if (isCompressed && this.#isTouched) {
      if (message.isUnreadable) {
        this.#giveUp();
        onDone(false);
        return;
      }
      this.#put([this.#output.frame(frameKind(message.flags), message.payload)], onDone);
    } else {
      this.#put(message.raw, onDone);
    }
  }

  discard(message: TransitMessage): void {
    const isCompressed = (message.flags & RowFlag.Compressed) !== 0;
    this.#isTouched ||= isCompressed && this.#ports.agreement.takesOver[this.#direction];
  }

  send(kind: 'text' | 'binary', payload: Uint8Array, onDone: OnDone): void {
    const frameKind = kind === 'text' ? 'Text' : 'Binary';
    this.#put([this.#output.frame(frameKind, payload)], onDone);
  }

  streamThrough(): void {
    const large = this.#large;
    if (!large) {
      return;
    }
    this.#large = undefined;
    if (large.whole) {
      this.#pass(large.whole);
    } else {
      this.#continueLarge();
    }
    this.#goOn();
  }

  close(code: number, reason: string): void {
    this.#ports.close(code, reason, `Closed by a rule with ${code}.`);
  }

  end(): void {
    if (this.#hasEnded) {
      return;
    }
    this.#hasEnded = true;
    // What came of a message that never ended.
    this.#passRaw();
    this.#output.shut();
    this.#ports.end();
  }

  pause(): void {
    this.#setPausedByGate(true);
  }

  resume(): void {
    this.#setPausedByGate(false);
    this.#goOn();
  }

  get #isWaiting(): boolean {
    return this.#large !== undefined || this.#isPausedByGate;
  }

  /** Whether what went to the target ends where a message ends. */
  get #isFree(): boolean {
    return this.#mode === 'bytes'
      ? this.#reader.isBetweenMessages
      : this.#mode === 'messages' && !this.#isPassingControl;
  }

  get #isAtFrame(): boolean {
    return this.#mode === 'bytes' ? this.#reader.isBetweenFrames : !this.#isPassingControl;
  }

  #setPausedByGate(isPaused: boolean): void {
    if (this.#isPausedByGate !== isPaused) {
      this.#isPausedByGate = isPaused;
      this.#ports.setPaused(this.#isWaiting);
    }
  }

  /** Reads what came while nothing could be read. */
  #goOn(): void {
    if (this.#isReading) {
      return;
    }
    while (!this.#isWaiting) {
      const chunk = this.#unread.shift();
      if (!chunk) {
        this.#ports.setPaused(false);
        if (this.#hasSourceEnded) {
          this.sourceEnded();
        }
        return;
      }
      this.#process(chunk);
    }
  }

  #process(chunk: Uint8Array): void {
    this.#isReading = true;
    try {
      this.#readChunk(chunk);
    } finally {
      this.#isReading = false;
    }
  }

  #readChunk(chunk: Uint8Array): void {
    const monotonic = this.#ports.clock.monotonic();
    this.#at = this.#ports.clock.now();
    let position = 0;
    while (position < chunk.length) {
      if (this.#isWaiting) {
        this.#unread.unshift(chunk.subarray(position));
        this.#ports.setPaused(true);
        return;
      }
      if (this.#reader.isBetweenMessages) {
        this.#chooseMode();
      }
      position =
        this.#mode === 'bytes'
          ? this.#passBytes(chunk, position, monotonic)
          : this.#passFrame(chunk, position, monotonic);
    }
    if (this.#reader.isBetweenMessages) {
      this.#chooseMode();
    }
    if (this.#isWaiting) {
      this.#ports.setPaused(true);
    }
  }

  #chooseMode(): void {
    const mode = this.#isTouched || this.#gate?.isActive === true ? 'messages' : 'bytes';
    if (mode !== this.#mode) {
      const { maxMessageBytes } = this.#ports;
      this.#mode = mode;
      this.#reader.givesPieces = false;
      this.#reader.maxMessageBytes =
        mode === 'bytes' ? maxMessageBytes : Math.max(maxMessageBytes, minGatedLimit);
    }
    this.#output.flush();
  }

  #passBytes(chunk: Uint8Array, begin: number, monotonic: number): number {
    const output = this.#output;
    const until = output.awaitsClose
      ? 'frame'
      : output.hasPending || this.#gate?.isActive === true
        ? 'message'
        : 'end';
    if (until === 'end') {
      // The bytes are on their way before they are looked at.
      output.write(begin === 0 ? chunk : chunk.subarray(begin));
      return this.#reader.read(chunk, begin, monotonic);
    }
    const end = this.#reader.read(chunk, begin, monotonic, until);
    output.write(chunk.subarray(begin, end));
    if (this.#reader.isBetweenMessages) {
      output.flush();
    }
    if (this.#reader.isBetweenFrames) {
      output.flushClose();
    }
    return end;
  }

  #passFrame(chunk: Uint8Array, begin: number, monotonic: number): number {
    const reader = this.#reader;
    const some = chunk.subarray(0, Math.min(chunk.length, begin + gatedStep));
    const end = reader.read(some, begin, monotonic, 'frame');
    // A copy: a short piece would keep the whole chunk.
    const piece = new Uint8Array(some.subarray(begin, end));
    if (this.#isPassingControl) {
      this.#output.write(piece);
    } else {
      this.#raw.add(piece);
    }
    if (reader.isStopped) {
      // No message ends behind this: what waits must go before it, or it never could.
      this.#offerBeginning();
      return end;
    }
    if (this.#mode === 'pieces' && reader.isUnreadable) {
      this.#giveUp();
    }
    if (reader.isBetweenFrames) {
      this.#endFrame();
    } else if (reader.wasControl && this.#raw.frameMemory > maxControlMemory) {
      this.#writeAll(this.#raw.takeFrame());
      this.#isPassingControl = true;
    } else if (this.#mode === 'pieces' && reader.isInPayload && !reader.wasControl) {
      this.#raw.takeFrame(); // The pieces have gone on.
    }
    if (this.#mode === 'messages' && !this.#isPassingControl && this.#cannotWait) {
      this.#offerBeginning();
    }
    return end;
  }

  /** Whether the current message goes on before it is whole. */
  get #cannotWait(): boolean {
    const { partialLength, isUnreadable } = this.#reader;
    return (
      isUnreadable || partialLength > maxGatedByteLength || this.#raw.memory > maxRawByteLength
    );
  }

  #endFrame(): void {
    const message = this.#read;
    this.#read = undefined;
    if (this.#isPassingControl) {
      this.#isPassingControl = false;
      if (message) {
        this.#recordMessage(message, !this.#output.hasClosed);
      }
      if (this.#mode === 'messages') {
        this.#output.flush();
      }
      this.#output.flushClose();
      return;
    }
    if (this.#reader.wasControl) {
      const raw = this.#raw.takeFrame();
      if (message && this.#mode === 'messages') {
        message.raw = raw;
        this.#decide(message);
      } else {
        this.#writeAll(raw);
      }
      return;
    }
    if (this.#mode === 'messages') {
      this.#raw.endFrame();
    } else {
      this.#raw.takeFrame(); // Its pieces have gone on.
    }
    if (message) {
      message.raw = this.#raw.takeMessage();
      this.#decide(message);
    }
  }

  /** All goes on as it comes, from what is kept on. */
  #passOn(): void {
    this.#mode = 'bytes';
    this.#passRaw();
  }

  #decide(message: ReadMessage): void {
    const gate = this.#gate;
    if (!gate?.isActive) {
      this.#pass(message);
    } else if (message.isUnreadable) {
      this.#large = { whole: message };
      gate.receiveUnreadable(message);
    } else if (message.payload.length > maxGatedByteLength) {
      this.#large = { whole: message };
      gate.receiveLarge(message);
    } else {
      gate.receive(message);
    }
  }

  /** Passes on and records what no gate decides on. */
  #pass(message: ReadMessage): void {
    this.forward(message, isSent => this.#recordMessage(message, isSent));
  }

  #offerBeginning(): void {
    const gate = this.#gate;
    if (!gate?.isActive) {
      this.#continueLarge();
      return;
    }
    const { partialFlags, partialPayload, isUnreadable } = this.#reader;
    this.#large = {};
    const message = new ReadMessage(
      partialFlags,
      this.#at,
      partialPayload,
      undefined,
      isUnreadable,
    );
    if (isUnreadable) {
      gate.receiveUnreadable(message);
    } else {
      gate.receiveLarge(message);
    }
  }

  /** Lets the beginning of a message go on, and what follows of it as it comes. */
  #continueLarge(): void {
    const reader = this.#reader;
    if (reader.isStopped) {
      this.#passOn();
      return;
    }
    const isCompressed = (reader.partialFlags & RowFlag.Compressed) !== 0;
    if (isCompressed && this.#isTouched) {
      this.#mode = 'pieces';
      this.#raw.take();
      if (reader.isUnreadable) {
        this.#giveUp();
      } else {
        this.#writePiece(reader.partialPayload, true);
        reader.givesPieces = true;
      }
      return;
    }
    this.#passOn();
  }

  /**
   * A compressed message cannot be written anew, since it could not be inflated, and the receiver would
   * make something else of it as it came, since its window lacks an earlier one.
   */
  #giveUp(): void {
    if (this.#output.isClosed) {
      return;
    }
    const [from, to] =
      this.#direction === 'in' ? ['the server', 'the client'] : ['the client', 'the server'];
    const text =
      `A compressed message from ${from} cannot be read, so that it cannot be sent uncompressed. It cannot go on ` +
      `as it came either: ${to} lacks an earlier one, which was dropped or edited. Both sides are closed.`;
    this.#ports.sink.report({ state: 'connected', severity: 'warning', text }, this.#at);
    this.#ports.close(
      CloseCode.InvalidPayload,
      'A compressed message cannot be inflated',
      `Closed by the tap with ${CloseCode.InvalidPayload}: a compressed message cannot be inflated.`,
    );
  }

  #writePiece(piece: Uint8Array, isFirst: boolean): void {
    const kind = isFirst ? frameKind(this.#reader.partialFlags) : 'Continuation';
    this.#output.write(this.#output.frame(kind, piece, false));
  }

  #onMessage(
    flags: number,
    payload: Uint8Array,
    frame: FrameFacts | undefined,
    byteLength: number,
  ): void {
    if ((flags & RowFlag.OpcodeMask) === closeOpcode) {
      this.#ports.onCloseFrame(payload);
    }
    if (this.#mode === 'messages') {
      const isUnreadable = isMessage(flags) && this.#reader.isUnreadable;
      this.#read = new ReadMessage(flags, this.#at, new Uint8Array(payload), frame, isUnreadable);
      return;
    }
    if (this.#mode === 'pieces' && isMessage(flags) && this.#reader.isUnreadable) {
      this.#giveUp();
    } else if (this.#mode === 'pieces' && isMessage(flags)) {
      this.#output.write(this.#output.frame('Continuation', new Uint8Array()));
    }
    this.#record(flags, payload, frame, byteLength, !this.#output.hasClosed);
  }

  #recordMessage({ flags, payload, frame }: ReadMessage, isSent: boolean): void {
    this.#record(flags, payload, frame, payload.length, isSent);
  }

  #record(
    given: number,
    payload: Uint8Array,
    frame: FrameFacts | undefined,
    byteLength: number,
    isSent: boolean,
  ): void {
    const { sink, maxMessageBytes } = this.#ports;
    const isLost = isMessage(given) && !isSent;
    const flags = isLost ? given | flagsOfTap('dropped') : given;
    if (byteLength <= maxMessageBytes) {
      if (frame) {
        sink.append(this.#at, flags, payload, frame);
      } else {
        sink.append(this.#at, flags, payload);
      }
      return;
    }
    const kept = payload.subarray(0, keptOfLargeMessage);
    sink.append(this.#at, flags, kept, frame);
    const text =
      `The message before has ${formats.bytes(byteLength)}, more than maxMessageSize allows to be kept. ` +
      `${isLost ? 'Its' : 'It went on whole; its'} first ${formats.bytes(kept.length)} are shown.`;
    sink.report({ state: 'connected', severity: 'warning', text }, this.#at);
  }

  #put(frames: readonly Uint8Array[], onDone: OnDone): void {
    this.#output.put(frames, this.#isFree, onDone);
  }

  #passRaw(): void {
    this.#writeAll(this.#raw.take());
  }

  #writeAll(pieces: readonly Uint8Array[]): void {
    pieces.forEach(bytes => this.#output.write(bytes));
  }
}

const closeOpcode = 8;

function frameKind(flags: number): 'Text' | 'Binary' {
  return kindOf(flags) === 'text' ? 'Text' : 'Binary';
}
