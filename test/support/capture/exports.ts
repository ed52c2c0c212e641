import { base64 } from '../../../src/node/captureWorker/export/exportFile.ts';
import type { StoredRecord } from '../../../src/core/record/block.ts';
import { flagsOf, type Direction, type RowKind } from '../../../src/core/record/record.ts';
import type { ExportedConnection } from '../../../src/core/export/exportJob.ts';
import { SecretRedactor } from '../../../src/core/secrets/redact.ts';
import type { RowWriter, WriterParts } from '../../../src/core/export/rowWriter.ts';

export const connection: ExportedConnection = {
  capture: 1,
  name: 'prices',
  url: 'wss://example.com/feed',
};

export function partsWith(...secrets: readonly string[]): WriterParts {
  return { redactor: new SecretRedactor(secrets), base64 };
}

export function recordOf(
  payload: string | Uint8Array,
  facts: {
    readonly seq?: number;
    readonly at?: number;
    readonly kind?: RowKind;
    readonly direction?: Direction;
    readonly heartbeat?: boolean;
  } = {},
): StoredRecord {
  const { seq = 0, at = 0, kind = 'text', direction = 'in', heartbeat = false } = facts;
  return {
    seq,
    at,
    flags: flagsOf(kind, direction, heartbeat),
    payload: typeof payload === 'string' ? new TextEncoder().encode(payload) : payload,
  };
}

/** All that a writer makes of some rows. */
export function written(writer: RowWriter, records: readonly StoredRecord[]): string {
  const rows = records.map(record => [...writer.row(connection, record)].join(''));
  return writer.begin() + rows.join('') + writer.end();
}

/** Payloads that have gone wrong somewhere before; as bytes, of text and of binary messages. */
export const hostilePayloads: readonly Uint8Array[] = [
  '',
  '\ufeff{"a":1}',
  'line\r\nbreak\u2028\u2029"quote" \\ \0 \u001b[31m',
  '"}\n{"seq":99,"data":"forged',
  '",""\r\n0,forged',
  ']}]}}',
  '=HYPERLINK("http://evil.example")',
  '\ud83d\ude00 שלום \u202e',
  "'already quoted",
  '-12.5e3',
].map(text => new TextEncoder().encode(text));

export const brokenUtf8: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0x61, 0xed, 0xa0, 0x80), // half a surrogate pair
  Uint8Array.of(0xe2, 0x82),
  Uint8Array.of(0xc0, 0x80),
];

/** Reads CSV as RFC 4180 has it, into rows of fields. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let end = 0;
  for (const [all, quoted, plain, separator] of text.matchAll(field)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    end += all.length;
    if (separator !== ',') {
      rows.push(row);
      row = [];
    }
  }
  if (end !== text.length) {
    throw new Error(`Not CSV from character ${end} on`);
  }
  return rows;
}
