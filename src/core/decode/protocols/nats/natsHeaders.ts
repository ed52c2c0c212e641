import { textIn } from '../../values/utf8Text.ts';

/** The headers of a message, and the status that a server answers with in their first line. */
export interface NatsHeaders {
  /** As in `503 No Responders`. */
  readonly status: string | undefined;
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

/** Reads `NATS/1.0`, maybe a status, and lines of names and values; what is no such line is left out. */
export function readNatsHeaders(bytes: Uint8Array): NatsHeaders {
  const [first = '', ...lines] = textIn(bytes, 0, bytes.length).split('\r\n');
  const status = /^NATS\/\d\.\d(?<status>.*)/s.exec(first)?.groups?.['status']?.trim();
  const pairs = lines.flatMap(line => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as const] : [];
  });
  return { status: status === '' ? undefined : status, pairs };
}

/** As members of an envelope; headers of the same name stay. */
export function headersJson({ status, pairs }: NatsHeaders): string {
  const members = pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const first = status === undefined ? '' : `"status":${JSON.stringify(status)},`;
  return `{${first}"headers":{${members.join(',')}}}`;
}
