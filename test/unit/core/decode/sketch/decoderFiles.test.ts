import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'node:test';
import ts from 'typescript';
import {
  decoderFiles,
  typesFileName,
  type DecoderLanguage,
} from '../../../../../src/core/decode/sketch/decoderFiles.ts';
import type { SampleMessage } from '../../../../../src/core/decode/sketch/sketch.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'decoder-files-'));
  copyFileSync(join('media', typesFileName), join(folder, typesFileName));
});

afterEach(() => rmSync(folder, { recursive: true }));

const text = (value: string, direction: 'in' | 'out' = 'in'): SampleMessage => ({
  direction,
  isText: true,
  bytes: new TextEncoder().encode(value),
});
const binary = (...hex: readonly string[]): SampleMessage => ({
  direction: 'in',
  isText: false,
  bytes: new Uint8Array(Buffer.from(hex.join(''), 'hex')),
});
const hexOf = (value: string) => Buffer.from(value).toString('hex');

interface Read {
  readonly event?: string;
  readonly [member: string]: unknown;
}

/** Writes the files, runs their test with plain Node, and gives what the decoder says of the first message. */
async function write(language: DecoderLanguage, ...messages: readonly SampleMessage[]) {
  const { decoder, test } = decoderFiles('acme', language, folder, messages, []);
  writeFileSync(join(folder, decoder.name), decoder.text);
  writeFileSync(join(folder, test.name), test.text);
  const env = { ...process.env };
  // Otherwise it takes itself for a part of this test.
  delete env['NODE_TEST_CONTEXT'];
  const [, ...command] = /Run it[^:]*: (.*)/.exec(test.text)?.[1]?.split(' ') ?? [];
  const run = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  const passed = /pass (\d+)/.exec(run.stdout)?.[1];
  const file = pathToFileURL(join(folder, decoder.name)).href;
  const loaded = (await import(file)) as { decoder: { decode: (input: unknown) => Read } };
  const [first] = messages;
  const input = first?.isText ? new TextDecoder().decode(first.bytes) : first?.bytes;
  return {
    passed: Number(passed),
    read: input === undefined ? undefined : loaded.decoder.decode(input),
  };
}

function typeErrors(): readonly string[] {
  const names = [join(folder, 'acme.mjs'), join(folder, 'acme.test.mjs')];
  const typed = names.map(name => name.replace(/mjs$/, 'mts'));
  const program = ts.createProgram(
    [...names, ...typed].filter(name => ts.sys.fileExists(name)),
    {
      allowJs: true,
      checkJs: true,
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      skipLibCheck: false,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      types: ['node'],
      typeRoots: [resolve('node_modules/@types')],
    },
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('The files of a new decoder', () => {
  it('read texts that are JSON by the member that names the event', async () => {
    const first = text('{"op":"subscribe","id":7}', 'out');
    const { passed, read } = await write('js', first, text('{"op":"ok","id":7}'), text('hello'));
    assert.equal(passed, 3);
    assert.deepEqual(read, { event: 'subscribe', id: 7, value: { op: 'subscribe', id: 7 } });
  });

  it('read other texts by what separates their parts', async () => {
    const { passed, read } = await write('js', text("it's`|${1}\u2028|x"), text('bye|'));
    assert.equal(passed, 2);
    assert.deepEqual(read, { event: "it's`", value: ['${1}\u2028', 'x'] });
  });

  it('find the header of binary messages, with a length, and leave the body to a decoder', async () => {
    const body = '{"a":1}';
    const { passed, read } = await write(
      'js',
      binary('02', '0700', hexOf(body)),
      binary('03', '0000'),
    );
    assert.equal(passed, 2);
    assert.equal(read?.event, 'type 2');
    assert.deepEqual(read['envelope'], { type: 2, length: 7 });
    assert.deepEqual(read['fields'], [
      ['$.type', 0, 1],
      ['$.length', 1, 3],
      ['$.body', 3, 10],
    ]);
    assert.equal(Buffer.from(read['next'] as Uint8Array).toString(), body);
    assert.equal(read['as'], 'json');
  });

  it('show the bytes behind the type where nothing else is found', async () => {
    const { read } = await write('js', binary('05', 'fffefd'));
    assert.deepEqual(read?.['value'], { type: 5, body: new Uint8Array([255, 254, 253]) });
  });

  it('say behind what a decoder is to be put if its messages were unpacked', () => {
    const { decoder } = decoderFiles('acme', 'js', '.vscode/decoders', [text('{}')], ['gzip']);
    const use = '["gzip",{"script":".vscode/decoders/acme.mjs"}]';
    assert.ok(decoder.text.includes(`\n// It gets what others have unpacked: "use": ${use}\n`));
  });

  it('have an example where no message is given', async () => {
    const { passed } = await write('js');
    assert.equal(passed, 1);
    assert.match(readFileSync(join(folder, 'acme.mjs'), 'utf8'), /as: 'text'/);
  });

  it('fit the types beside them, in JavaScript and in TypeScript', async () => {
    for (const message of [
      text('{"id":1}'),
      text('a b'),
      binary('0102'),
      binary('01', '05', hexOf('hello')),
    ]) {
      await write('js', message);
      await write('ts', message);
      assert.deepEqual(typeErrors(), []);
    }
  });
});
