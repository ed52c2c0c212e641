import { flagsOf, RowFlag, type Direction } from '../../../src/core/record/record.ts';
import type {
  GateOutlet,
  GateSink,
  MessageGate,
  OpenGates,
  TransitMessage,
} from '../../../src/core/tap/gate.ts';

/** What a scripted gate does with a message; `inject` and `duplicate` add one, and let it go on. */
export type Deed = 'pass' | 'drop' | 'set' | 'duplicate' | 'inject' | 'close';

/** What `set` makes of a message, and what `inject` sends. */
export const ownText = '{"own":true}';

/**
 * Gates that do what a script says with each data message of one direction, by its number from 1 on.
 */
export function scriptedGates(direction: Direction, deedFor: (number: number) => Deed): OpenGates {
  return (sink, outlets) => {
    const gates = {
      in: new ScriptedGate('in', sink, outlets.in, direction === 'in' ? deedFor : undefined),
      out: new ScriptedGate('out', sink, outlets.out, direction === 'out' ? deedFor : undefined),
    };
    return {
      gates,
      held: undefined as never,
      stop: () => undefined,
      onDidChange: () => ({ dispose: () => undefined }),
      dispose: () => undefined,
    };
  };
}

class ScriptedGate implements MessageGate {
  readonly #direction: Direction;
  readonly #sink: GateSink;
  readonly #outlet: GateOutlet;
  readonly #deedFor: ((number: number) => Deed) | undefined;
  #count = 0;

  constructor(
    direction: Direction,
    sink: GateSink,
    outlet: GateOutlet,
    deedFor: ((number: number) => Deed) | undefined,
  ) {
    this.#direction = direction;
    this.#sink = sink;
    this.#outlet = outlet;
    this.#deedFor = deedFor;
  }

  get isActive(): boolean {
    return this.#deedFor !== undefined;
  }

  receive(message: TransitMessage): void {
    const isData = (message.flags & RowFlag.OpcodeMask) <= 2;
    const deed = isData ? this.#deedFor?.(++this.#count) : 'pass';
    switch (deed) {
      case 'drop':
        this.#outlet.discard(message);
        return;
      case 'set':
        this.#outlet.discard(message);
        this.#send();
        return;
      case 'inject':
        this.#send();
        this.#pass(message);
        return;
      case 'duplicate':
        this.#pass(message);
        this.#outlet.send('text', message.payload, () => undefined);
        return;
      case 'close':
        this.#outlet.close(4000, 'enough');
        return;
      case 'pass':
      case undefined:
        this.#pass(message);
    }
  }

  receiveLarge(): void {
    this.#outlet.streamThrough();
  }

  receiveUnreadable(): void {
    this.#outlet.streamThrough();
  }

  sourceEnded(): void {
    this.#outlet.end();
  }

  targetEnded(): void {
    // Nothing waits here.
  }

  targetLost(): void {
    // Nothing waits here.
  }

  inject(message: string | Uint8Array): void {
    this.#outlet.send('text', Buffer.from(message), () =>
      this.#sink.append(0, flagsOf('text', this.#direction), Buffer.from(message)),
    );
  }

  #pass(message: TransitMessage): void {
    this.#outlet.forward(message, () =>
      this.#sink.append(message.at, message.flags, message.payload, message.frame),
    );
  }

  #send(): void {
    this.inject(ownText);
  }
}
