export type Header = readonly [name: string, value: string];

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly Header[];
}

export function isWebSocket(upgrade: unknown): boolean {
  return typeof upgrade === 'string' && /\bwebsocket\b/i.test(upgrade);
}

/** @param raw names and values in turn, as `rawHeaders` of Node has them */
export function pairs(raw: readonly string[]): readonly Header[] {
  return raw.flatMap((name, at): readonly Header[] =>
    at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : [],
  );
}

/** The lines of an HTTP head as names and values; the first is its start line. */
export function linesOf(head: string): readonly Header[] {
  return head.split('\r\n').map((line): Header => {
    const colon = line.indexOf(':');
    return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()];
  });
}

export function answerOf(head: string): Answer {
  const [, status = '0', statusText = ''] = /^HTTP\/\S+ (\d{3}) ?([^\r\n]*)/.exec(head) ?? [];
  return { status: Number(status), statusText, headers: linesOf(head).slice(1) };
}
