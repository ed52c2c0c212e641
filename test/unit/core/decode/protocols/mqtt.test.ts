import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mqtt } from '../../../../../src/core/decode/protocols/mqtt/mqtt.ts';
import { msgpack } from '../../../../../src/core/decode/values/msgpack.ts';
import { testCuts } from '../../../../support/decode/cuts.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import {
  connect,
  packet,
  prefixed,
  properties,
  u16,
} from '../../../../support/decode/mqttPackets.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const file = vectorFile('mqtt');
testVectors(file, () => [mqtt]);
testHostile(mqtt, file.sessions);
testCuts(file, [mqtt], name => name !== 'what goes wrong');

const text = (content: string) => Buffer.from(content);
const all = (...packets: readonly Uint8Array[]) => Buffer.concat(packets);
const ping = packet(0xc0);

describe('MQTT', () => {
  it('reads several packets of a message, and one that came in several', () => {
    const publish = packet(0x30, prefixed('a/b'), text('hello'));
    const [first, second, third] = said(mqtt, {}, [
      ['in', all(packet(0xd0), publish.subarray(0, 1))],
      ['in', publish.subarray(1, 5)],
      ['in', all(publish.subarray(5), packet(0xd0))],
    ]);
    assert.deepEqual(
      [first, second, third].map(each => each?.summary),
      ['pong | part of a packet, 1 byte', 'part of a packet, 4 bytes', 'PUBLISH a/b hello | pong'],
    );
    assert.deepEqual(
      [...(first?.records ?? []), second, ...(third?.records ?? [])].map(each => [
        each?.type,
        each?.link?.role,
        each?.range,
        each?.parts,
      ]),
      [
        ['PINGRESP', 'response', [0, 2], undefined],
        ['PUBLISH', 'part', [2, 3], undefined],
        ['PUBLISH', 'part', [0, 4], undefined],
        ['PUBLISH', undefined, [0, 7], [0, 1]],
        ['PINGRESP', 'response', [7, 9], undefined],
      ],
    );
    assert.deepEqual(third?.records?.[0]?.fields?.(), [
      ['@.topic', -3, 2, 'string', '"a/b"'],
      ['$', 2, 7, 'payload', '5 bytes'],
    ]);
  });

  it('says where a packet cannot be what it has to be', () => {
    const rows = (version: number, ...packets: readonly Uint8Array[]) =>
      said(mqtt, {}, [['out', connect(version)], ...packets.map(each => ['in', each] as const)])
        .slice(1)
        .map(({ problem }) => `${problem?.at} ${problem?.is}`);
    assert.deepEqual(
      said(mqtt, {}, [['in', Uint8Array.of()]]).map(({ summary }) => summary),
      [''],
    );
    assert.deepEqual(
      rows(
        4,
        Uint8Array.of(0x00, 0x00), // Type 0.
        packet(0x36, prefixed('a'), u16(1)), // QoS 3.
        packet(0x80, u16(1), prefixed('a'), 0), // SUBSCRIBE needs the flag 2.
        packet(0x82, u16(1), prefixed('a'), 3), // QoS 3.
        packet(0x82, u16(1)), // Nothing asked for.
        Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01), // A length of five bytes.
        packet(0x30, u16(5), text('a')), // A text that is longer than its packet.
        packet(0x30, u16(2), Uint8Array.of(0xc3, 0x28)), // No UTF-8.
        packet(0xf0, 0), // AUTH came with version 5.
        packet(0xd0, 0), // More than there may be.
        packet(0x10, prefixed('MQTT'), 4, 1, u16(0), prefixed('')), // A flag of CONNECT that is reserved.
        new Uint8Array(),
      ),
      [
        '0 reserved',
        '0 bad-flags',
        '0 bad-flags',
        '7 bad-flags',
        '4 truncated',
        '1 bad-length',
        '5 truncated',
        '4 bad-utf8',
        '0 reserved',
        '2 trailing',
        '9 bad-flags',
        '0 empty',
      ],
    );
    assert.deepEqual(
      rows(
        5,
        packet(0x30, prefixed('a'), properties(0x7f)), // No property has this identifier.
        packet(0x30, prefixed('a'), 9, 1), // Properties that are longer than the packet.
        packet(0x30, prefixed('a'), 2, 0x23, u16(1)), // A property that is longer than they are.
        packet(0xf0, 0x18, properties()),
      ),
      ['6 reserved', '7 truncated', '8 truncated', 'undefined undefined'],
    );
  });

  it('takes in version 3.1 what is sent again, and any value of the flag that it does not use', () => {
    const filter = [u16(1), prefixed('a')] as const;
    const again = [packet(0x8a, ...filter, 1), packet(0xaa, ...filter), packet(0x6a, u16(7))];
    const rows = (version: number) =>
      said(mqtt, {}, [
        ['out', packet(0x10, prefixed('MQIsdp'), version, 1, u16(60), prefixed('c'))],
        ...again.map(each => ['out', each] as const),
        ['out', packet(0x88, ...filter, 1)],
      ]);
    assert.deepEqual(
      rows(3).map(({ summary, problem }) => [summary, problem?.is]),
      [
        ['CONNECT MQIsdp 3.1 c keepAlive 60', undefined],
        ['SUBSCRIBE a (QoS 1)', undefined],
        ['UNSUBSCRIBE a', undefined],
        ['PUBREL #7', undefined],
        ['SUBSCRIBE 6 bytes', 'bad-flags'],
      ],
    );
    assert.deepEqual(
      rows(4).map(({ problem }) => problem?.is),
      Array.from({ length: 5 }, () => 'bad-flags'),
    );
  });

  it('tells of what is behind a packet that is whole', () => {
    const rows = said(mqtt, {}, [
      ['out', connect(4)],
      ['in', packet(0xd0, 0)],
      ['in', packet(0x20, 0, 5, 0)],
    ]);
    assert.deepEqual(
      rows.slice(1).map(({ summary, problem }) => [summary, problem]),
      [
        ['pong', { at: 2, is: 'trailing' }],
        ['CONNECT ! not authorized', { at: 4, is: 'trailing' }],
      ],
    );
  });

  it('reads on behind a packet that is wrong, and shows what was read of it', () => {
    const wrong = packet(0x32, prefixed('a'));
    const [row] = said(mqtt, {}, [['in', all(wrong, packet(0xd0))]]);
    assert.equal(row?.summary, 'PUBLISH 3 bytes | pong');
    assert.deepEqual(row.records?.[0]?.fields?.(), [['@.topic', 2, 5, 'string', '"a"']]);
  });

  it('keeps passwords to itself', () => {
    const willProperties = properties(0x18, u16(0), u16(5));
    const [row] = said(mqtt, {}, [
      [
        'out',
        packet(
          0x10,
          prefixed('MQTT'),
          5,
          0xc6,
          u16(30),
          properties(0x15, prefixed('PLAIN'), 0x16, prefixed('hidden')),
          prefixed('me'),
          willProperties,
          prefixed('gone'),
          prefixed('bye'),
          prefixed('user'),
          prefixed('hidden'),
        ),
      ],
    ]);
    const { summary, envelope, fields } = row ?? {};
    assert.equal(summary, 'CONNECT MQTT 5 me keepAlive 30');
    assert.deepEqual(JSON.parse(envelope?.() ?? ''), {
      protocolName: 'MQTT',
      protocolVersion: 5,
      connectFlags: 0xc6,
      keepAlive: 30,
      properties: { authenticationMethod: 'PLAIN' },
      clientId: 'me',
      will: {
        properties: { willDelayInterval: 5 },
        topic: 'gone',
        payload: { $bytes: 'Ynll' },
      },
      userName: 'user',
    });
    assert.ok(!JSON.stringify(fields?.()).includes('hidden'));
  });

  it('puts what is around the payload into the envelope', () => {
    const [, row] = said(mqtt, {}, [
      ['in', connect(5)],
      [
        'in',
        packet(
          0x33,
          prefixed('t'),
          u16(7),
          properties(
            0x03,
            prefixed('text/plain'),
            0x26,
            prefixed('k'),
            prefixed('1'),
            0x26,
            prefixed('k'),
            prefixed('2'),
            0x0b,
            1,
            0x0b,
            0x80,
            1,
            0x09,
            prefixed('id'),
          ),
          text('x'),
        ),
      ],
    ]);
    assert.equal(
      row?.envelope?.(),
      '{"qos":1,"retain":true,"dup":false,"topic":"t","packetId":7,"properties":{"contentType":"text/plain",' +
        '"userProperty":{"k": "1","k": "2"},"subscriptionIdentifier":[1,128],"correlationData":{"$bytes":"aWQ="}}}',
    );
  });

  it('looks up aliases of topics for each side', () => {
    const alias = (topic: string, number: number) =>
      packet(0x30, prefixed(topic), properties(0x23, u16(number)), text('x'));
    const rows = said(mqtt, {}, [
      ['out', connect(5)],
      ['in', alias('one', 1)],
      ['out', alias('two', 1)],
      ['in', alias('', 1)],
      ['out', alias('', 1)],
      ['in', alias('other', 1)],
      ['in', all(alias('', 1), alias('', 9))],
    ]);
    assert.deepEqual(
      rows.slice(1).map(({ summary }) => summary),
      [
        'PUBLISH one x',
        'PUBLISH two x',
        'PUBLISH one x',
        'PUBLISH two x',
        'PUBLISH other x',
        'PUBLISH other x | PUBLISH alias 9 x',
      ],
    );
  });

  it('takes the version from packets where CONNECT was not seen', () => {
    const first = (bytes: Uint8Array) => said(mqtt, {}, [['in', bytes]])[0]?.summary;
    assert.deepEqual(
      [
        packet(0x30, prefixed('t'), properties(0x03, prefixed('a/b')), text('x')),
        packet(0x30, prefixed('t'), properties(), text('{"x":1}')),
        packet(0x30, prefixed('t'), text('{"x":1}')),
        packet(0x30, prefixed('t'), Uint8Array.of(0, 1, 2)),
        packet(0x20, 0, 0x87, properties()),
        packet(0x20, 0, 5),
        packet(0x40, u16(1), 0x87),
        packet(0x82, u16(1), properties(), prefixed('a'), 1),
        packet(0x82, u16(1), prefixed('a'), 1),
      ].map(first),
      [
        'PUBLISH t x',
        'PUBLISH t {"x":1}',
        'PUBLISH t {"x":1}',
        'PUBLISH t 3 bytes',
        'CONNECT ! 0x87',
        'CONNECT ! not authorized',
        'PUBACK #1 ! 0x87',
        'SUBSCRIBE a (QoS 1)',
        'SUBSCRIBE a (QoS 1)',
      ],
    );
    const [, later] = said(mqtt, {}, [
      ['in', packet(0x20, 0, 0, properties())],
      ['in', packet(0x30, prefixed('t'), properties(), Uint8Array.of(1))],
    ]);
    assert.equal(later?.value?.(), '{"$bytes":"AQ=="}');
  });

  it('links answers to requests of either side by topic and correlation data', () => {
    const request = (qos: number, id: number, data: string) =>
      packet(
        0x30 | (qos << 1),
        prefixed('time'),
        ...(qos ? [u16(id)] : []),
        properties(0x08, prefixed('answers/me'), 0x09, prefixed(data)),
      );
    const answer = (topic: string, data: string) =>
      packet(0x30, prefixed(topic), properties(0x09, prefixed(data)), text('12:00'));
    const rows = said(mqtt, {}, [
      ['out', connect(5)],
      ['out', request(0, 0, 'a')],
      ['out', request(1, 1, 'b')],
      ['in', packet(0x40, u16(1))],
      ['in', answer('answers/me', 'b')],
      ['in', answer('answers/other', 'a')],
      ['in', answer('answers/me', 'a')],
      ['in', answer('answers/me', 'a')],
      ['in', request(0, 0, 'a')],
      ['out', answer('answers/me', 'a')],
    ]);
    assert.deepEqual(
      rows
        .slice(1)
        .map(({ link }) => link && [link.role, link.call?.seq, link.call?.state, link.ms]),
      [
        ['request', 1, 'done', 0],
        ['request', 2, 'done', 0],
        ['response', 2, 'done', 1],
        ['response', 2, 'done', 2],
        undefined,
        ['response', 1, 'done', 5],
        undefined,
        ['request', 8, 'done', 0],
        ['response', 8, 'done', 1],
      ],
    );
  });

  it('warns of an identifier that is used twice, but not of a message that is sent again', () => {
    const publish = (flags: number) => packet(0x32 | flags, prefixed('t'), u16(1));
    const severities = said(mqtt, {}, [
      ['out', publish(0)],
      ['out', publish(8)],
      ['out', publish(0)],
      ['out', ping],
      ['out', ping],
    ]).map(({ severity }) => severity);
    assert.deepEqual(severities, [undefined, undefined, 'warning', undefined, undefined]);
  });

  it('says what failed', () => {
    const rows = said(mqtt, {}, [
      ['out', connect(5)],
      ['out', packet(0x34, prefixed('t'), u16(1), properties())],
      ['in', packet(0x50, u16(1), 0x87)],
      ['out', packet(0xa2, u16(2), properties(), prefixed('a'), prefixed('b'))],
      ['in', packet(0xb0, u16(2), properties(), 0, 0x11)],
      ['out', packet(0xa2, u16(3), properties(), prefixed('c'))],
      ['in', packet(0xb0, u16(3), properties(), 0x87)],
      ['in', packet(0xe0, 0x8e, properties())],
    ]);
    assert.deepEqual(
      rows.slice(1).map(({ summary, severity, link }) => [summary, severity, link?.call?.state]),
      [
        ['PUBLISH t (QoS 2)', undefined, 'failed'],
        ['PUBREC t ! 0x87', 'error', 'failed'],
        ['UNSUBSCRIBE a, b', undefined, 'done'],
        ['UNSUBSCRIBE a, b done', undefined, 'done'],
        ['UNSUBSCRIBE c', undefined, 'failed'],
        ['UNSUBSCRIBE c ! 0x87', 'error', 'failed'],
        ['DISCONNECT ! 0x8e', 'error', undefined],
      ],
    );
  });

  it('hands a payload on to the next decoder', () => {
    const [row] = said([mqtt, msgpack], {}, [
      ['in', packet(0x30, prefixed('t'), Uint8Array.of(0x81, 0xa1, 0x78, 0x01))],
    ]);
    assert.deepEqual([row?.summary, row?.value?.()], ['PUBLISH t {"x":1}', '{"x":1}']);
  });

  it('keeps no more than its share of a packet, and goes on behind it', () => {
    const long = packet(0x30, prefixed('t'), new Uint8Array(1_500_000));
    const [first, second, last] = said(mqtt, {}, [
      ['in', long.subarray(0, 700_000)],
      ['in', long.subarray(700_000, 1_400_000)],
      ['in', all(long.subarray(1_400_000), packet(0xd0))],
    ]);
    assert.deepEqual(
      [first?.summary, second?.summary, last?.summary, last?.records?.[0]?.problem],
      [
        'part of a packet, 700000 bytes',
        'part of a packet, 700000 bytes',
        'end of a packet, 100007 bytes | pong',
        { at: 0, is: 'too-long' },
      ],
    );
  });
});
