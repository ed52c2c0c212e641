import { looksLikeJson } from '../../json/looksLikeJson.ts';
import type { InflatePorts } from '../codecs/inflate.ts';
import type { SessionFacts } from '../decoder.ts';
import { binaryShapes } from './binaryShapes.ts';
import { Points, shownFor, type Detection, type Evidence, type SeenMessage } from './detection.ts';
import { chainOfFirstMessage } from './firstMessages.ts';
import { maxPackedLength, packings, type Packing } from './packings.ts';
import { SeenText } from './seenText.ts';
import { mostMisfits, ShapeCount } from './shape.ts';
import { messagesInSockjs } from './sockjsTexts.ts';
import { chainOfSubprotocol } from './subprotocols.ts';
import { textShapes } from './textShapes.ts';
import { chainOfUrl } from './urlRules.ts';

interface Finding {
  readonly as: readonly string[];
  readonly points: number;
}

interface Base extends Finding {
  readonly from: Evidence;
}

/** Messages of each direction that are looked at. */
const looked = 16;
/** Less than this says nothing of what is within something else. */
const leastWithin = 60;
const maxDepth = 2;

const nothingKnown: SessionFacts = { url: '', subprotocol: '' };

/** Finds out what the messages of a session are, from what is known before and from the first of them. */
export class Detector {
  readonly #seen = { in: 0, out: 0 };
  readonly #ports: InflatePorts;
  readonly #depth: number;
  #base: Base | undefined;
  /** What is in the messages of a protocol that only carries others. */
  #within: Detector | undefined;
  #shapes: readonly ShapeCount[] = [];
  #packed: readonly PackedCount[] = [];

  /** @param setting the names of the decoders that the user wants; empty: none */
  constructor(session: SessionFacts, ports: InflatePorts, setting?: readonly string[], depth = 0) {
    this.#ports = ports;
    this.#depth = depth;
    this.#base = baseOf(session, setting);
    if (!this.#base) {
      this.#shapes = [...textShapes, ...binaryShapes].map(shape => new ShapeCount(shape));
      this.#packed =
        depth < maxDepth
          ? packings(ports).map(each => new PackedCount(each, () => this.#inner()))
          : [];
    } else if (this.#base.from !== 'setting' && this.#base.as.join() === 'sockjs') {
      this.#within = this.#inner();
    }
  }

  /** To be given the messages of the session in their order; those behind the first few cost nothing. */
  take(message: SeenMessage): void {
    const { direction } = message;
    if (this.#seen[direction] >= looked) {
      return;
    }
    const isFirst = this.#seen[direction]++ === 0;
    const text = new SeenText(message);
    const first = isFirst && !this.#base ? chainOfFirstMessage(text) : undefined;
    if (first) {
      this.#base = { as: first, points: Points.Beginning, from: 'messages' };
    }
    if (this.#base) {
      for (const each of this.#within ? messagesInSockjs(message) : []) {
        this.#within?.take(each);
      }
      return;
    }
    for (const each of this.#packed) {
      each.take(message);
    }
    for (const shape of this.#shapes) {
      shape.take(text);
    }
    this.#shapes = this.#shapes.filter(({ isOut }) => !isOut);
    this.#packed = this.#packed.filter(({ isOut }) => !isOut);
  }

  /** Whether no further message changes what it is decoded as. */
  get isSettled(): boolean {
    const isSeen = this.#seen.in >= looked && this.#seen.out >= looked;
    return isSeen || (this.#base !== undefined && !this.#within);
  }

  get detection(): Detection {
    const base = this.#base;
    if (base) {
      const { as, points } = joined(base, this.#within?.detection);
      const shown = as.length === 0 ? 'none' : shownFor(points);
      return { as, points, from: base.from, shown };
    }
    const best = [...this.#packed.map(each => each.finding), ...this.#shapes.map(findingOf)].reduce(
      (one, other) => (other.points > one.points ? other : one),
      { as: [], points: 0 },
    );
    const { points } = best;
    return { ...best, from: points > 0 ? 'messages' : null, shown: shownFor(points) };
  }

  #inner(): Detector {
    return new Detector(nothingKnown, this.#ports, undefined, this.#depth + 1);
  }
}

/** What the messages of a session are, given the first of them. */
export function detect(
  session: SessionFacts,
  seen: readonly SeenMessage[],
  ports: InflatePorts,
  setting?: readonly string[],
): Detection {
  const detector = new Detector(session, ports, setting);
  for (const message of seen) {
    detector.take(message);
  }
  return detector.detection;
}

function baseOf(session: SessionFacts, setting: readonly string[] | undefined): Base | undefined {
  if (setting) {
    return { as: setting, points: Points.Said, from: 'setting' };
  }
  const said = chainOfSubprotocol(session.subprotocol);
  if (said) {
    return { as: said, points: Points.Said, from: 'subprotocol' };
  }
  const known = chainOfUrl(session.url);
  return known && { as: known, points: Points.Beginning, from: 'url' };
}

function findingOf(count: ShapeCount): Finding {
  return { as: count.shape.as, points: count.points };
}

function joined(outer: Finding, within: Finding | undefined): Finding {
  return within && within.points >= leastWithin
    ? { as: [...outer.as, ...within.as], points: Math.min(outer.points, within.points) }
    : outer;
}

/** How many messages of a session are packed so, and what is in them. */
class PackedCount {
  readonly #packing: Packing;
  readonly #createWithin: () => Detector;
  #within: Detector | undefined;
  #packed = 0;
  #others = 0;
  #json = 0;

  constructor(packing: Packing, createWithin: () => Detector) {
    this.#packing = packing;
    this.#createWithin = createWithin;
  }

  take(message: SeenMessage): void {
    if (message.bytes.length >= maxPackedLength) {
      return;
    }
    const isOther = message.isText !== this.#packing.isText;
    const content = isOther ? message : this.#packing.unpack(message);
    if (!content) {
      this.#others++;
      return;
    }
    if (isOther) {
      // It passes the packing by, and is read by what is behind it.
      this.#within?.take(content);
      return;
    }
    this.#packed++;
    this.#json += content.isText && looksLikeJson(new SeenText(content).head) ? 1 : 0;
    this.#within ??= this.#createWithin();
    this.#within.take(content);
  }

  /** Whether further messages need not be shown to it. */
  get isOut(): boolean {
    return this.#packed === 0 && this.#others >= mostMisfits;
  }

  get finding(): Finding {
    const { as, isOnlyHint } = this.#packing;
    if (this.#packed === 0 || this.#packed < this.#others) {
      return { as, points: 0 };
    }
    const points = this.#others > 0 || isOnlyHint ? Points.Hint : Points.Mark;
    const within = this.#within?.detection;
    if ((within?.points ?? 0) < leastWithin && this.#json === this.#packed) {
      return { as: [...as, 'json'], points };
    }
    return joined({ as, points }, within);
  }
}
