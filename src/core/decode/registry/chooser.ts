import type { InflatePorts } from '../codecs/inflate.ts';
import { Chain } from '../chain.ts';
import type { DecodeRule } from '../decodeRule.ts';
import type { SessionFacts } from '../decoder.ts';
import { Detector } from '../detect/detector.ts';
import type { ChooseDecoders, Route, SeenMessage, SessionChooser } from '../pass/sessionChoice.ts';
import type { SessionDecoding } from '../rowDecoding.ts';
import { titleOfDecoder } from './decoderNames.ts';
import { decodersOf, type DecoderTable } from './decoders.ts';
import { matchesUrl } from './urlPattern.ts';

/** Chooses by the first rules that fit a session and, where none does, by what the session looks like. */
export function chooserOf(
  rules: readonly DecodeRule[],
  table: DecoderTable,
  ports: InflatePorts,
): ChooseDecoders {
  return session => {
    const fitting = rules.filter(rule => fits(rule, session));
    return fitting.length > 0 ? ruled(fitting, table) : new DetectingChooser(session, table, ports);
  };
}

function fits({ url, subprotocol }: DecodeRule, session: SessionFacts): boolean {
  return (
    (url === undefined || matchesUrl(url, session.url)) &&
    (subprotocol === undefined || subprotocol === session.subprotocol)
  );
}

/** The rules of a session, up to the first that is for all of its messages. */
function ruled(rules: readonly DecodeRule[], table: DecoderTable): SessionChooser {
  const last = rules.findIndex(
    ({ direction, kind }) => direction === undefined && kind === undefined,
  );
  const used = last < 0 ? rules : rules.slice(0, last + 1);
  const routes = used.map(({ direction, kind, use }): Route => ({
    ...(direction && { direction }),
    ...(kind && { kind }),
    chain: new Chain(decodersOf(use, table)),
  }));
  const decoded = routes.filter(({ chain }) => chain.names.length > 0);
  const titles = new Set(decoded.map(({ chain }) => titleOf(chain.names)));
  const decoding: SessionDecoding = {
    as: decoded[0]?.chain.names ?? [],
    title: [...titles].join(' / '),
    from: 'setting',
    shown: decoded.length > 0 ? 'applied' : 'none',
  };
  const choice = {
    decoding,
    routes: decoded.length > 0 ? routes : [],
    isSettled: true,
  };
  return { choice, take: () => undefined };
}

class DetectingChooser implements SessionChooser {
  readonly #detector: Detector;
  readonly #table: DecoderTable;
  #names: readonly string[] = [];
  #routes: readonly Route[] = [];

  constructor(session: SessionFacts, table: DecoderTable, ports: InflatePorts) {
    this.#detector = new Detector(session, ports);
    this.#table = table;
  }

  take(message: SeenMessage): void {
    this.#detector.take(message);
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
    const decoding: SessionDecoding = { as, title: titleOf(as), from, shown };
    return { decoding, routes: this.#routes, isSettled: this.#detector.isSettled };
  }
}

/** For people. Where a protocol follows a format that it is written in, the protocol says it all. */
function titleOf(names: readonly string[]): string {
  const [first, ...rest] = names;
  const shown = first === 'json' && rest.length > 0 ? rest : names;
  return shown.map(titleOfDecoder).join(', ');
}
