import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NdjsonWriter } from '../../../../src/core/export/ndjson.ts';
import {
  brokenUtf8,
  hostilePayloads,
  partsWith,
  recordOf,
  written,
} from '../../../support/capture/exports.ts';

interface Line {
  readonly seq: number;
  readonly data?: string;
  readonly enc?: string;
  readonly size: number;
  readonly state?: unknown;
}

function linesOf(text: string): readonly Line[] {
  assert.ok(text === '' || text.endsWith('\n'));
  return text
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Line);
}

function payloadIn({ data = '', enc }: Line): Uint8Array {
  return new Uint8Array(Buffer.from(data, enc === 'base64' ? 'base64' : 'utf8'));
}

describe('ndjson', () => {
  it('has a line with the same members for each row', () => {
    const at = Date.UTC(2026, 1, 28, 23, 59, 59, 999) + 0.25;
    const text = written(new NdjsonWriter(partsWith()), [
      recordOf('hello', { seq: 7, at, direction: 'out', heartbeat: true }),
      recordOf(Uint8Array.of(1, 2), { seq: 8, at: 0, kind: 'ping' }),
    ]);
    assert.deepEqual(text.split('\n'), [
      `{"seq":7,"at":"2026-02-28T23:59:59.999Z","time":${at},"connection":"prices",` +
        '"direction":"out","kind":"text","heartbeat":true,"size":5,"data":"hello"}',
      '{"seq":8,"at":"1970-01-01T00:00:00.000Z","time":0,"connection":"prices",' +
        '"direction":"in","kind":"ping","heartbeat":false,"size":2,"data":"AQI=","enc":"base64"}',
      '',
    ]);
  });

  it('gives back every byte of what peers send, one row a line', () => {
    const records = [...hostilePayloads, ...brokenUtf8].flatMap((payload, seq) => [
      recordOf(payload, { seq }),
      recordOf(payload, { seq, kind: 'binary' }),
    ]);
    const lines = linesOf(written(new NdjsonWriter(partsWith()), records));
    assert.deepEqual(
      lines.map(line => [line.seq, line.size, payloadIn(line)]),
      records.map(({ seq, payload }) => [seq, payload.length, payload]),
    );
    assert.ok(lines.every(({ enc }) => enc === undefined || enc === 'base64'));
  });

  it('has the facts of a state change, without secrets, and the text of one that is none', () => {
    const facts = {
      state: 'failed',
      text: 'No access for hunter22.',
      handshake: { url: 'ws://a' },
    };
    const [state, odd] = linesOf(
      written(new NdjsonWriter(partsWith('hunter22')), [
        recordOf(JSON.stringify(facts), { kind: 'state' }),
        recordOf('{"state":', { kind: 'state' }),
      ]),
    );
    assert.deepEqual(state?.state, { ...facts, text: 'No access for •••.' });
    assert.deepEqual([odd?.state, odd?.data], [undefined, '{"state":']);
  });

  it('has the text of a state change that is nested deeper than can be written', () => {
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const [line] = linesOf(
      written(new NdjsonWriter(partsWith()), [recordOf(deep, { kind: 'state' })]),
    );
    assert.deepEqual([line?.state, line?.data], [undefined, deep]);
  });

  it('writes 50 MB in pieces, with code points whole and a secret in every seam', () => {
    const secret = 'hunter22-😀';
    const part = `😀${'x'.repeat(1000)}${secret}`;
    const payload = new TextEncoder().encode(part.repeat(50_000));
    const writer = new NdjsonWriter(partsWith(secret));
    let longest = 0;
    let length = 0;
    let found = 0;
    let tail = '';
    for (const piece of writer.row({ capture: 1, name: '', url: '' }, recordOf(payload))) {
      assert.ok(!/\p{Surrogate}/u.test(piece));
      longest = Math.max(longest, piece.length);
      length += piece.length;
      found += piece.split('•').length - 1;
      assert.ok(!(tail + piece).includes(secret));
      tail = piece.slice(-20);
    }
    assert.equal(found, 3 * 50_000);
    assert.ok(length > 50_000_000 && longest < 1_000_000, `${longest}`);
  });

  it('writes a long text that breaks off in the middle of a code point as base64', () => {
    const payload = new Uint8Array(5_000_000).fill(0x61);
    payload[payload.length - 1] = 0xe2;
    const [line] = linesOf(written(new NdjsonWriter(partsWith('hunter22')), [recordOf(payload)]));
    assert.equal(line?.enc, 'base64');
    assert.equal(Buffer.compare(payloadIn(line), payload), 0);
  });
});
