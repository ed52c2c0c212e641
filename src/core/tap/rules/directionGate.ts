import { Formats } from '../../base/format.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { Timer } from '../../base/timer.ts';
import type { Severity } from '../../connection/report.ts';
import type { MessageData } from '../../message/outgoingMessage.ts';
import { isMessage, kindOf, RowFlag } from '../../record/record.ts';
import type { HeldQueue } from '../../slot/heldMessages.ts';
import { maxGatedByteLength, type MessageGate, type TransitMessage } from '../gate.ts';
import type { DirectionGatePorts } from './gatePorts.ts';
import { isHeartbeatMessage } from './heartbeats.ts';
import { MessageEditor } from './messageEditor.ts';
import { RecordingOutput, sourceOf, targetOf } from './recordingOutput.ts';
import { ruleTitle, type TapRule } from './tapRule.ts';
import { maxHeldBytes, maxHeldMessages, WaitingQueue, type Waiting } from './waitingQueue.ts';

/** So long the end of a source waits behind what is held. */
const maxEndWaitMs = 30_000;

const formats = new Formats('en');

/**
 * Applies rules to one direction of a tapped socket. What has to wait waits in one queue, in its order;
 * pings, pongs and heartbeats that no rule asks for overtake it.
 */
export class DirectionGate implements MessageGate, Disposable {
  readonly #ports: DirectionGatePorts;
  readonly #output: RecordingOutput;
  readonly #editor: MessageEditor;
  readonly #dueTimer: Timer;
  readonly #endTimer: Timer;
  readonly #queue = new WaitingQueue();
  #isFull = false;
  /** What lets messages go may bring more of them, or ask to let more go. */
  #isSettling = false;
  #settleRequests = 0;
  #isStopped = false;
  /** The source has sent a close frame or its last byte: what is held goes on in thirty seconds. */
  #isClosing = false;
  /** Those seconds are over. */
  #isTimeOver = false;
  #hasSourceEnded = false;
  /** The target has sent its last byte, and may still read. */
  #hasTargetEnded = false;
  /** Nothing can go on any more. */
  #isOver = false;
  #releasedAt: number | undefined;

  constructor(ports: DirectionGatePorts) {
    this.#ports = ports;
    this.#output = new RecordingOutput(ports, why => this.#report(why, 'warning'));
    this.#editor = new MessageEditor(ports, why => this.#report(why, 'warning'));
    this.#dueTimer = new Timer(ports.clock);
    this.#endTimer = new Timer(ports.clock);
  }

  get isActive(): boolean {
    const { rules, direction } = this.#ports;
    return !this.#isStopped && (!this.#queue.isEmpty || rules.isActive(direction));
  }

  /** What waits for the user, and behind that. */
  get held(): HeldQueue {
    return {
      ...this.#queue.held(this.#ports.direction),
      isFull: this.#isFull,
      ...(this.#releasedAt !== undefined && { releasedAt: this.#releasedAt }),
    };
  }

  receive(message: TransitMessage): void {
    if (this.#isStopped) {
      this.#output.forward(message, message.at);
      return;
    }
    const kind = kindOf(message.flags);
    const isBeat = kind === 'ping' || kind === 'pong' || this.#isHeartbeat(message);
    const rule = this.#ports.rules.take(
      {
        at: message.at,
        payload: message.payload,
        flags: isBeat ? message.flags | RowFlag.Heartbeat : message.flags,
        isControl: isBeat || kind === 'close',
      },
      sentence => this.#report(sentence, 'warning'),
    );
    const action = rule?.action;
    // Nobody can wait for a side that is leaving: what a rule would hold for it goes on as it came. A delay
    // ends by itself, so it stays.
    const isHeld = !this.#isTimeOver && !this.#hasTargetEnded && action?.do === 'hold';
    const isDelayed = !this.#isTimeOver && action?.do === 'delay';
    const waits = isHeld || isDelayed;
    const waiting = {
      number: 0,
      message,
      isLarge: false,
      rule,
      isHeld,
      dueAt: isDelayed ? this.#dueAfter(action.ms, action.jitter) : 0,
    };
    const isMessageBeat = isBeat && isMessage(message.flags);
    if (!waits && (this.#queue.isEmpty || (isBeat && !isMessageBeat))) {
      this.#perform(waiting, message.at);
      return;
    }
    if (isMessageBeat && !rule) {
      this.#output.overtake(waiting);
      return;
    }
    this.#isClosing ||= kind === 'close';
    this.#push({ ...waiting, number: this.#ports.nextNumber() });
  }

  receiveLarge(message: TransitMessage): void {
    const size = `${maxGatedByteLength / 1024 / 1024} MiB`;
    const from = sourceOf(this.#ports.direction);
    this.#report(
      `A message from ${from} is larger than ${size}: it is not held, and no rule is applied to it.`,
      'info',
    );
    this.#streamInTurn(message);
  }

  receiveUnreadable(message: TransitMessage): void {
    this.#streamInTurn(message);
  }

  sourceEnded(): void {
    this.#hasSourceEnded = true;
    this.#isClosing = true;
    this.#settle();
  }

  targetEnded(): void {
    this.#hasTargetEnded = true;
    const { all } = this.#queue;
    const first = all.findIndex(({ isHeld }) => isHeld);
    const waiting = first < 0 ? [] : all.slice(first);
    const lost = waiting.filter(({ isLarge, message }) => !isLarge && isMessage(message.flags));
    for (const each of lost) {
      this.#queue.remove(each);
      // Later messages still go on, and must not refer to these.
      this.#output.drop(each.message, this.#now);
    }
    // The others go on: a side that has sent its close frame waits for that of the other one.
    for (const each of waiting) {
      each.isHeld = false;
    }
    this.#reportLost(lost.length);
    this.#settle();
  }

  targetLost(): void {
    const waiting = this.#queue.clear();
    this.#isOver = true;
    this.#hasTargetEnded = true;
    const lost = waiting.filter(({ isLarge }) => !isLarge);
    for (const { message } of lost) {
      this.#output.recordDropped(message, this.#now);
    }
    this.#reportLost(lost.length);
    if (waiting.some(({ isLarge }) => isLarge)) {
      this.#ports.outlet.streamThrough();
    }
    this.#settle();
  }

  inject(message: MessageData, shown?: MessageData): void {
    this.#output.inject(message, shown);
  }

  /** @returns whether it was held here */
  release(number: number, edited?: MessageData): boolean {
    const waiting = this.#queue.find(number);
    if (!waiting) {
      return false;
    }
    waiting.isHeld = false;
    waiting.dueAt = 0;
    if (edited !== undefined) {
      waiting.edited = edited;
    }
    if (this.#queue.head !== waiting) {
      this.#queue.remove(waiting);
      this.#output.overtake(waiting);
    }
    this.#settle();
    return true;
  }

  drop(number: number): boolean {
    const waiting = this.#queue.find(number);
    if (!waiting) {
      return false;
    }
    this.#queue.remove(waiting);
    this.#output.drop(waiting.message, this.#now);
    this.#settle();
    return true;
  }

  releaseAll(): void {
    for (const waiting of this.#queue.all) {
      waiting.isHeld = false;
      waiting.dueAt = 0;
    }
    this.#settle();
  }

  /** Lets go what is held by rules that are switched off or gone. */
  rulesSwitched(): void {
    const { rules, direction } = this.#ports;
    const free = this.#queue.all.filter(
      ({ isHeld, rule }) => isHeld && rule !== undefined && !rules.isInEffect(rule),
    );
    if (free.length === 0) {
      return;
    }
    for (const waiting of free) {
      waiting.isHeld = false;
    }
    const what = free.length === 1 ? '1 message goes' : `${formats.count(free.length)} messages go`;
    this.#report(
      `A rule was switched off: ${what} on that it held from ${sourceOf(direction)}.`,
      'info',
    );
    this.#settle();
  }

  stop(): void {
    this.#isStopped = true;
    this.releaseAll();
  }

  /** Both sides were closed by a rule: what comes now is not passed on. */
  closed(): void {
    this.targetLost();
  }

  dispose(): void {
    this.#dueTimer.dispose();
    this.#endTimer.dispose();
  }

  get #now(): number {
    return this.#ports.clock.now();
  }

  #isHeartbeat({ flags, payload }: TransitMessage): boolean {
    const { isEngineIo, heartbeatTexts } = this.#ports;
    return (
      kindOf(flags) === 'text' &&
      isHeartbeatMessage(payload, { isEngineIo, texts: heartbeatTexts() })
    );
  }

  #dueAfter(ms: number, jitter: number): number {
    const { clock, random } = this.#ports;
    return clock.monotonic() + Math.max(0, ms + (2 * random() - 1) * jitter);
  }

  /** Lets what no rule is applied to go on behind all that waits. */
  #streamInTurn(message: TransitMessage): void {
    const waiting = { number: 0, message, isLarge: true, rule: undefined, isHeld: false, dueAt: 0 };
    if (this.#queue.isEmpty) {
      this.#ports.outlet.streamThrough();
    } else {
      this.#push(waiting);
    }
  }

  #push(waiting: Waiting): void {
    if (waiting.isHeld || this.#queue.all.some(({ isHeld }) => isHeld)) {
      this.#output.markHeld(waiting.message);
    }
    this.#queue.push(waiting);
    // At once, even while others are let go: what brings more reads on otherwise.
    this.#pauseIfFull();
    this.#settle();
  }

  /** Lets go what waits no longer, and sees to the rest. */
  #settle(): void {
    if (this.#isSettling) {
      this.#settleRequests++;
      return;
    }
    this.#isSettling = true;
    try {
      do {
        this.#settleRequests = 0;
        this.#letGo();
        this.#resumeIfFree();
      } while (this.#settleRequests > 0);
    } finally {
      this.#isSettling = false;
    }
    this.#setTimers();
    if (this.#queue.isEmpty && this.#hasSourceEnded) {
      this.#hasSourceEnded = false;
      this.#ports.outlet.end();
    }
    this.#ports.onDidChange();
  }

  #letGo(): void {
    const now = this.#ports.clock.monotonic();
    for (;;) {
      const { head } = this.#queue;
      if (!head || head.isHeld || head.dueAt > now) {
        return;
      }
      this.#queue.remove(head);
      this.#perform(head, this.#now);
    }
  }

  #setTimers(): void {
    const { head } = this.#queue;
    this.#dueTimer.dispose();
    if (!head) {
      this.#endTimer.dispose();
      this.#releasedAt = undefined;
      return;
    }
    if (!head.isHeld) {
      const wait = head.dueAt - this.#ports.clock.monotonic();
      this.#dueTimer.start(wait, () => this.#settle());
    }
    if (this.#isClosing && !this.#isTimeOver && !this.#endTimer.isRunning) {
      this.#releasedAt = this.#now + maxEndWaitMs;
      this.#endTimer.start(maxEndWaitMs, () => this.#endWait());
    }
  }

  /** What comes after this is not held either: a source may have sent more than is kept at once. */
  #endWait(): void {
    this.#isTimeOver = true;
    this.#report(
      `${capital(sourceOf(this.#ports.direction))} has closed, and 30 seconds are over: what was held goes on.`,
      'info',
    );
    this.releaseAll();
  }

  #pauseIfFull(): void {
    if (this.#isFull || !this.#queue.isFull) {
      return;
    }
    this.#isFull = true;
    const { outlet, direction } = this.#ports;
    const from = sourceOf(direction);
    const limit = `${formats.count(maxHeldMessages)} messages or ${formats.bytes(maxHeldBytes)}`;
    this.#report(
      `So many messages from ${from} wait in the tap (${limit}) that nothing more is read from it, ` +
        'neither its pings. Release or drop some.',
      'warning',
    );
    outlet.pause();
  }

  #resumeIfFree(): void {
    if (this.#isFull && !this.#queue.isFull) {
      this.#isFull = false;
      this.#ports.outlet.resume();
    }
  }

  #perform({ message, isLarge, rule, edited }: Waiting, at: number): void {
    const { outlet } = this.#ports;
    if (isLarge) {
      outlet.streamThrough();
      return;
    }
    if (this.#isOver && isMessage(message.flags)) {
      this.#output.recordDropped(message, at);
      return;
    }
    if (edited !== undefined) {
      this.#output.replace(message, edited, at);
      return;
    }
    if (!rule) {
      this.#output.forward(message, at);
      return;
    }
    const { action } = rule;
    switch (action.do) {
      case 'drop':
        this.#output.drop(message, at);
        return;
      case 'set':
      case 'replace':
        this.#edit(message, rule, at);
        return;
      case 'duplicate':
        this.#output.forward(message, at);
        this.#output.duplicate(message, at);
        return;
      case 'close':
        this.#output.forward(message, at);
        this.#report(
          `The rule “${ruleTitle(rule)}” closed both sides with ${action.code}.`,
          'info',
        );
        outlet.close(action.code, action.reason);
        this.#ports.onClose();
        return;
      case 'hold':
      case 'delay':
        this.#output.forward(message, at);
    }
  }

  #edit(message: TransitMessage, rule: TapRule, at: number): void {
    const edited = this.#editor.edited(message, rule);
    if (edited === undefined) {
      this.#output.forward(message, at);
    } else {
      this.#output.replace(message, edited, at);
    }
  }

  #reportLost(count: number): void {
    if (count === 0) {
      return;
    }
    const from = sourceOf(this.#ports.direction);
    const to = targetOf(this.#ports.direction);
    const what = count === 1 ? '1 message' : `${formats.count(count)} messages`;
    this.#report(
      `Not delivered: ${what} from ${from} waited in the tap when the way to ${to} ended.`,
      'warning',
    );
  }

  #report(text: string, severity: Severity): void {
    this.#ports.sink.report({ state: 'connected', severity, text }, undefined, true);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
