import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CsvWriter } from '../../../../src/core/export/csv.ts';
import { HarWriter } from '../../../../src/core/export/har.ts';
import { NdjsonWriter } from '../../../../src/core/export/ndjson.ts';
import type { RowWriter, WriterParts } from '../../../../src/core/export/rowWriter.ts';
import type {
  ExportedMessage,
  ExportedRecord,
} from '../../../../src/core/decode/pass/exportedMessage.ts';
import {
  brokenUtf8,
  hostilePayloads,
  partsWith,
  readCsv,
  recordOf,
  written,
} from '../../../support/capture/exports.ts';

const valueOf = (json: string) => () => json;

const answer: ExportedMessage = {
  as: ['gzip', 'socketio'],
  type: 'ACK',
  event: 'chat',
  id: '12',
  severity: 'error',
  request: 3,
  ms: 12.3000001,
  value: valueOf('["ok",\r\n12345678901234567890]'),
};

const batch: ExportedMessage = {
  as: ['jsonrpc'],
  type: 'batch',
  severity: 'warning',
  records: [
    { event: 'add', value: valueOf('1') },
    { event: 'sub', topic: 'room', request: 7, ms: 1 },
    { value: valueOf('{"a":2}') },
  ],
};

type Make = (parts: WriterParts) => RowWriter;
const ndjson: Make = parts => new NdjsonWriter(parts);
const parsed: Make = parts => new NdjsonWriter(parts, true);
const csv: Make = parts => new CsvWriter(parts);
const har: Make = parts => new HarWriter({ ...parts, openingAt: () => undefined });

/** The text of one row for which decoders say this. */
function textOf(
  make: Make,
  message: ExportedMessage | undefined,
  secrets: readonly string[] = [],
  payload = 'raw',
): string {
  return written(make({ ...partsWith(...secrets), decode: () => message }), [recordOf(payload)]);
}

function decodedIn(message: ExportedMessage, secrets?: readonly string[]): unknown {
  const line = textOf(ndjson, message, secrets);
  assert.equal(line.indexOf('\n'), line.length - 1);
  return (JSON.parse(line) as { decoded: unknown }).decoded;
}

function cellsOf(message: ExportedMessage | undefined, secrets?: readonly string[]) {
  const [heading = [], row = [], ...rest] = readCsv(textOf(csv, message, secrets));
  assert.deepEqual([row.length, rest], [heading.length, []]);
  return Object.fromEntries(heading.map((name, index) => [name, row[index]]));
}

describe('decoded values', () => {
  it('are a member of a line, with what is known, and all digits', () => {
    assert.match(textOf(ndjson, answer), /"data":"raw","decoded":\{"as":"gzip, socketio",/);
    assert.match(textOf(ndjson, answer), /"value":\["ok", {2}12345678901234567890\]\}\}\n$/);
    assert.deepEqual(decodedIn({ ...answer, value: valueOf('[1]') }), {
      as: 'gzip, socketio',
      type: 'ACK',
      event: 'chat',
      id: '12',
      severity: 'error',
      request: 3,
      ms: 12.3,
      value: [1],
    });
    assert.match(
      textOf(parsed, { as: ['json'] }, [], '{"a":1}'),
      /"json":\{"a":1\},"decoded":\{"as":"json"\}\}\n$/,
    );
  });

  it('are those of each record where a message has several', () => {
    assert.deepEqual(decodedIn(batch), {
      as: 'jsonrpc',
      type: 'batch',
      severity: 'warning',
      records: [
        { event: 'add', value: 1 },
        { event: 'sub', topic: 'room', request: 7, ms: 1 },
        { value: { a: 2 } },
      ],
    });
  });

  it('are columns of a table, behind the others', () => {
    const { tap, as, type, event, topic, id, severity, request, ms, value } = cellsOf(batch);
    assert.deepEqual(
      [tap, as, type, event, topic, id, severity, request, ms, value],
      ['', 'jsonrpc', 'batch', 'add, sub', '', '', 'warning', '7', '1', '[1,{"a":2}]'],
    );
    assert.equal(cellsOf(undefined)['value'], '');
  });

  it('let no spreadsheet calculate', () => {
    const formula = '=HYPERLINK("http://evil.example")';
    const message = { as: [], type: '@x', event: formula, topic: '-a', id: '-1' };
    const { type, event, topic, id, value } = cellsOf({ ...message, value: valueOf('-0.5') });
    assert.deepEqual([type, event, topic, id, value], ["'@x", `'${formula}`, "'-a", '-1', '-0.5']);
  });

  it('are beside the data of a message in HAR', () => {
    const { log } = JSON.parse(textOf(har, { ...answer, value: valueOf('{"a":1}') })) as {
      log: { entries: { _webSocketMessages: unknown }[] };
    };
    const decoded = { ...(decodedIn(answer) as object), value: { a: 1 } };
    const [entry] = log.entries;
    assert.deepEqual(entry?._webSocketMessages, [
      { type: 'receive', time: 0, opcode: 1, data: 'raw', _decoded: decoded },
    ]);
  });

  it('that are no JSON, or long, are texts', () => {
    const secret = 'hunter22';
    assert.deepEqual(decodedIn({ as: [], value: valueOf('[1,') }), { as: '', value: '[1,' });
    assert.deepEqual(decodedIn({ as: [], value: valueOf('{"a":31415926}') }, ['31415926']), {
      as: '',
      value: '{"a":•••}',
    });
    const long = JSON.stringify(`😀${'x'.repeat(999)}${secret}`.repeat(2000));
    const masked = long.replaceAll(secret, '•••');
    assert.deepEqual(decodedIn({ as: [], value: valueOf(long) }, [secret]), {
      as: '',
      value: masked,
    });
    assert.equal(cellsOf({ as: [], value: valueOf(long) }, [secret])['value'], masked);
  });

  it('hold no part of a secret where a long fact is cut', () => {
    const secret = 'hunter22';
    for (let length = 240; length < 270; length++) {
      const event = `${'x'.repeat(length)}${secret}`;
      const { decoded } = JSON.parse(textOf(ndjson, { as: [], event }, [secret])) as {
        decoded: { event: string };
      };
      assert.doesNotMatch(decoded.event, /h/);
    }
    assert.deepEqual(decodedIn({ as: [], topic: 'x'.repeat(300) }), {
      as: '',
      topic: `${'x'.repeat(255)}…`,
    });
  });

  it('are one row of the format each, and without secrets, whatever peers send', () => {
    const secret = 'se"cr\\et-5';
    const text = fc
      .array(fc.oneof(fc.constant(secret), fc.string({ unit: 'binary', maxLength: 20 })))
      .map(parts => parts.join(''));
    const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
    const value = fc.oneof(
      text.map(each => JSON.stringify(each)),
      fc.json(),
      text,
    );
    const record: fc.Arbitrary<ExportedRecord> = fc.record({
      type: maybe(text),
      event: maybe(text),
      topic: maybe(text),
      id: maybe(text),
      request: maybe(fc.nat()),
      ms: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
      value: maybe(value.map(each => () => each)),
    });
    const message: fc.Arbitrary<ExportedMessage> = fc.oneof(
      record.map(each => ({ ...each, as: ['msgpack'] })),
      fc
        .array(record, { minLength: 2, maxLength: 4 })
        .map(records => ({ as: ['msgpack'], type: 'batch', records })),
    );
    fc.assert(
      fc.property(message, each => {
        const seen = [
          JSON.stringify(decodedIn(each, [secret])),
          JSON.stringify(cellsOf(each, [secret])),
          JSON.stringify(JSON.parse(textOf(har, each, [secret]))),
        ].join();
        assert.doesNotMatch(seen, /cr[\\]*et-5/);
      }),
      { numRuns: 300 },
    );
  });

  it('change nothing of a row that no decoder reads', () => {
    const records = [...hostilePayloads, ...brokenUtf8].flatMap((payload, seq) => [
      recordOf(payload, { seq }),
      recordOf(payload, { seq, kind: 'binary' }),
    ]);
    for (const make of [ndjson, parsed, har]) {
      const [without, withNone] = [{}, { decode: () => undefined }].map(port =>
        written(make({ ...partsWith('quoted'), ...port }), records),
      );
      assert.equal(withNone, without);
    }
  });
});
