import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jupyter } from '../../../../../src/core/decode/protocols/jupyter.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { said } from '../../../../support/decode/said.ts';
import { testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

/** A message as older servers send it. */
function kernelMessage(
  channel: string,
  type: string,
  id: string,
  parent: string,
  content: object,
): string {
  return JSON.stringify({
    channel,
    header: { msg_id: id, msg_type: type },
    parent_header: parent === '' ? {} : { msg_id: parent },
    metadata: {},
    content,
  });
}

/** The same with buffers. */
function binary(text: string, ...buffers: readonly (readonly number[])[]): Uint8Array {
  const parts = [Buffer.from(text), ...buffers.map(each => Uint8Array.from(each))];
  const table = Buffer.alloc(4 + 4 * parts.length);
  table.writeUInt32BE(parts.length);
  let at = table.length;
  for (const [index, part] of parts.entries()) {
    table.writeUInt32BE(at, 4 + 4 * index);
    at += part.length;
  }
  return Buffer.concat([table, ...parts]);
}

const file = vectorFile('jupyter');
const comm = binary(kernelMessage('iopub', 'comm_msg', 'b', '', { x: 1 }), [1, 2], []);
const older = {
  name: 'the older protocol',
  messages: [
    {
      dir: 'out',
      text: kernelMessage('shell', 'execute_request', 'a', '', { code: '1' }),
      expect: {},
    },
    { dir: 'in', hex: Buffer.from(comm).toString('hex'), expect: {} },
  ],
} as const;
testVectors(file, () => [jupyter]);
testHostile(jupyter, [...file.sessions, older]);

describe('Jupyter', () => {
  it('reads the older protocol, with the code that failed and what follows on a reply', () => {
    const rows = said(jupyter, {}, [
      ['out', kernelMessage('shell', 'execute_request', 'a', '', { code: '1/0' })],
      ['in', kernelMessage('iopub', 'error', 'b', 'a', { ename: 'E', evalue: 'by zero' })],
      [
        'in',
        kernelMessage('shell', 'execute_reply', 'c', 'a', {
          status: 'error',
          ename: 'E',
          evalue: 'by zero',
        }),
      ],
      ['in', kernelMessage('iopub', 'status', 'd', 'a', { execution_state: 'idle' })],
      ['in', kernelMessage('iopub', 'status', 'e', 'gone', { execution_state: 'idle' })],
    ]);
    assert.deepEqual(
      rows.map(({ summary, severity, link }) => [summary, severity, link?.role, link?.call?.seq]),
      [
        ['execute_request 1/0', undefined, 'request', 0],
        ['execute_request ! E: by zero', 'error', 'item', 0],
        ['execute_request ! E: by zero', 'error', 'response', 0],
        ['status idle', undefined, 'item', 0],
        ['status idle', undefined, 'item', undefined],
      ],
    );
    const call = rows[0]?.link?.call;
    assert.deepEqual([call?.state, call?.response, call?.ms, call?.items], ['failed', 2, 2, 2]);
  });

  it('knows that the kernel asks for input', () => {
    const rows = said(jupyter, {}, [
      ['out', kernelMessage('shell', 'execute_request', 'a', '', { code: 'input()' })],
      ['in', kernelMessage('stdin', 'input_request', 'b', 'a', { prompt: 'name?' })],
      ['out', kernelMessage('stdin', 'input_reply', 'c', 'b', { value: 'x' })],
    ]);
    assert.deepEqual(
      rows.map(({ summary, link }) => [summary, link?.role, link?.call?.seq]),
      [
        ['execute_request input()', 'request', 0],
        ['input_request > {"prompt":"name?"}', 'item', 0],
        ['input_request = {"value":"x"}', 'response', 1],
      ],
    );
  });

  it('reads buffers of the older protocol', () => {
    const [row] = said(jupyter, {}, [['in', comm]]);
    assert.equal(row?.summary, 'comm_msg > {"x":1}');
    assert.match(row.envelope?.() ?? '', /,"buffers":2}$/);
    const end = comm.length;
    assert.deepEqual(row.fields?.(), [
      ['@.buffers[0]', end - 2, end, 'bytes', '2 bytes'],
      ['@.buffers[1]', end, end, 'bytes', '0 bytes'],
    ]);
  });

  it('says what is no message', () => {
    const beyond = comm.slice();
    beyond.set([0, 0xff], 8);
    const rows = said(jupyter, {}, [
      ['in', '{"header":'],
      ['in', '{"header":{}}'],
      ['in', '[]'],
      ['in', Uint8Array.of(0, 0, 0)],
      ['in', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)],
      ['in', beyond],
      ['in', binary('{"header"')],
    ]);
    assert.deepEqual(
      rows.map(({ problem, severity }) => [problem?.at, problem?.is, severity]),
      [
        [10, 'bad-json', 'error'],
        [10, 'unexpected', 'error'],
        [0, 'unexpected', 'error'],
        [3, 'truncated', 'error'],
        [0, 'bad-length', 'error'],
        [4, 'bad-length', 'error'],
        [17, 'bad-json', 'error'],
      ],
    );
    const [text] = said(jupyter, { subprotocol: 'v1.kernel.websocket.jupyter.org' }, [
      ['in', '{}'],
    ]);
    assert.deepEqual(text?.problem, { at: 0, is: 'unexpected' });
  });
});
