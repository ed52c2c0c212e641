import { fromWire } from './headerText.ts';

/** The maximum length of a head; the same as in browsers. */
export const maxHeadBytes = 256 * 1024;

/** The maximum number of oddities that are listed one by one. */
const maxOddities = 8;
const maxQuoteLength = 80;
const ambiguousLength = 'an ambiguous Content-Length';

const statusLine = /^HTTP\/(\d+)(?:\.(\d+))?[ \t]+(\d{3})(?:[ \t]+(.*)|[ \t]*)$/is;
/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const control = /[\0-\x08\n-\x1f\x7f]/g;
const chunked = /(^|,)\s*chunked\s*$/i;

/** The head of an HTTP answer as this parser reads it, one character per byte. */
interface AnswerHead {
  /** With the empty line at its end. Unchanged if it is valid HTTP, or cannot be corrected. */
  readonly text: string;
  /** Absent if the status line cannot be read. */
  readonly status?: number;
  readonly statusText?: string;
  /** Without lengths that contradict each other. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `Content-Length` says no length, or several (RFC 9112, section 6.3), and there are no chunks. */
  readonly isLengthAmbiguous: boolean;
  /** Violations of HTTP (RFC 9112) that were tolerated; they quote the peer. */
  readonly oddities: readonly string[];
}

/**
 * Reads the head of an answer as browsers and curl do: they tolerate faults that leave the meaning
 * clear. Node's parser would fail and hide the status.
 *
 * @param raw one character per byte, with the empty line at its end or incomplete
 */
export function readAnswerHead(raw: string): AnswerHead {
  const [first = '', ...rest] = raw.split(/\r?\n/);
  const [, major, minor, digits, statusText = ''] = statusLine.exec(first) ?? [];
  if (digits === undefined) {
    return { text: raw, headers: [], isLengthAmbiguous: false, oddities: [] };
  }
  const oddities: string[] = [];
  const version = major === '1' && (minor === '0' || minor === '1') ? `1.${minor}` : '1.1';
  const plain = `HTTP/${version} ${digits}`;
  if (first !== plain && !first.startsWith(`${plain} `)) {
    oddities.push(`a status line in another form: ${quoted(first)}`);
  }
  if (statusText.includes('\r')) {
    oddities.push('a carriage return in the status line');
  }
  if (/(?<!\r)\n/.test(raw)) {
    oddities.push('lines that end in LF without CR');
  }
  if (!/\r?\n\r?\n$/.test(raw)) {
    oddities.push('an incomplete head');
  }
  const headers = withOneLength(readHeaders(rest, oddities), oddities);
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const corrected = [`${plain} ${statusText.replace(control, ' ')}`, ...lines, '\r\n'].join('\r\n');
  return {
    text: oddities.length === 0 ? raw : corrected,
    status: Number(digits),
    statusText,
    headers,
    isLengthAmbiguous: oddities.includes(ambiguousLength),
    oddities: shortened(oddities),
  };
}

function readHeaders(lines: readonly string[], oddities: string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    const colon = line.indexOf(':');
    const written = line.slice(0, Math.max(0, colon));
    const name = written.trimEnd();
    if (line.trim() === '') {
      continue;
    }
    if (last && /^[ \t]/.test(line)) {
      oddities.push(`a header that continues on the next line: ${last[0]}`);
      last[1] = `${last[1]} ${plainValue(line, last[0], oddities)}`;
    } else if (!token.test(name)) {
      // If the line has a colon, only the name is quoted: the value may be a secret.
      const [before = '', after] = line.split(':', 2);
      const shown = quoted(before, after === undefined ? '' : ': …');
      oddities.push(`a line that is not a header and was ignored: ${shown}`);
    } else {
      if (name !== written) {
        oddities.push(`a blank before the colon of a header: ${name}`);
      }
      headers.push([name, plainValue(line.slice(colon + 1), name, oddities)]);
    }
  }
  return headers;
}

function plainValue(value: string, name: string, oddities: string[]): string {
  const plain = value.replace(control, ' ');
  if (plain !== value) {
    oddities.push(`control characters in a header: ${name}`);
  }
  return plain.trim();
}

/** Keeps one length, or no length if it is ambiguous: the body then ends with the connection. */
function withOneLength(
  headers: readonly [string, string][],
  oddities: string[],
): readonly [string, string][] {
  const isLength = ([name]: readonly [string, string]) => name.toLowerCase() === 'content-length';
  const lengths = headers.filter(isLength).flatMap(([, value]) => value.split(/\s*,\s*/));
  const isChunked = headers.some(
    ([name, value]) => name.toLowerCase() === 'transfer-encoding' && chunked.test(value),
  );
  const [length = '0'] = lengths;
  const isClear = /^\d{1,15}$/.test(length) && lengths.every(other => other === length);
  if (lengths.length === 0 || (isClear && lengths.length === 1 && !isChunked)) {
    return headers;
  }
  const others = headers.filter(header => !isLength(header));
  if (isChunked) {
    oddities.push('Content-Length beside Transfer-Encoding');
    return others;
  }
  oddities.push(isClear ? 'Content-Length more than once' : ambiguousLength);
  return isClear ? [...others, ['Content-Length', length]] : others;
}

function quoted(line: string, rest = ''): string {
  const text = fromWire(line);
  return `“${text.length > maxQuoteLength ? `${text.slice(0, maxQuoteLength)}…` : text}${rest}”`;
}

function shortened(oddities: readonly string[]): readonly string[] {
  const unique = [...new Set(oddities)];
  const more = unique.length - maxOddities;
  return more > 0 ? [...unique.slice(0, maxOddities), `and ${more} more`] : unique;
}
