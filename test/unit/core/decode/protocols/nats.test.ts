import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nats } from '../../../../../src/core/decode/protocols/nats/nats.ts';
import { testCuts } from '../../../../support/decode/cuts.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const file = vectorFile('nats');
testVectors(file, () => [nats]);
testHostile(nats, file.sessions);
testCuts(file, [nats], () => true);

const bytes = (text: string) => Buffer.from(text);
const headers = 'NATS/1.0\r\nA: 1\r\nA: 2\r\n\r\n';

describe('NATS', () => {
  it('reads on in the next message, within a line and within a payload', () => {
    const rows = said(nats, {}, [
      ['in', bytes('PING\r\nMSG a.b')],
      ['in', bytes(' 1 5\r')],
      ['in', bytes('\nhel')],
      ['in', bytes('lo\r\n+OK\r\n')],
    ]);
    assert.deepEqual(
      rows.map(({ summary }) => summary),
      [
        'ping | part of an operation, 7 bytes',
        'part of an operation, 5 bytes',
        'part of an operation, 4 bytes',
        'MSG a.b hello | +OK',
      ],
    );
    const [message] = rows[3]?.records ?? [];
    assert.deepEqual(
      [message?.parts, message?.range, message?.fields?.()],
      [[0, 1, 2], [0, 4], [['$', -3, 2, 'payload', '5 bytes']]],
    );
  });

  it('reads headers, of which several have one name', () => {
    const [publish, message] = said(nats, {}, [
      [
        'out',
        bytes(`HPUB a.b reply.1 ${headers.length} ${headers.length + 7}\r\n${headers}{"x":1}\r\n`),
      ],
      ['in', bytes(`HMSG reply.1 2 ${headers.length} ${headers.length}\r\n${headers}\r\n`)],
    ]);
    assert.deepEqual(
      [publish, message].map(each => [each?.summary, each?.value?.(), each?.envelope?.()]),
      [
        ['HPUB a.b {"x":1}', '{"x":1}', '{"headers":{"A":"1","A":"2"}}'],
        ['a.b done', undefined, '{"headers":{"A":"1","A":"2"}}'],
      ],
    );
  });

  it('takes the status of an answer for a failure', () => {
    const status = 'NATS/1.0 503 No Responders\r\n\r\n';
    const [request, answer] = said(nats, {}, [
      ['out', bytes('PUB time reply.1 0\r\n\r\n')],
      ['in', bytes(`HMSG reply.1 2 ${status.length} ${status.length}\r\n${status}\r\n`)],
    ]);
    assert.deepEqual(
      [request?.link?.call?.state, answer?.summary, answer?.severity, answer?.envelope?.()],
      [
        'failed',
        'time ! 503 No Responders',
        'error',
        '{"status":"503 No Responders","headers":{}}',
      ],
    );
  });

  it('links messages to their subscription, and answers of both sides to their requests', () => {
    const rows = said(nats, {}, [
      ['out', bytes('SUB time 1\r\n')],
      ['in', bytes('MSG time 1 _INBOX.1 0\r\n\r\n')],
      ['out', bytes('PUB _INBOX.1 5\r\n12:00\r\n')],
      ['out', bytes('PUB _INBOX.1 5\r\n12:00\r\n')],
      ['out', bytes('UNSUB 1 5\r\n')],
      ['in', bytes('MSG time 1 2\r\nhi\r\n')],
      ['out', bytes('UNSUB 1\r\n')],
      ['in', bytes('MSG time 1 2\r\nhi\r\n')],
    ]);
    assert.deepEqual(
      rows.map(({ summary, link }) => [summary, link?.role, link?.call?.seq]),
      [
        ['SUB time', 'open', 0],
        ['MSG time', 'item', 0],
        ['time = 12:00', 'response', 1],
        ['PUB _INBOX.1 12:00', undefined, undefined],
        ['UNSUB time', 'cancel', 0],
        ['MSG time hi', 'item', 0],
        ['UNSUB time', 'cancel', 0],
        ['MSG time hi', 'item', undefined],
      ],
    );
  });

  it('masks what identifies a client', () => {
    const [row] = said(nats, {}, [
      [
        'out',
        bytes('CONNECT {"user":"me","pass":"hidden","auth_token":"hidden", "verbose":true}\r\n'),
      ],
    ]);
    assert.equal(
      row?.summary,
      'CONNECT {"user":"me","pass":"•••","auth_token":"•••","verbose":true}',
    );
  });

  it('says where an operation cannot be what it has to be', () => {
    const rows = said(
      nats,
      {},
      [
        'HELLO\r\n',
        'PUB a x\r\n',
        'PUB 5\r\n',
        'PUB a 2\r\nabc\r\n',
        'HPUB a 9 5\r\nabcde\r\n',
        'MSG a 1 999999999\r\n',
        'x'.repeat(5000),
        '',
      ].map(text => ['in', bytes(text)]),
    );
    assert.deepEqual(
      rows.map(({ problem, summary }) => `${problem?.at} ${problem?.is}: ${summary.slice(0, 20)}`),
      [
        '0 unexpected: HELLO',
        '0 unexpected: PUB a x',
        '0 unexpected: PUB 5',
        '11 unexpected: PUB a 2',
        '0 bad-length: HPUB a 9 5',
        '0 too-long: MSG a 1 999999999',
        `0 unexpected: ${'x'.repeat(20)}`,
        '0 empty: ',
      ],
    );
  });

  it('shows a payload without the line breaks at its end', () => {
    const [row] = said(nats, {}, [['in', bytes('MSG log 1 6\r\nline\r\n\r\n')]]);
    assert.deepEqual([row?.summary, row?.value?.()], ['MSG log line', '"line\\r\\n"']);
  });

  it('waits for a long INFO', () => {
    const urls = JSON.stringify({
      connect_urls: Array.from({ length: 500 }, () => '10.0.0.1:4222'),
    });
    const rows = said(nats, {}, [
      ['in', bytes(`INFO ${urls.slice(0, 5000)}`)],
      ['in', bytes(`${urls.slice(5000)}\r\n`)],
    ]);
    assert.equal(rows[1]?.value?.(), urls);
  });
});
