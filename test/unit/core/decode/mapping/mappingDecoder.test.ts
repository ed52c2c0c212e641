import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import type { Decoder } from '../../../../../src/core/decode/decoder.ts';
import type { Mapping } from '../../../../../src/core/decode/mapping/mapping.ts';
import { mappingDecoder } from '../../../../../src/core/decode/mapping/mappingDecoder.ts';
import { msgpack } from '../../../../../src/core/decode/values/msgpack.ts';
import { readSession, summariesOf } from '../../../../support/decode/sessions.ts';

const mapped = (mapping: Mapping) => [mappingDecoder('map', 'Mapping', mapping)];

describe('A mapping', () => {
  it('reads what the example of the setting says', () => {
    const decoders = mapped({
      event: '$.e | $.method',
      topic: '$.s',
      id: '$.id',
      request: '$.method $.id',
      response: '$.id -$.method',
      error: '$.error',
      message: '$.error.message',
      body: '$.params | $.result',
      heartbeat: '$.op:11',
    });
    const read = readSession(decoders, [
      ['out', { id: 1, method: 'add', params: [1, 2] }],
      ['in', { e: 'trade', s: 'ACME', p: 5 }],
      ['in', { id: 1, result: 3 }],
      ['out', { id: 2, method: 'fail' }],
      ['in', { id: 2, error: { message: 'no' } }],
      ['in', { op: 11 }],
    ]);
    assert.deepEqual(
      read.map(({ summary, name, topic, id }) => [summary, name, topic, id]),
      [
        ['add [1,2]', 'add', undefined, '1'],
        ['trade', 'trade', 'ACME', undefined],
        ['add = 3', 'add', undefined, '1'],
        ['fail', 'fail', undefined, '2'],
        ['fail ! no', 'fail', undefined, '2'],
        ['heartbeat', undefined, undefined, undefined],
      ],
    );
    assert.deepEqual(read[2]?.['call'], { role: 'response', of: 0, ms: 20 });
    assert.equal(read[5]?.['heartbeat'], true);
  });

  it('makes texts of paths and words, and takes the first alternative that leads somewhere', () => {
    const decoders = mapped({
      type: '$.kind "a | b"',
      topic: 'room $.room.id $.room | lobby',
    });
    const read = readSession(decoders, [
      ['in', { kind: 7, room: { id: 5, name: 'x' } }],
      ['in', { kind: null, room: { id: 5 } }],
      ['in', { kind: true, room: null }],
    ]);
    assert.deepEqual(
      read.map(({ type, topic }) => [type, topic]),
      [
        ['7 a | b', 'room 5 {"name":"x"}'],
        [undefined, 'room 5'],
        ['true a | b', 'lobby'],
      ],
    );
  });

  it('gives words for numbers', () => {
    const [one, other] = readSession(mapped({ type: '$.op', types: { 1: 'hello' } }), [
      ['in', { op: 1 }],
      ['in', { op: 2 }],
    ]);
    assert.deepEqual([one?.['type'], other?.['type']], ['hello', '2']);
  });

  it('shows arguments one by one, and a message without its name', () => {
    assert.deepEqual(
      summariesOf(mapped({ event: '$.e', args: '$.a' }), [
        ['in', { e: 'x', a: [1, 'b', [2]] }],
        ['in', { e: 'x', a: [] }],
        ['in', { e: 'x', a: { b: 1 } }],
      ]),
      ['x 1, "b", [2]', 'x', 'x {"b":1}'],
    );
    assert.deepEqual(summariesOf(mapped({ event: '$.e', body: '$' }), [['in', { e: 'x', a: 1 }]]), [
      'x {"a":1}',
    ]);
  });

  it('keeps the calls of both sides, of scopes, and of 1 and "1" apart', () => {
    const decoders = mapped({
      event: '$.do',
      id: '$.id',
      scope: '$.in',
      request: '$.do',
      response: '-$.do',
    });
    const read = readSession(decoders, [
      ['out', { do: 'a', id: 1 }],
      ['out', { do: 'b', id: '1' }],
      ['out', { do: 'c', id: 1, in: 's' }],
      ['in', { do: 'd', id: 1 }],
      ['in', { id: 1, in: 's' }],
      ['in', { id: '1' }],
      ['out', { id: 1 }],
      ['in', { id: 1 }],
      ['in', { id: 1 }],
    ]);
    assert.deepEqual(
      read.map(({ summary }) => summary),
      ['a', 'b', 'c', 'd', 'c done', 'b done', 'd done', 'a done', '#1 done'],
    );
  });

  it('tells the answers of a stream from its end, and cancels', () => {
    const decoders = mapped({
      id: '$.id',
      event: '$.name',
      request: '$.t:start',
      response: '$.t:next or $.t:end',
      end: '$.t:end',
      cancel: '$.t:stop',
      body: '$.data',
    });
    const read = readSession(decoders, [
      ['out', { t: 'start', id: 1, name: 'ticks' }],
      ['in', { t: 'next', id: 1, data: 5 }],
      ['in', { t: 'end', id: 1 }],
      ['out', { t: 'start', id: 2, name: 'ticks' }],
      ['out', { t: 'stop', id: 2 }],
    ]);
    assert.deepEqual(
      read.map(({ summary, call }) => [summary, (call as { role: string }).role]),
      [
        ['ticks', 'request'],
        ['ticks > 5', 'item'],
        ['ticks done', 'response'],
        ['ticks', 'request'],
        ['ticks cancelled', 'cancel'],
      ],
    );
  });

  it('finds what belongs to a subscription by its handle', () => {
    const decoders = mapped({
      id: '$.id',
      event: '$.do',
      request: '$.do',
      response: '$.ok',
      handle: '$.ok',
      item: '$.of',
      body: '$.data',
    });
    const read = readSession(decoders, [
      ['out', { do: 'watch', id: 1 }],
      ['in', { of: 77, data: 'early' }],
      ['in', { id: 1, ok: 77 }],
      ['in', { of: 77, data: 'x' }],
    ]);
    assert.deepEqual(
      read.map(({ summary, topic }) => [summary, topic]),
      [
        ['watch', undefined],
        ['"early"', undefined],
        ['watch done', undefined],
        ['watch > "x"', '77'],
      ],
    );
    assert.deepEqual(read[3]?.['call'], { role: 'item', of: 0, ms: 30 });
  });

  it('reads texts that are JSON themselves, before anything else', () => {
    const decoders = mapped({
      json: ['$.data', '$.list[1]'],
      event: '$.data.name',
      topic: '$.list[1][0]',
      value: '$.data',
      error: '$.data.bad:true',
      message: '$.data.why',
    });
    const [one, other] = readSession(decoders, [
      ['in', { data: '{"name":"n","bad":true,"why":"w","n":1.50}', list: ['[1]', '["t"]'] }],
      ['in', { data: 'no JSON', list: 5 }],
    ]);
    assert.deepEqual(
      [one?.['summary'], one?.['topic'], one?.['value'], one?.['severity']],
      ['n ! w', 't', '{"name":"n","bad":true,"why":"w","n":1.50}', 'error'],
    );
    assert.deepEqual(
      [other?.['summary'], other?.['value']],
      ['{"data":"no JSON","list":5}', '"no JSON"'],
    );
  });

  it('has cases that go on from what is common, and says of what fits none that it is unexpected', () => {
    const decoders = mapped({
      type: '$.t',
      id: '$.id',
      cases: [
        { when: '$.t:a', event: 'first' },
        { when: 'in: $.t:b', type: 'second', warning: true, message: 'careful' },
        { when: '$.t:c', subprotocol: 'v2' },
      ],
    });
    const messages = [
      ['in', { t: 'a', id: 1 }],
      ['in', { t: 'b' }],
      ['out', { t: 'b' }],
      ['in', { t: 'c' }],
    ] as const;
    const read = readSession(decoders, messages);
    assert.deepEqual(
      read.map(({ type, summary, severity, problem }) => [type, summary, severity, problem]),
      [
        ['a', 'first', undefined, undefined],
        ['second', 'second ! careful', 'warning', undefined],
        [undefined, '{"t":"b"}', 'error', { at: 0, is: 'unexpected' }],
        [undefined, '{"t":"c"}', 'error', { at: 0, is: 'unexpected' }],
      ],
    );
    assert.equal(summariesOf(decoders, messages, 'v2')[3], 'c');
  });

  it('leaves messages alone that it is not for', () => {
    const decoders = mapped({ when: '$.v:2', event: '$.e' });
    const read = readSession(decoders, [
      ['in', { v: 1, e: 'x' }],
      ['in', { v: 2, e: 'x' }],
    ]);
    assert.deepEqual(
      read.map(({ summary, name, problem }) => [summary, name, problem]),
      [
        ['{"v":1,"e":"x"}', undefined, undefined],
        ['x', 'x', undefined],
      ],
    );
  });

  it('tests words, patterns, sizes and kinds as the filter of the list does', () => {
    const type = (filter: string) =>
      readSession(mapped({ type: 'other', cases: [{ when: filter, type: 'fits' }, {}] }), [
        ['in', { text: 'Grüße', n: 1.5 }],
      ])[0]?.['type'];
    for (const filter of [
      'grüße',
      '"Grüße"',
      '/gr.{2}e/i',
      'size:>10',
      'size:<40',
      'kind:text',
      'in:',
      '$.n:1.50',
      '$.text:~RÜ',
      '(out: or $.n) -$.x',
    ]) {
      assert.equal(type(filter), 'fits', filter);
    }
    assert.equal(type('kind:binary'), 'other');
    assert.equal(type('size:>100'), 'other');
    assert.equal(type('/(a+)+$/'), 'other');
  });

  it('takes the value that a decoder before it has read', () => {
    const reader: Decoder = {
      name: 'hex',
      title: 'Hex',
      takes: 'bytes',
      read: layer => ({
        summary: () => 'raw',
        next: layer.withValue(() => '[{"e":"x","n":1.50},{"e":"y"}]'),
      }),
    };
    const chain = new Chain([reader, ...mapped({ batch: true, event: '$.e', body: '$' })]);
    const contexts = chain.begin({ url: '', subprotocol: '' });
    const { reading } = chain.read(
      { direction: 'in', seq: 0, isText: false, bytes: new Uint8Array(3) },
      contexts,
    );
    assert.equal(reading?.summary(), 'x {"n":1.50} | y');
    assert.equal(reading.records?.[0]?.range, undefined);
    assert.equal(reading.value?.(), '[{"e":"x","n":1.50},{"e":"y"}]');
  });

  it('finds members by the text of keys that are no texts', () => {
    const decoders = [
      msgpack,
      ...mapped({ type: '$.0', event: '$.*.*', id: '$.1.a', heartbeat: '$.0:7' }),
    ];
    const chain = new Chain(decoders);
    const bytes = Uint8Array.of(0x82, 0x00, 0x07, 0x01, 0x81, 0xa1, 0x61, 0x05);
    const { reading } = chain.read(
      { direction: 'in', seq: 0, isText: false, bytes },
      chain.begin({ url: '', subprotocol: '' }),
    );
    assert.deepEqual(
      [reading?.type, reading?.name, reading?.id, reading?.isHeartbeat],
      ['7', '5', '5', true],
    );
  });

  it('reads JSON of binary messages, and says of other bytes that they are none', () => {
    const chain = new Chain(mapped({ event: '$.e' }));
    const contexts = chain.begin({ url: '', subprotocol: '' });
    const read = (bytes: Uint8Array) =>
      chain.read({ direction: 'in', seq: 0, isText: false, bytes }, contexts).reading;
    assert.equal(read(Buffer.from('{"e":"x"}'))?.name, 'x');
    const broken = read(Uint8Array.of(0x7b, 0xff));
    assert.deepEqual(broken?.problem, { at: 1, is: 'bad-json' });
    assert.equal(broken.summary(), '2 bytes');
  });

  it('keeps names and ids short, however long they are, and tells them apart', () => {
    const long = 'x'.repeat(100_000);
    const decoders = mapped({ event: '$.do', id: '$.id', request: '$.do', response: '-$.do' });
    const read = readSession(decoders, [
      ['out', { do: long, id: `${long}1` }],
      ['out', { do: 'b', id: `${long}2` }],
      ['in', { id: `${long}1` }],
    ]);
    assert.equal((read[0]?.['name'] as string).length, 512);
    assert.deepEqual(read[2]?.['call'], { role: 'response', of: 0, ms: 20 });
  });

  it('takes members of any name for what they are', () => {
    const decoders = mapped({ event: '$.constructor | $.__proto__.a', json: ['$.__proto__'] });
    assert.deepEqual(
      summariesOf(decoders, [
        ['in', '{"__proto__":"{\\"a\\":\\"x\\"}"}'],
        ['in', '{}'],
      ]),
      ['x', '{}'],
    );
  });

  it('takes the deepest and the widest of messages', () => {
    const decoders = mapped({ batch: true, event: '$.e', body: '$', topic: '$.*.*.*' });
    const deep = `{"e":"x","d":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const wide = JSON.stringify({ e: 'x', d: Array.from({ length: 100_000 }, () => [{}]) });
    for (const summary of summariesOf(decoders, [
      ['in', deep],
      ['in', wide],
    ])) {
      assert.equal((summary as string).length, 512);
    }
  });
});
