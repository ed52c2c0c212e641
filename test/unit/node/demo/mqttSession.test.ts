import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { mqtt } from '../../../../src/core/decode/protocols/mqtt/mqtt.ts';
import { connect, packet, prefixed, properties, u16 } from '../../../support/decode/mqttPackets.ts';
import { said } from '../../../support/decode/said.ts';
import { demoClient, demoMessages, receiveFrom } from '../../../support/demoMessages.ts';

/** What the packets are that a server has sent. */
function read(messages: readonly Uint8Array[], version = 4): readonly string[] {
  const session = [
    ['out', connect(version)] as const,
    ...messages.map(each => ['in', each] as const),
  ];
  return said(mqtt, {}, session)
    .slice(1)
    .map(({ summary }) => summary);
}

describe('The demo server of MQTT', () => {
  it('sends packets to who sends none', async t => {
    const [first, ...quotes] = read(await demoMessages(t, '/mqtt', 6));
    assert.equal(first, 'CONNECT done');
    for (const [index, quote] of quotes.entries()) {
      const quality = index === 4 ? ' \\(QoS 1\\)' : '';
      assert.match(quote, new RegExp(`^PUBLISH quotes/[A-Z]{4}${quality} \\{"seq":${index + 1},`));
    }
  });

  it('answers a client, and publishes what it has subscribed to', async t => {
    const client = await demoClient(t, '/mqtt');
    await once(client, 'open');
    assert.equal(client.protocol, 'mqtt');
    const subscribe = packet(0x82, u16(1), prefixed('mine/+'), 2);
    // Several packets in a message, and one in several.
    client.send(Buffer.concat([connect(4), subscribe.subarray(0, 3)]));
    client.send(subscribe.subarray(3));
    client.send(packet(0x32, prefixed('mine/a'), u16(2), Buffer.from('hi')));
    client.send(packet(0x34, prefixed('mine/a/b'), u16(3)));
    client.send(packet(0x62, u16(3)));
    client.send(packet(0xc0));
    client.send(packet(0xa2, u16(4), prefixed('mine/+')));
    const got = await receiveFrom(client, 8);
    client.send(packet(0xe0));
    const [code] = (await once(client, 'close')) as [number];
    assert.deepEqual(read(got), [
      'CONNECT done',
      '#1 = 1',
      'PUBACK #2',
      'PUBLISH mine/a hi',
      'PUBREC #3',
      'PUBCOMP #3',
      'pong',
      '#4 done',
    ]);
    assert.equal(code, 1000);
  });

  it('speaks version 5', async t => {
    const client = await demoClient(t, '/mqtt');
    await once(client, 'open');
    client.send(connect(5));
    client.send(packet(0x82, u16(1), properties(), prefixed('quotes/#'), 0));
    client.send(packet(0xa2, u16(2), properties(), prefixed('other')));
    const [connack, suback, unsuback, quote] = read(await receiveFrom(client, 4), 5);
    assert.deepEqual([connack, suback, unsuback], ['CONNECT done', '#1 = 0', '#2 done']);
    assert.match(quote ?? '', /^PUBLISH quotes\/ACME \{"seq":\d+,/);
  });

  it('closes on what is no MQTT', async t => {
    const codes: number[] = [];
    for (const wrong of [
      'text',
      Uint8Array.of(0, 0),
      Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 1),
      Uint8Array.of(0x30, 0xff, 0xff, 0x7f),
      packet(0xd0),
      packet(0x36, prefixed('a'), u16(1)),
    ]) {
      const client = await demoClient(t, '/mqtt');
      await once(client, 'open');
      client.send(wrong);
      const [code] = (await once(client, 'close')) as [number];
      codes.push(code);
    }
    assert.deepEqual(codes, [1003, 1002, 1002, 1009, 1002, 1002]);
  });
});
