import type { InflatePorts } from '../codecs/inflate.ts';
import { Chain } from '../chain.ts';
import type { DecodeRule } from '../decodeRule.ts';
import type { SessionFacts } from '../decoder.ts';
import { Detector } from '../detect/detector.ts';
import type {
  ChooseDecoders,
  Route,
  SeenMessage,
  SessionChoice,
  SessionChooser,
} from '../pass/sessionChoice.ts';
import type { SessionDecoding } from '../rowDecoding.ts';
import { titleInChain } from './decoderNames.ts';
import { decodersOf, stepProblemIn, type DecoderTable } from './decoders.ts';
import { matchesUrl } from './urlPattern.ts';

/** Chooses by the first rules that fit a session and, where none does, by what the session looks like. */
export function chooserOf(
  rules: readonly DecodeRule[],
  table: DecoderTable,
  ports: InflatePorts,
): ChooseDecoders {
  return session => {
    const fitting = rules.filter(rule => fits(rule, session));
    const last = fitting.findIndex(isForAll);
    const deciding = last < 0 ? fitting : fitting.slice(0, last + 1);
    const said = deciding.length > 0 ? ruled(deciding, table) : undefined;
    if (said && (last >= 0 || said.isAwaited)) {
      return { choice: said, take: () => undefined };
    }
    return new DetectingChooser(session, table, ports, said);
  };
}

function fits({ url, subprotocol }: DecodeRule, session: SessionFacts): boolean {
  return (
    (url === undefined || matchesUrl(url, session.url)) &&
    (subprotocol === undefined || matchesUrl(subprotocol, session.subprotocol))
  );
}

function isForAll({ direction, kind }: DecodeRule): boolean {
  return direction === undefined && kind === undefined;
}

/** What the rules of a session say. */
function ruled(rules: readonly DecodeRule[], table: DecoderTable): SessionChoice {
  const stepProblem = stepProblemIn(rules.flatMap(({ use }) => use));
  if (stepProblem?.is === 'awaited') {
    const decoding = { as: [], title: '', from: 'setting', shown: 'none', stepProblem } as const;
    return { decoding, routes: [], isSettled: true, isAwaited: true };
  }
  const routes = rules.map(({ direction, kind, use }): Route => ({
    ...(direction && { direction }),
    ...(kind && { kind }),
    chain: new Chain(decodersOf(use, table)),
  }));
  const decoded = routes.filter(({ chain }) => chain.names.length > 0);
  const titles = new Set(decoded.map(({ chain }) => titleOf(chain)));
  const decoding: SessionDecoding = {
    as: decoded[0]?.chain.names ?? [],
    title: [...titles].join(' / '),
    from: 'setting',
    shown: decoded.length > 0 ? 'applied' : 'none',
    ...(stepProblem && { stepProblem }),
  };
  const isRead = decoded.length > 0 || !rules.some(isForAll);
  return { decoding, routes: isRead ? routes : [], isSettled: true };
}

class DetectingChooser implements SessionChooser {
  readonly #detector: Detector;
  readonly #table: DecoderTable;
  readonly #said: SessionChoice | undefined;
  #names: readonly string[] = [];
  #routes: readonly Route[] = [];

  /** @param said by rules, of some of the messages */
  constructor(
    session: SessionFacts,
    table: DecoderTable,
    ports: InflatePorts,
    said: SessionChoice | undefined,
  ) {
    this.#detector = new Detector(session, ports);
    this.#table = table;
    this.#said = said;
  }

  take(message: SeenMessage): void {
    if (!this.#said?.routes.some(route => isOn(route, message))) {
      this.#detector.take(message);
    }
  }

  get choice() {
    const { as, from, shown } = this.#detector.detection;
    const isApplied = shown === 'applied' || shown === 'applied?';
    const names = isApplied ? as : [];
    if (names.join() !== this.#names.join()) {
      this.#names = names;
      const decoders = decodersOf(names, this.#table);
      this.#routes = decoders.length > 0 ? [{ chain: new Chain(decoders) }] : [];
    }
    const decoding: SessionDecoding = {
      as,
      title: titleOf({ names: as, titles: as }),
      from,
      shown,
    };
    const { isSettled } = this.#detector;
    const said = this.#said;
    return said
      ? { decoding: said.decoding, routes: [...said.routes, ...this.#routes], isSettled }
      : { decoding, routes: this.#routes, isSettled };
  }
}

function isOn({ direction, kind }: Route, message: SeenMessage): boolean {
  return (
    (direction === undefined || direction === message.direction) &&
    (kind === undefined || (kind === 'text') === message.isText)
  );
}

/** For people. Where a protocol follows a format that it is written in, the protocol says it all. */
function titleOf({ names, titles }: Pick<Chain, 'names' | 'titles'>): string {
  const all = names.map((name, index) => titleInChain(name, titles[index] ?? name));
  return (names[0] === 'json' && all.length > 1 ? all.slice(1) : all).join(', ');
}
