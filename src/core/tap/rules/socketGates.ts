import { Emitter, type Event } from '../../base/event.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { MessageData } from '../../message/outgoingMessage.ts';
import type { Direction } from '../../record/record.ts';
import type { HeldMessages, HeldQueue } from '../../slot/heldMessages.ts';
import type { GateOutlet, GateSink, SocketGates } from '../gate.ts';
import { DirectionGate } from './directionGate.ts';
import type { DirectionGatePorts, GatesPorts } from './gatePorts.ts';

/** Engine.IO names its version in the query, under whatever path it is. */
const engineIo = /[?&]EIO=\d/;

/** The gates of one tapped socket, which apply the rules of its tap. */
export class RuleGates implements SocketGates {
  readonly gates: Readonly<Record<Direction, DirectionGate>>;
  readonly held: HeldMessages;
  readonly #onDidChange = new Emitter<void>();
  readonly #disposables = new DisposableStore();
  readonly onDidChange: Event<void> = this.#onDidChange.event;

  /** @param requestTarget of the opening handshake, which tells an Engine.IO socket */
  constructor(
    sink: GateSink,
    outlets: Readonly<Record<Direction, GateOutlet>>,
    ports: GatesPorts,
    requestTarget = '',
  ) {
    let lastNumber = 0;
    const shared: Omit<DirectionGatePorts, 'outlet' | 'direction'> = {
      ...ports,
      sink,
      isEngineIo: engineIo.test(requestTarget),
      nextNumber: () => ++lastNumber,
      onDidChange: () => this.#onDidChange.fire(),
      onClose: () => {
        this.gates.in.closed();
        this.gates.out.closed();
      },
    };
    const gateOf = (direction: Direction) =>
      this.#disposables.add(
        new DirectionGate({ ...shared, direction, outlet: outlets[direction] }),
      );
    this.gates = { in: gateOf('in'), out: gateOf('out') };
    this.held = new SocketHeld(this.gates, this.onDidChange);
    this.#disposables.add(ports.rules.onDidChange(() => this.#onDidChange.fire()));
    this.#disposables.add(
      ports.rules.onDidSwitch(() => {
        this.gates.in.rulesSwitched();
        this.gates.out.rulesSwitched();
      }),
    );
    this.#disposables.add(this.#onDidChange);
  }

  stop(): void {
    this.gates.in.stop();
    this.gates.out.stop();
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

/** What waits in both directions of a socket. */
class SocketHeld implements HeldMessages {
  readonly #gates: Readonly<Record<Direction, DirectionGate>>;
  readonly onDidChange: Event<void>;

  constructor(gates: Readonly<Record<Direction, DirectionGate>>, onDidChange: Event<void>) {
    this.#gates = gates;
    this.onDidChange = onDidChange;
  }

  queue(direction: Direction): HeldQueue {
    return this.#gates[direction].held;
  }

  release(number: number, edited?: MessageData): boolean {
    return this.#gates.in.release(number, edited) || this.#gates.out.release(number, edited);
  }

  drop(number: number): boolean {
    return this.#gates.in.drop(number) || this.#gates.out.drop(number);
  }

  releaseAll(direction?: Direction): void {
    if (direction !== 'out') {
      this.#gates.in.releaseAll();
    }
    if (direction !== 'in') {
      this.#gates.out.releaseAll();
    }
  }
}
