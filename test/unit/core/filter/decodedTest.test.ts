import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RowMatch, ViewMatcher } from '../../../../src/core/capture/viewMatcher.ts';
import type { DecodedRecord, DecodedRow } from '../../../../src/core/filter/decodedRow.ts';
import { withCaptures } from '../../../../src/core/filter/conditionParts.ts';
import { matcherOf, type MatchedRow } from '../../../../src/core/filter/matcher.ts';
import { parseFilter } from '../../../../src/core/filter/parseFilter.ts';
import { flagsOf, type RowKind } from '../../../../src/core/record/record.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const decode = (bytes: Uint8Array) => decoder.decode(bytes);

function conditionOf(filter: string) {
  const { condition, problems } = parseFilter(filter, { now: 0, startOfDay: 0 });
  assert.ok(condition, JSON.stringify(problems));
  return condition;
}

interface Facts extends Partial<Omit<DecodedRow, 'value' | 'envelope'>> {
  readonly value?: string;
  readonly envelope?: string;
}

function rowOf(
  payload: string,
  decoded?: () => DecodedRow | undefined,
  kind: RowKind = 'text',
): MatchedRow {
  const bytes = encoder.encode(payload);
  const flags = flagsOf(kind, 'in');
  return { flags, at: 0, size: bytes.length, payload: () => bytes, decoded };
}

/** A binary message, as a decoder read it. */
function decodedRow({ value, envelope, ...facts }: Facts, payload = '\x01'): MatchedRow {
  const decoded = {
    as: ['msgpack'],
    records: [{}],
    isUndecodable: false,
    isHeartbeat: false,
    isFailure: false,
    isWith: () => false,
    value: () => value,
    envelope: () => envelope,
    ...facts,
  };
  return rowOf(payload, () => decoded, 'binary');
}

function recordsRow(...records: readonly DecodedRecord[]): MatchedRow {
  return decodedRow({ records });
}

function check(row: MatchedRow, meets: readonly string[], misses: readonly string[]): void {
  for (const filter of meets) {
    assert.ok(matcherOf(conditionOf(filter), { decode })(row), `${filter} should match`);
  }
  for (const filter of misses) {
    assert.ok(!matcherOf(conditionOf(filter), { decode })(row), `${filter} should not match`);
  }
}

const everyTerm = [
  'event:!=a',
  'topic:~""',
  'type:!=a',
  'id:!=a',
  'as:~o',
  'call:pending|done|failed|orphan',
  'call:#0',
  'latency:>=0',
  'is:undecodable',
  '@.a',
];

describe('Conditions on what decoders know', () => {
  it('compare facts as they were written, parts in either case', () => {
    check(
      recordsRow({ event: 'Chat', topic: 'a/b', type: 'ACK', id: '12' }),
      [
        'event:Chat',
        'event:join|Chat',
        'event:~hA',
        'event:!=join|leave',
        'topic:a/b',
        'type:ACK',
        'type:~ck',
        'id:12',
        'id:>11',
        'id:<=12.0',
        '-event:chat',
      ],
      ['event:chat', 'event:!=join|Chat', 'type:~x', 'topic:a', 'id:1', 'id:<12', 'id:12.0'],
    );
  });

  it('compare ids digit by digit, and what is no number as text', () => {
    check(
      recordsRow({ id: '9007199254740993' }),
      ['id:9007199254740993', 'id:>9007199254740992', 'id:<9007199254740994'],
      ['id:9007199254740992', 'id:>9007199254740993', 'id:>a'],
    );
    check(recordsRow({ id: 'b' }), ['id:>a', 'id:<c'], ['id:>5', 'id:<5', 'id:>b']);
  });

  it('hold if one of the records fits', () => {
    const row = recordsRow({ event: 'a', ms: 5, call: 'done' }, { event: 'b', ms: 500 });
    check(
      row,
      ['event:a event:b', 'event:!=a', 'latency:>100', 'latency:1ms..10ms', 'call:done'],
      ['event:c', 'latency:10ms..400ms', 'call:failed'],
    );
  });

  it('ask for the conversation of a row, in one capture if its connection is named', () => {
    const row = { ...decodedRow({ isWith: seq => seq === 7 }), capture: 2 };
    check(row, ['call:#7'], ['call:#8', 'call:#7@a', 'call:#7@b']);
    const capture = (name: string) => ['a', 'b'].indexOf(name) + 1;
    const finds = (filter: string) =>
      matcherOf(withCaptures(conditionOf(filter), capture), { decode })(row);
    assert.deepEqual(
      ['call:#7@b', '(x or call:#7@b)', '-call:#7@b', 'call:#7@a', 'call:#8@b'].map(finds),
      [true, true, false, false, false],
    );
    assert.equal(finds('call:#7@c'), false);
  });

  it('ask for the state of a call and its time', () => {
    const row = recordsRow({ call: 'failed', ms: 1500 });
    check(
      row,
      ['call:failed', 'call:done|failed', 'latency:>1s', 'latency:1500', 'latency:1s..2s'],
      ['call:pending', 'latency:<1.5s', 'latency:!=1500'],
    );
  });

  it('ask how a message was decoded', () => {
    const row = decodedRow({ as: ['gzip', 'SocketIO'] });
    check(
      row,
      ['as:socketio', 'as:GZIP', 'as:x|gzip', 'as:~io'],
      ['as:raw', 'as:socket', 'as:~raw'],
    );
    check(decodedRow({ isUndecodable: true }), ['is:undecodable'], ['as:raw']);
    check(
      rowOf('x', () => undefined),
      ['as:raw', 'as:RAW'],
      ['as:msgpack', 'is:undecodable'],
    );
    check(rowOf('x'), ['as:raw'], []);
    check(rowOf('x', undefined, 'ping'), [], ['as:raw']);
  });

  it('are false where nothing was decoded', () => {
    check(rowOf('{"a":1}'), [], everyTerm);
    check(
      rowOf('{"a":1}', () => undefined),
      [],
      everyTerm,
    );
  });

  it('see the heartbeats and failures that decoders know', () => {
    check(decodedRow({ isHeartbeat: true }), ['is:heartbeat'], ['has:error', 'is:error']);
    check(decodedRow({ isFailure: true }), ['has:error', 'is:error'], ['is:heartbeat']);
  });

  it('look into the decoded value of what is no JSON itself', () => {
    check(
      decodedRow({ value: '{"a":{"b":[1,"x"]},"n":9007199254740993,"f":1.50}' }),
      [
        '$.a.b[1]:x',
        '$.a.*[0]:1',
        '$.n:9007199254740993',
        '$.n:>9007199254740992',
        '$.f:1.5',
        '$.f:~.50',
      ],
      ['$.c', '$.n:9007199254740992', '$.f:1.51', '$[0]'],
    );
    const readValue = { ...decodedRow({ value: '{"b":1}' }).decoded?.() } as DecodedRow;
    check(
      rowOf('{"a":1}', () => readValue),
      ['$.a'],
      ['$.b'],
    );
    check(
      rowOf('42["b"]', () => readValue),
      ['$.b:1'],
      ['$.a'],
    );
    check(decodedRow({}), [], ['$.a']);
  });

  it('look into the array of several records and into each', () => {
    const value = '[{"a":1},{"b":[2]}]';
    const isMet = ['$.a:1', '$.b[0]:2', '$[1].b[0]:2', '$[*].a'];
    check(decodedRow({ value, records: [{}, {}] }), isMet, ['$.c', '$.a:2']);
    check(decodedRow({ value }), ['$[0].a:1'], ['$.a']);
  });

  it('find the keys of maps by their text', () => {
    check(
      decodedRow({
        value: '{"m":{"$map":[[1,"one"],[-7,[2]],["a",1],["a",2],[9007199254740993,{"x":true}]]}}',
      }),
      [
        '$.m.1:one',
        '$.m.-7[0]:2',
        '$.m.a:1',
        '$.m.a:2',
        '$.m.*.x:true',
        '$.m.9007199254740993.x',
        '$.m.1:~NE',
      ],
      ['$.m.2', '$.m[1]', '$.m.9007199254740992', '$.m.b'],
    );
    const notMaps = '{"a":{"$map":[1]},"b":{"$map":[[1,2]],"c":3},"d":{"$map":5}}';
    check(decodedRow({ value: notMaps }), ['$.b.c:3', '$.d.$map:5', '$.a.$map[0]:1'], ['$.b.1']);
    check(rowOf('{"$map":[[1,2]]}'), ['$.$map[0][1]:2'], ['$.1']);
  });

  it('look into the envelope', () => {
    check(
      decodedRow({ envelope: '{"headers":{"receipt":"r1","n":1.50}}', value: '{"a":1}' }),
      ['@.headers.receipt:r1', '@.headers.*:~R', '@.headers.n:1.5', '@.headers.n:~.50', '$.a'],
      ['@.a', '$.headers', '@.headers.receipt:r2'],
    );
    check(decodedRow({ value: '{"a":1}' }), [], ['@.a']);
  });

  it('read a row once, and only if the rest does not decide', () => {
    let reads = 0;
    const { decoded, ...row } = decodedRow({ records: [{ event: 'a' }], value: '{"a":1}' });
    const counted = { ...row, decoded: () => (reads++, decoded?.()) };
    const run = (filter: string) => matcherOf(conditionOf(filter), { decode })(counted);
    assert.ok(!run('event:a out:'));
    assert.equal(reads, 0);
    assert.ok(run('event:a -is:heartbeat $.a:1 -@.a /./'));
    assert.equal(reads, 1);
  });
});

describe('ViewMatcher', () => {
  const matchOf = (filter: string, row: MatchedRow) =>
    new ViewMatcher({ condition: conditionOf(filter) }, decode).match(row);

  it('counts as unread what has neither JSON nor a decoded value', () => {
    assert.equal(matchOf('$.a:2', rowOf('x')), RowMatch.Unread);
    assert.equal(
      matchOf(
        '$.a:2',
        rowOf('x', () => undefined),
      ),
      RowMatch.Unread,
    );
    assert.equal(matchOf('$.a:2', decodedRow({})), RowMatch.Unread);
    assert.equal(matchOf('$.a:2', decodedRow({ value: '{"a":1}' })), RowMatch.Out);
    assert.equal(matchOf('$.a:1', decodedRow({ value: '{"a":1}' })), RowMatch.Shown);
    assert.equal(matchOf('$.a:2 event:x', rowOf('x')), RowMatch.Out);
    assert.equal(matchOf('@.a:2', rowOf('x')), RowMatch.Out);
  });

  it('does not take flags for enough where decoders are asked', () => {
    const isByFlags = (filter: string) =>
      new ViewMatcher({ condition: conditionOf(filter) }, decode).isByFlags;
    assert.ok(isByFlags('is:heartbeat kind:text'));
    for (const filter of [...everyTerm, 'in: -as:raw']) {
      assert.ok(!isByFlags(filter), filter);
    }
  });
});
