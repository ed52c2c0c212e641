import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { copyText, type CopiedRow } from '../../../../src/core/export/copyText.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';

const url = 'wss://example.com/feed';
const encoder = new TextEncoder();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const text = (payload: string): CopiedRow => ({
  flags: flagsOf('text', 'in'),
  payload: encoder.encode(payload),
  url,
});
/** As it comes out of its bytes, which hold no half characters. */
const decoded = (payload: string) => Buffer.from(payload).toString();
const binary = (...bytes: number[]): CopiedRow => ({
  flags: flagsOf('binary', 'out'),
  payload: Uint8Array.from(bytes),
  url,
});

/** Controls, what reorders its neighbours, and what draws nothing. */
const unsafe = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;

describe('Rows on the clipboard', () => {
  it('are text as it is, and binary as hex', () => {
    const rows = [text('a\nb'), binary(0, 0xff)];
    assert.equal(copyText(rows, 'text', base64), 'a\nb\n00ff');
    assert.equal(copyText(rows, 'hex', base64), '610a62\n00ff');
    assert.equal(copyText(rows, 'base64', base64), 'YQpi\nAP8=');
  });

  it('are one JSON value or an array, with every digit', () => {
    assert.equal(
      copyText([text('{"n":900719925474099312}')], 'json', base64),
      '{\n  "n": 900719925474099312\n}',
    );
    const odd = '{"b":[1.50,1e400,{}],"b":"\u2028\\ud800","a":-0}';
    assert.equal(
      copyText([text(odd), text('x\u2028y')], 'json', base64),
      [
        '[',
        '  {',
        '    "b": [',
        '      1.50,',
        '      1e400,',
        '      {}',
        '    ],',
        '    "b": "\u2028\\ud800",',
        '    "a": -0',
        '  },',
        '  "x\u2028y"',
        ']',
      ].join('\n'),
    );
    const several = copyText([text(' [1] '), text('no "json"'), binary(1)], 'json', base64);
    assert.deepEqual(JSON.parse(several), [[1], 'no "json"', '01']);
  });

  it('are commands in which nothing of a message is more than text to the shell', () => {
    const hostile = `it's $(touch x) \`id\` "; rm -rf / #\n%s\\n`;
    for (const tool of ['wscat', 'websocat'] as const) {
      const command = copyText([text(hostile), text('two')], tool, base64);
      const [printf = ''] = command.split(' | ' + tool);
      const printed = execFileSync('bash', ['-c', printf], { encoding: 'utf8' });
      assert.equal(printed, `${hostile}\ntwo\n`);
      assert.ok(command.endsWith(`'${url}'`));
    }
  });

  it('are commands without a character that a terminal acts on, and send the same', () => {
    const texts = Object.entries(hostileTexts).filter(([, hostile]) => !hostile.includes('\0'));
    for (const [what, hostile] of texts) {
      for (const tool of ['wscat', 'websocat'] as const) {
        const command = copyText([text(hostile), text('1')], tool, base64);
        assert.doesNotMatch(command, unsafe, what);
        const [printf = ''] = command.split(` | ${tool}`);
        const printed = execFileSync('bash', ['-c', printf], { encoding: 'utf8' });
        assert.equal(printed, `${decoded(hostile)}\n1\n`, what);
      }
    }
  });

  it('are a command that prints a text with a zero byte', () => {
    const command = copyText([text('a\0%s\\')], 'websocat', base64);
    const [printf = ''] = command.split(' | websocat');
    assert.doesNotMatch(command, unsafe);
    assert.equal(execFileSync('bash', ['-c', printf], { encoding: 'utf8' }), 'a\0%s\\\n');
  });

  it('are as text what came, whatever it holds', () => {
    const paste = '\u001b[201~\u0015touch evil\n';
    assert.equal(copyText([text(paste)], 'text', base64), paste);
  });

  it('are a command for each endpoint, in the order in which they come', () => {
    const rows = ['ws://a/', 'ws://b/', 'ws://a/'].map(to => ({ ...text('x'), url: to }));
    assert.deepEqual(
      copyText(rows, 'websocat', base64)
        .split('\n')
        .map(line => line.slice(-9)),
      ["'ws://a/'", "'ws://b/'"],
    );
  });

  it('are a command that prints each byte of a binary message', () => {
    const command = copyText([binary(0, 10, 39, 92, 255)], 'wscat', base64);
    const [printf = ''] = command.split(' | ');
    const printed = execFileSync('/bin/sh', ['-c', printf]);
    assert.deepEqual([...printed], [0, 10, 39, 92, 255]);
    assert.ok(command.includes('websocat -b'));
  });
});
