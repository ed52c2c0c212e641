import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AnyDecoder } from '../../../../../src/core/decode/decoder.ts';
import type { Reading } from '../../../../../src/core/decode/reading.ts';
import { bytesOf, readBytes } from '../../../../support/decode/readings.ts';

/** Tests a decoder with bytes of all kinds: at random, whole messages that were changed, and beginnings of them. */
export function testProtobufHostile(decoder: AnyDecoder, samples: readonly string[]): void {
  const whole = samples.map(bytesOf);
  const mutated = fc
    .tuple(fc.constantFrom(...whole), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([bytes, changes]) => {
      const changed = Uint8Array.from(bytes);
      for (const [at, byte] of changes) {
        changed[at % Math.max(1, changed.length)] = byte;
      }
      return changed;
    });
  describe(`Hostile bytes for ${decoder.name}`, () => {
    it('are read without harm', () => {
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), bytes => {
          checkReading(readBytes(decoder, bytes), bytes.length);
          assert.deepEqual(plain(readBytes(decoder, bytes)), plain(readBytes(decoder, bytes)));
        }),
        { numRuns: 2000 },
      );
    });

    it('may be the beginnings of messages', () => {
      for (const bytes of whole) {
        for (let length = 0; length < bytes.length; length++) {
          checkReading(readBytes(decoder, bytes.subarray(0, length)), length);
        }
      }
    });
  });
}

function checkReading(reading: Reading, length: number): void {
  assert.ok(reading.summary().length <= 512);
  const { problem, range, value, fields, envelope, records = [] } = reading;
  if (problem) {
    assert.ok(problem.at >= 0 && problem.at <= length, `problem at ${problem.at}`);
  }
  if (range) {
    assert.ok(range[0] >= 0 && range[0] <= range[1] && range[1] <= length);
  }
  JSON.parse(value?.() ?? '0');
  JSON.parse(envelope?.() ?? '0');
  const ends: number[] = [];
  let before = 0;
  for (const [path, begin, end] of fields?.() ?? []) {
    assert.ok(begin >= before && begin <= end && end <= length, `${path} ${begin} ${end}`);
    while ((ends.at(-1) ?? Infinity) <= begin && ends.length > 1) {
      ends.pop();
    }
    assert.ok(end <= (ends.at(-1) ?? length), `${path} ends within what holds it`);
    ends.push(end);
    before = begin;
  }
  records.forEach(record => checkReading(record, length));
}

function plain(reading: Reading): unknown {
  const { summary, value, fields, records, problem, severity, name, type, id, topic } = reading;
  return {
    facts: { problem, severity, name, type, id, topic },
    summary: summary(),
    value: value?.(),
    fields: fields?.(),
    records: records?.map(plain),
  };
}
