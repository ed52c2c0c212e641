import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sockjs } from '../../../../../src/core/decode/protocols/stomp/sockjs.ts';
import { stomp } from '../../../../../src/core/decode/protocols/stomp/stomp.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const file = vectorFile('sockjs');
testVectors(file, () => [sockjs, stomp]);
testHostile(sockjs, file.sessions);

describe('SockJS', () => {
  it('reads texts in lists and alone, with their places in the message', () => {
    const [list, one, sent, ...empty] = said(sockjs, {}, [
      ['in', 'a["{\\"x\\":1}", "h\u00ef"]'],
      ['in', 'm"alone"'],
      ['out', '"sent"'],
      ['in', 'a[]'],
      ['out', '[]'],
    ]);
    assert.deepEqual(
      [...(list?.records ?? []), one, sent, ...empty].map(each => [
        each?.summary,
        each?.value?.(),
        each?.range,
        each?.next?.begin,
      ]),
      [
        ['{"x":1}', '{"x":1}', [2, 13], undefined],
        ['hï', '"hï"', [15, 20], 16],
        ['alone', '"alone"', [1, 8], 2],
        ['sent', '"sent"', [0, 6], 1],
        ['', undefined, undefined, undefined],
        ['', undefined, undefined, undefined],
      ],
    );
  });

  it('says where a list is none, and what else cannot be', () => {
    const rows = said(sockjs, {}, [
      ['in', 'a["x",]'],
      ['in', 'a[1]'],
      ['in', 'a{}'],
      ['in', 'x'],
      ['out', 'o'],
      ['in', ''],
      ['in', Uint8Array.of(0x6f)],
      ['in', 'c[3000'],
      ['in', 'open'],
      ['in', 'hello'],
    ]);
    assert.deepEqual(
      rows.map(({ problem, severity }) => [problem?.at, problem?.is, severity]),
      [
        [6, 'bad-json', 'error'],
        [1, 'unexpected', 'error'],
        [1, 'unexpected', 'error'],
        [0, 'unexpected', 'error'],
        [0, 'unexpected', 'error'],
        [0, 'unexpected', 'error'],
        [0, 'unexpected', 'error'],
        [1, 'bad-json', 'error'],
        [1, 'trailing', 'warning'],
        [1, 'trailing', 'warning'],
      ],
    );
    assert.equal(rows.at(-1)?.isHeartbeat, undefined);
  });

  it('warns of a close that is not ordinary', () => {
    const rows = said(sockjs, {}, [
      ['in', 'c[3000,"Go away!"]'],
      ['in', 'c[2010,"Another connection still open"]'],
    ]);
    assert.deepEqual(
      rows.map(({ id, summary, severity }) => [id, summary, severity]),
      [
        ['3000', 'close 3000 Go away!', undefined],
        ['2010', 'close 2010 Another connection still open', 'warning'],
      ],
    );
  });

  it('knows a close whose reason cannot be read', () => {
    const rows = said(sockjs, {}, [
      ['in', 'c'],
      ['in', 'c[3000'],
      ['in', 'c[]'],
      ['in', 'c{}'],
    ]);
    assert.deepEqual(
      rows.map(({ type, summary, problem }) => [type, summary, problem?.is]),
      [
        ['close', 'c', 'bad-json'],
        ['close', 'c[3000', 'bad-json'],
        ['close', 'c[]', 'unexpected'],
        ['close', 'c{}', 'unexpected'],
      ],
    );
  });

  it('hands a frame on to STOMP whose parts came in several texts of a list', () => {
    const [row] = said([sockjs, stomp], {}, [
      [
        'in',
        'a["SEND\\ndestination:/a\\n\\nx","y\\u0000RECEIPT\\nreceipt-id:1\\n\\n\\u0000\\nACK\\nid:2\\n\\n\\u0000"]',
      ],
    ]);
    assert.equal(row?.summary, 'part of a frame, 22 bytes | SEND /a xy | #1 done | ACK 2');
    assert.deepEqual(
      row.records?.map(({ link, parts }) => [link?.role, parts]),
      [
        ['part', undefined],
        [undefined, undefined],
        ['response', undefined],
        [undefined, undefined],
      ],
    );
  });
});
