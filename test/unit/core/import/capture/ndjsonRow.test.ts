import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NdjsonWriter } from '../../../../../src/core/export/ndjson.ts';
import { readNdjsonRow } from '../../../../../src/core/import/capture/ndjsonRow.ts';
import { rawMember } from '../../../../../src/core/import/capture/rawMember.ts';
import {
  flagsOf,
  flagsOfTap,
  RowFlag,
  rowKinds,
  tapActions,
} from '../../../../../src/core/record/record.ts';
import {
  brokenUtf8,
  hostilePayloads,
  partsWith,
  written,
} from '../../../../support/capture/exports.ts';

const base64 = (text: string) => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined;
};
const read = (line: string) => readNdjsonRow(line, base64);
const encoder = new TextEncoder();

const line = (changed: object) =>
  JSON.stringify({
    seq: 1,
    at: '2026-01-01T00:00:00.000Z',
    time: 5,
    connection: 'a',
    direction: 'in',
    kind: 'text',
    heartbeat: false,
    size: 1,
    data: 'x',
    ...changed,
  });

const anyPayload = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }).map(text => encoder.encode(text)),
  fc.constantFrom(...hostilePayloads, ...brokenUtf8),
  fc.json().map(text => encoder.encode(text)),
);
const anyRecord = fc
  .record({
    seq: fc.nat(),
    at: fc.double({ min: -8e15, max: 8e15, noNaN: true }),
    kind: fc.constantFrom(...rowKinds),
    isOut: fc.boolean(),
    isHeartbeat: fc.boolean(),
    tap: fc
      .constantFrom(0, ...tapActions.map(flagsOfTap))
      .chain(flags => fc.constantFrom(flags, flags | RowFlag.Held)),
    payload: anyPayload,
  })
  .map(({ seq, at, kind, isOut, isHeartbeat, tap, payload }) => ({
    seq,
    at,
    flags: flagsOf(kind, isOut ? 'out' : 'in', isHeartbeat) | tap,
    payload,
  }));

describe('a row of an export as NDJSON', () => {
  for (const isParsed of [false, true]) {
    it(`is read as it was written, and gives the same line again; parsed: ${isParsed}`, () => {
      fc.assert(
        fc.property(anyRecord, record => {
          const text = written(new NdjsonWriter(partsWith(), isParsed), [record]);
          const row = read(text);
          assert.ok(typeof row !== 'string');
          const { connection, ...back } = row;
          assert.equal(connection, 'prices');
          assert.equal(written(new NdjsonWriter(partsWith(), isParsed), [back]), text);
          if (!isParsed && record.flags % 16 > 0) {
            assert.deepEqual(back, { ...record, at: record.at === 0 ? 0 : record.at });
          }
        }),
        { numRuns: 300 },
      );
    });
  }

  it('has JSON as a value if that is asked for, with every digit and on one line', () => {
    const texts = ['{"n":12345678901234567890.10,\r\n "e":1e400}', '[1,]', '"line\nbreak"', '7'];
    const rows = texts.map((text, seq) => ({
      seq,
      at: 0,
      flags: flagsOf('text', 'in'),
      payload: encoder.encode(text),
    }));
    const lines = written(new NdjsonWriter(partsWith(), true), rows).trimEnd().split('\n');
    assert.deepEqual(
      lines.map(each => each.replace(/^.*"size":\d+,/, '')),
      [
        '"json":{"n":12345678901234567890.10,   "e":1e400}}',
        '"data":"[1,]"}',
        '"data":"\\"line\\nbreak\\""}',
        '"json":7}',
      ],
    );
    const [first] = lines.map(read);
    assert.ok(first !== undefined && typeof first !== 'string');
    assert.equal(new TextDecoder().decode(first.payload), texts[0]?.replace('\r\n', '  '));
  });

  it('stays a text where a mask makes it no JSON', () => {
    const payload = encoder.encode('{"pin":424242}');
    const row = { seq: 0, at: 0, flags: flagsOf('text', 'in'), payload };
    const text = written(new NdjsonWriter(partsWith('424242'), true), [row]);
    assert.match(text, /"data":"\{\\"pin\\":•••\}"/);
  });

  for (const [what, bad, why] of [
    ['a cut line', '{"seq":1,"time":5,"conn', /^it is no JSON$/],
    ['an array', '[1]', /^it is no JSON object/],
    ['a text for a number', line({ seq: '1' }), /"seq"/],
    ['a number below zero', line({ seq: -1 }), /"seq"/],
    ['a number beyond all rows', line({ seq: 2 ** 60 }), /"seq"/],
    ['a time beyond all clocks', line({ time: 1e300 }), /"time"/],
    ['no time', line({ time: undefined, at: 'once' }), /"time"/],
    ['a name that is none', line({ connection: 7 }), /"connection"/],
    ['an endless name', line({ connection: 'x'.repeat(2000) }), /"connection"/],
    ['an unknown kind', line({ kind: 'smoke' }), /"kind"/],
    ['an unknown direction', line({ direction: 'up' }), /"direction"/],
    ['data that is no text', line({ data: 7 }), /"data"/],
    ['base64 that is none', line({ data: '%%', enc: 'base64' }), /base64/],
    ['an unknown encoding', line({ enc: 'rot13' }), /base64/],
    ['nothing to show', line({ data: undefined }), /neither "data" nor "json"/],
  ] as const) {
    it(`says why it cannot be read: ${what}`, () => {
      const row = read(bad);
      assert.ok(typeof row === 'string');
      assert.match(row, why);
    });
  }

  it('is read in another order of its members, and without what can be left out', () => {
    const row = read('{ "json" : {"a": 1.50} , "kind":"text","direction":"out","connection":"b","seq":3,"at":"1970-01-01T00:00:01.000Z"}'); // prettier-ignore
    assert.deepEqual(row, {
      connection: 'b',
      seq: 3,
      at: 1000,
      flags: flagsOf('text', 'out'),
      payload: encoder.encode('{"a": 1.50}'),
    });
  });
});

it('finds the text of a member of any object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (object, pick) => {
      const names = Object.keys(object);
      const name = names[pick % (names.length + 1)] ?? 'none of these';
      const found = rawMember(JSON.stringify(object), name);
      const wanted = Object.hasOwn(object, name) ? JSON.stringify(object[name]) : undefined;
      assert.equal(found, wanted);
    }),
  );
});
