import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { checkBody } from '../../../../src/core/message/checkBody.ts';
import { fillBody, maxMessageBytes } from '../../../../src/core/message/fillBody.ts';
import type { MessageBody } from '../../../../src/core/message/messageBody.ts';
import type { VariableSource } from '../../../../src/core/variables/resolve.ts';
import { template } from '../../../../src/core/variables/value.ts';

const source: VariableSource = {
  env: () => undefined,
  secret: name => Promise.resolve(name === 'key' ? 's3"cret' : name === 'hex' ? 'ff' : undefined),
  workspaceFolder: () => '/folder',
  now: () => 0,
  uuid: () => 'u-1',
  random: () => 0,
  counter: () => 7,
  prompt: () => Promise.resolve('answer'),
  last: () => Promise.resolve(undefined),
  named: name => (name === 'who' ? template('"me"', 'user') : undefined),
  names: ['who'],
};
const files: Readonly<Record<string, Uint8Array>> = {
  '/folder/a.txt': new TextEncoder().encode('ä'),
  '/folder/b.bin': Uint8Array.of(0xff, 0),
  '/folder/large': new Uint8Array(maxMessageBytes + 1),
};
const readFile = (path: string) => {
  const bytes = files[path];
  return bytes ? Promise.resolve(bytes) : Promise.reject(new UserError(`"${path}" is gone.`));
};
const ports = { source, origin: 'user', readFile } as const;
const fill = (body: MessageBody) => fillBody(body, ports);
const check = (body: MessageBody) => checkBody(body, ports);
const bytes = (text: string) => new TextEncoder().encode(text);
const key = '${secret:key}';

describe('A body that is filled in', () => {
  it('is what it says, in each form', async () => {
    const bodies: readonly MessageBody[] = [
      { as: 'text', text: 'n=${counter}' },
      { as: 'json', text: '{"a":"${who}"}' },
      { as: 'hex', text: '0${counter} ff' },
      { as: 'base64', text: 'AQI' },
      { as: 'file', path: '${workspaceFolder}/a.txt', isText: true },
      { as: 'file', path: '/folder/b.bin', isText: false },
    ];
    const filled = await Promise.all(bodies.map(fill));
    assert.deepEqual(
      filled.map(({ message, byteLength }) => [message, byteLength]),
      [
        [{ kind: 'message', data: 'n=7' }, 3],
        [{ kind: 'message', data: '{"a":"\\"me\\""}' }, 14],
        [{ kind: 'message', data: Uint8Array.of(7, 255) }, 2],
        [{ kind: 'message', data: Uint8Array.of(1, 2) }, 2],
        [{ kind: 'message', data: 'ä' }, 2],
        [{ kind: 'message', data: Uint8Array.of(255, 0) }, 2],
      ],
    );
  });

  it('may be a ping or a close', async () => {
    const ping = await fill({ as: 'ping', text: '${uuid}' });
    const close = await fill({ as: 'close', code: 4000, reason: 'bye ${counter}' });
    assert.deepEqual(
      [ping.message, close.message],
      [
        { kind: 'ping', data: bytes('u-1') },
        { kind: 'close', code: 4000, reason: 'bye 7' },
      ],
    );
  });

  it('goes out with its secrets, and is written down without them', async () => {
    const bodies: readonly MessageBody[] = [
      { as: 'text', text: `k=${key}` },
      { as: 'json', text: `{"k":"${key}"}` },
      { as: 'hex', text: '00 ${secret:hex}' },
      { as: 'ping', text: key },
      { as: 'close', code: 1000, reason: key },
    ];
    const filled = await Promise.all(bodies.map(fill));
    assert.deepEqual(
      filled.map(({ message }) => message),
      [
        { kind: 'message', data: 'k=s3"cret', shown: 'k=•••' },
        { kind: 'message', data: '{"k":"s3\\"cret"}', shown: '{"k":"•••"}' },
        { kind: 'message', data: Uint8Array.of(0, 255), shown: bytes('00 •••') },
        { kind: 'ping', data: bytes('s3"cret'), shown: bytes('•••') },
        { kind: 'close', code: 1000, reason: 's3"cret', shown: '•••' },
      ],
    );
    assert.deepEqual(filled[0]?.secrets, ['s3"cret']);
    assert.ok(filled.every(({ preview }) => !preview?.includes('s3')));
  });

  for (const [what, body, says] of [
    [
      'JSON that is none once it is filled in',
      { as: 'json', text: '{"a":${uuid}}' },
      /not JSON.*character 6/,
    ],
    ['hex with a letter', { as: 'hex', text: '0g' }, /"g" is no hex digit. See character 2/],
    ['base64 with a star', { as: 'base64', text: 'a*b=' }, /See character 2/],
    ['a ping that is too long', { as: 'ping', text: 'ä'.repeat(63) }, /125 bytes at most/],
    [
      'a close code that is not ours to send',
      { as: 'close', code: 1006, reason: '' },
      /1000, or with/,
    ],
    [
      'a file that vanished',
      { as: 'file', path: '/folder/c', isText: false },
      /"\/folder\/c" is gone/,
    ],
    ['bytes as text', { as: 'file', path: '/folder/b.bin', isText: true }, /is not UTF-8 text/],
    [
      'a file above the limit',
      { as: 'file', path: '/folder/large', isText: false },
      /at most 67.1 MB/,
    ],
    ['an unknown variable', { as: 'text', text: '${whom}' }, /no variable "whom"/],
    [
      'a secret that is not stored',
      { as: 'text', text: '${secret:none}' },
      /"none", which is not stored/,
    ],
  ] as const) {
    it(`is refused where it is ${what}, with a sentence`, async () => {
      await assert.rejects(fill(body), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, says);
        return true;
      });
    });
  }
});

describe('A look at a body', () => {
  it('shows what it would be, masked, and how long', async () => {
    assert.deepEqual(await check({ as: 'text', text: `é${key}` }), {
      byteLength: 9,
      preview: 'é•••',
    });
    const { preview } = await check({ as: 'text', text: 'a'.repeat(5000) });
    assert.equal(preview?.length, 2000);
  });

  it('names the problem and its place', async () => {
    const places = async (body: MessageBody) => {
      const { problem } = await check(body);
      return problem && [problem.from, problem.to];
    };
    assert.deepEqual(
      [
        await places({ as: 'text', text: 'a ${whom}' }),
        await places({ as: 'text', text: '${uuid} ${secret:none}' }),
        await places({ as: 'text', text: '${last:$.a}' }),
        await places({ as: 'hex', text: '00 0x' }),
        await places({ as: 'hex', text: '00 z' }),
        await places({ as: 'json', text: '{"a":1' }),
        await places({ as: 'json', text: '[${uuid}]' }),
        await places({ as: 'close', code: 1, reason: 'abc' }),
        await places({ as: 'file', path: 'none', isText: true }),
        await places({ as: 'text', text: 'fine' }),
      ],
      [[2, 9], [8, 22], [0, 11], undefined, [3, 4], [6, 6], [0, 9], [0, 3], [0, 4], undefined],
    );
  });
});
