/**
 * Who wrote something down: the user, or a file of the workspace, which others may have written and
 * which came with a clone.
 */
export type Origin = 'user' | 'workspace';

/** Who defines the value of a reference. */
export type ValueSource = Origin | 'peer' | 'machine';

/** A text whose references are filled in: only what somebody wrote down for that is one. */
export interface Template {
  readonly kind: 'template';
  readonly text: string;
  readonly origin: Origin;
}

/** A text that is inserted unchanged: what looks like a reference in it is not one. */
export type Literal = PeerText | LiteralText;

/** What a peer sent. It chooses no host, no program and no file. */
export interface PeerText {
  readonly kind: 'literal';
  readonly source: 'peer';
  readonly text: string;
  /**
   * The origin (RFC 6454) of the URL that it was received from, such as `wss://example.com`; no other
   * origin is told of it. Absent if the user has said that it serves all connections.
   */
  readonly from?: string;
}

/** What the user typed or stored, or what this machine knows. */
interface LiteralText {
  readonly kind: 'literal';
  readonly source: 'user' | 'machine';
  readonly text: string;
}

/** The value of a reference. How it may be used depends on where it came from, at any depth. */
export type Value = Template | Literal;

/** Of two who have a hand in something, the one who may do less. */
export function stricterOf(one: Origin, other: Origin): Origin {
  return one === 'workspace' ? one : other;
}

export function template(text: string, origin: Origin): Template {
  return { kind: 'template', text, origin };
}

/** @param from see `PeerText` */
export function peerText(text: string, from?: string): PeerText {
  return { kind: 'literal', source: 'peer', text, ...(from === undefined ? {} : { from }) };
}

export function literalValue(text: string, source: LiteralText['source']): LiteralText {
  return { kind: 'literal', source, text };
}

export function valueSource(value: Value): ValueSource {
  return value.kind === 'template' ? value.origin : value.source;
}
