import assert from 'node:assert/strict';
import type { Layer } from '../../../src/core/decode/layer.ts';
import { maxFields, maxRecords } from '../../../src/core/decode/limits.ts';
import { problemCodes, type Field, type Reading } from '../../../src/core/decode/reading.ts';

/** Everything that a reading says, as data. */
export function saidBy(reading: Reading): object {
  const { summary, lead, value, envelope, fields, records, withParts, next, ...facts } = reading;
  return {
    ...facts,
    summary: summary(),
    answer: summary({ name: 'asked', topic: 'about' }),
    lead: lead?.(),
    value: value?.(),
    envelope: envelope?.(),
    fields: fields?.(),
    records: records?.map(saidBy),
    announces: withParts !== undefined,
    next: next && { kind: next.kind, begin: next.begin, value: next.value?.() },
  };
}

/** Asserts that a reading of a layer keeps what `Reading` promises, whatever the bytes are. */
export function assertSoundReading(reading: Reading, layer: Layer): void {
  const { length } = layer.bytes;
  assertSound(reading, layer, reading.parts !== undefined);
  const { records = [] } = reading;
  assert.ok(records.length <= maxRecords, `${records.length} records`);
  let last = -Infinity;
  for (const record of records) {
    const hasParts = reading.parts !== undefined || record.parts !== undefined;
    assertSound(record, layer, hasParts);
    const { range } = record;
    if (range) {
      const [begin, end] = range;
      const isOrdered = begin <= end && end <= length && begin >= last && (begin >= 0 || hasParts);
      assert.ok(isOrdered, `record at ${begin} to ${end} behind ${last} of ${length} bytes`);
      last = end;
    }
  }
}

function assertSound(reading: Reading, layer: Layer, hasParts: boolean): void {
  const { bytes } = layer;
  for (const asked of [undefined, {}, { name: 'asked', topic: 'about' }]) {
    assertLine(reading.summary(asked));
    assertLine(reading.lead?.(asked) ?? '');
  }
  JSON.parse(reading.value?.() ?? 'null');
  const envelope: unknown = JSON.parse(reading.envelope?.() ?? '{}');
  assert.ok(typeof envelope === 'object' && envelope !== null && !Array.isArray(envelope));
  const { problem, next } = reading;
  if (problem) {
    const { at, is } = problem;
    assert.ok(problemCodes.includes(is), is);
    assert.ok(Number.isInteger(at) && at >= 0 && at <= bytes.length, `problem at ${at}`);
    // What was read is whole where only bytes are left over.
    assert.ok(reading.severity ?? is === 'trailing', 'a problem has a severity');
  }
  assertFields(reading.fields?.() ?? [], bytes.length, hasParts);
  if (next?.begin !== undefined && layer.begin === 0) {
    assert.ok(
      Buffer.from(next.bytes).equals(bytes.subarray(next.begin, next.begin + next.bytes.length)),
      `the next layer is no part at ${next.begin}`,
    );
  }
  reading.withParts?.([]).summary();
  const whole = reading.withParts?.([Uint8Array.of(1, 2, 3), new Uint8Array()]);
  assertLine(whole?.summary() ?? '');
  JSON.parse(whole?.value?.() ?? 'null');
}

function assertLine(text: string): void {
  assert.ok(text.length <= 512, `${text.length} characters`);
  assert.doesNotMatch(text, /[\r\n\t]/);
}

/** They lie within the bytes in their order, and one that begins in another ends in it. */
function assertFields(fields: readonly Field[], length: number, hasParts: boolean): void {
  assert.ok(fields.length <= maxFields, `${fields.length} fields`);
  const around: number[] = [];
  let last = -Infinity;
  for (const [path, begin, end, type, text] of fields) {
    assert.match(path, /^[$@]/);
    assert.equal(typeof type, 'string');
    assert.equal(typeof text, 'string');
    const isWithin = begin <= end && end <= length && (begin >= 0 || hasParts);
    assert.ok(isWithin, `${path} at ${begin} to ${end} of ${length} bytes`);
    assert.ok(begin >= last, `${path} at ${begin} behind ${last}`);
    last = begin;
    // One without bytes may be the last within another.
    while (around.length > 0 && (around.at(-1) ?? 0) < Math.min(begin + 1, end)) {
      around.pop();
    }
    const outer = around.at(-1);
    assert.ok(
      outer === undefined || end <= outer || begin === outer,
      `${path} ends at ${end}, not within ${outer}`,
    );
    around.push(end);
  }
}
