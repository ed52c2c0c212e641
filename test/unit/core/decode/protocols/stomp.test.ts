import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stomp } from '../../../../../src/core/decode/protocols/stomp/stomp.ts';
import { testCuts } from '../../../../support/decode/cuts.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const file = vectorFile('stomp');
testVectors(file, () => [stomp]);
testHostile(stomp, file.sessions);
testCuts(file, [stomp], name => name !== 'what goes wrong');

const v12 = { subprotocol: 'v12.stomp' };

describe('STOMP', () => {
  it('is read on in the next message, and says which messages a frame came in', () => {
    const [head, middle, end] = said(stomp, v12, [
      ['in', 'MESSAGE\ndestination:/t\nmessage-id:1\nsubscri'],
      ['in', 'ption:s\n\nab'],
      ['in', 'c\0\nRECEIPT\nreceipt-id:1\n\n\0'],
    ]);
    assert.deepEqual(
      [head, middle, ...(end?.records ?? [])].map(each => ({
        summary: each?.summary,
        role: each?.link?.role,
        parts: each?.parts,
        range: each?.range,
      })),
      [
        { summary: 'part of a frame, 43 bytes', role: 'part', parts: undefined, range: [0, 43] },
        { summary: 'part of a frame, 11 bytes', role: 'part', parts: undefined, range: [0, 11] },
        { summary: 'MESSAGE /t abc', role: 'item', parts: [0, 1], range: [0, 2] },
        { summary: '#1 done', role: 'response', parts: undefined, range: [3, 26] },
      ],
    );
  });

  it('masks passwords in the summary of a frame that cannot be read', () => {
    const [read] = said(stomp, v12, [['out', 'CONNECT\nbroken\npasscode:hunter2\r\n\n\0']]);
    assert.equal(read?.problem?.is, 'unexpected');
    assert.equal(read.summary, 'CONNECT broken passcode:••• \0');
  });

  it('does not mix up the directions of what is not whole', () => {
    const [, receipt, send] = said(stomp, v12, [
      ['out', 'SEND\ndestination:/a\n\nx'],
      ['in', 'RECEIPT\nreceipt-id:1\n\n\0'],
      ['out', 'y\0'],
    ]);
    assert.deepEqual([receipt?.summary, send?.summary], ['#1 done', 'SEND /a xy']);
  });

  it('knows no escapes in version 1.0, fewer in 1.1, and none in CONNECT and CONNECTED', () => {
    const send = 'SEND\ndestination:/a\\cb\\r\n\n\0';
    const read = (subprotocol: string, ...texts: string[]) =>
      said(
        stomp,
        { subprotocol },
        texts.map(text => ['out', text] as const),
      ).map(each => each.problem?.is ?? each.topic ?? each.summary);
    assert.deepEqual(
      [
        read('v10.stomp', send),
        read('v11.stomp', send, 'SEND\ndestination:/a\\cb\n\n\0'),
        read('v12.stomp', send),
        read('', send),
        read('v12.stomp', 'CONNECT\nhost:a\\cb\n\n\0'),
      ],
      [['/a\\cb\\r'], ['bad-escape', '/a:b'], ['/a:b\r'], ['/a:b\r'], ['CONNECT a\\cb']],
    );
  });

  it('takes the version that the server has chosen', () => {
    const [connected, message] = said(stomp, v12, [
      ['in', 'CONNECTED\nsession:a\\cb\n\n\0'],
      ['in', 'MESSAGE\ndestination:/a\\cb\n\n\0'],
    ]);
    assert.deepEqual([connected?.summary, message?.topic], ['CONNECTED 1.0', '/a\\cb']);
  });

  it('links a subscription that asks for a receipt to its receipt and to its messages', () => {
    const rows = said(stomp, v12, [
      ['out', 'SUBSCRIBE\nid:s\ndestination:/t\nreceipt:r\n\n\0'],
      ['in', 'RECEIPT\nreceipt-id:r\n\n\0'],
      ['in', 'MESSAGE\nsubscription:s\ndestination:/t\nmessage-id:1\n\nx\0'],
      ['out', 'UNSUBSCRIBE\nid:s\nreceipt:r2\n\n\0'],
      ['in', 'RECEIPT\nreceipt-id:r2\n\n\0'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, link }) => [summary, link?.role, link?.call?.seq]),
      [
        ['SUBSCRIBE /t', 'request', 0],
        ['SUBSCRIBE done', 'response', 0],
        ['MESSAGE /t x', 'item', 0],
        ['UNSUBSCRIBE s', 'cancel', 0],
        ['UNSUBSCRIBE done', 'response', 3],
      ],
    );
  });

  it('names what an ERROR is about, if it says so', () => {
    const rows = said(stomp, v12, [
      ['out', 'CONNECT\nlogin:me\npasscode:hidden\nhost:h\n\n\0'],
      ['in', 'ERROR\nmessage:denied\n\n\0'],
      ['out', 'SEND\ndestination:/a\nreceipt:1\n\n\0'],
      ['in', 'ERROR\nreceipt-id:1\n\nno such place\0'],
    ]);
    assert.deepEqual(
      rows.map(({ summary, link }) => [summary, link?.call?.state]),
      [
        ['CONNECT h', 'failed'],
        ['CONNECT ! denied', 'failed'],
        ['SEND /a', 'failed'],
        ['SEND ! no such place', 'failed'],
      ],
    );
  });

  it('keeps no more than its share of a frame, and goes on behind it', () => {
    const body = 'x'.repeat(600_000);
    const rows = said(stomp, v12, [
      ['in', `MESSAGE\ndestination:/t\n\n${body}`],
      ['in', body],
      ['in', body],
      ['in', 'x\0RECEIPT\nreceipt-id:1\n\n\0'],
      ['in', `MESSAGE\ncontent-length:1300000\n\n${body}`],
      ['in', body],
      ['in', `${body.slice(0, 100_000)}\0\n`],
    ]);
    assert.deepEqual(
      rows.map(({ summary }) => summary),
      [
        'part of a frame, 600024 bytes',
        'part of a frame, 600000 bytes',
        'part of a frame, 600000 bytes',
        'end of a frame, 2 bytes | #1 done',
        'part of a frame, 600032 bytes',
        'part of a frame, 600000 bytes',
        'end of a frame, 100001 bytes',
      ],
    );
    assert.deepEqual(rows.at(-1)?.problem, { at: 0, is: 'too-long' });
  });

  it('says where headers and body are', () => {
    const [row] = said(stomp, v12, [['out', 'SEND\na b:1\ndestination:/t\n\n{"x":1}\0']]);
    assert.deepEqual(row?.fields?.(), [
      ['@.headers["a b"]', 5, 10, 'header', '"1"'],
      ['@.headers.destination', 11, 25, 'header', '"/t"'],
      ['$', 27, 34, 'body', '7 bytes'],
    ]);
  });
});
