import { Points } from './detection.ts';
import type { SeenText } from './seenText.ts';

/**
 * How a message fits a protocol. `telling`: no other protocol has it; `yes`: it is built as the protocol builds them; `weak`: the
 * same, but much else is so; `neutral`: it may be one of them, and says nothing.
 */
export type Fit = 'telling' | 'yes' | 'weak' | 'neutral' | 'no';

/** How the messages of a protocol look. */
export interface Shape {
  readonly as: readonly string[];
  /** The messages that it is about; others say nothing of it. */
  readonly of: 'text' | 'bytes' | 'both';
  /** Each message names the protocol. */
  readonly hasMark?: boolean;
  /** It is only offered, however many messages are so. */
  readonly isOnlyHint?: boolean;
  readonly test: (message: SeenText) => Fit;
}

/** Messages that have to fit before a shape is more than a hint. */
const leastFits = 3;
/** So many that do not fit, and none that does, are enough to look no further. */
export const mostMisfits = 3;

/** How many messages of a session fit a shape. */
export class ShapeCount {
  readonly shape: Shape;
  readonly #fits = { telling: 0, yes: 0, weak: 0, neutral: 0, no: 0 };

  constructor(shape: Shape) {
    this.shape = shape;
  }

  take(message: SeenText): void {
    const { of, test } = this.shape;
    if (!this.isOut && (of === 'both' || message.isText === (of === 'text'))) {
      this.#fits[test(message)]++;
    }
  }

  /** Whether further messages need not be shown to it. */
  get isOut(): boolean {
    const { no, telling, yes, weak } = this.#fits;
    return no >= mostMisfits && telling + yes + weak === 0;
  }

  get points(): number {
    const { telling, yes, weak, no } = this.#fits;
    const fitting = telling + yes + weak;
    if (fitting < no || fitting === 0) {
      return 0;
    }
    const { hasMark = false, isOnlyHint = false } = this.shape;
    const isSure = no === 0 && (telling > 0 || yes >= leastFits);
    return !isSure || isOnlyHint ? Points.Hint : hasMark ? Points.Mark : Points.Structure;
  }
}
