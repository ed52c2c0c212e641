import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DecoderSubject } from '../../../../src/host/decoding/newDecoder.ts';
import { editor, uriOf, type Shown } from '../../../support/host/fakeVscode.ts';

const { newDecoder } = await import('../../../../src/host/decoding/newDecoder.ts');

const top = '/folder/.vscode/decoders';
const types = '/extension/media/websocket-monitor-decoder.d.ts';

beforeEach(() => {
  editor.files.clear();
  editor.files.set(types, 'the types');
  editor.shown.length = 0;
  editor.opened.length = 0;
  editor.folders = ['/folder'];
});

afterEach(() => {
  editor.folders = ['/folder'];
  editor.isTrusted = true;
  editor.readOnly = false;
  editor.answer = () => undefined;
});

/** Messages of a slot that is called "shop", by their texts. */
function messages(...texts: readonly string[]): DecoderSubject {
  const payloads = texts.map(text => new TextEncoder().encode(text));
  const capture = {
    rows: (seq: number) => Promise.resolve([{ seq, kind: 'text', direction: 'in' }]),
    decoded: () => Promise.resolve(undefined),
    payload: (seq: number, _from: number, length: number) => {
      const all = payloads[seq] ?? new Uint8Array();
      return Promise.resolve({ bytes: all.subarray(0, length), byteLength: all.length });
    },
  };
  const source = { kind: 'slot', capture, slot: { name: 'shop' } };
  return { source, seqs: texts.map((_, seq) => seq) } as unknown as DecoderSubject;
}

/** Binary messages of the same slot, with the names of the decoders that read each, and what was within the first. */
function packedMessages(
  ...packed: readonly (readonly [names: readonly string[], inside: string])[]
): DecoderSubject {
  const capture = {
    rows: (seq: number) => Promise.resolve([{ seq, kind: 'binary', direction: 'in' }]),
    decoded: (seq: number) =>
      Promise.resolve({ layers: packed[seq]?.[0].map(name => ({ name })) ?? [] }),
    payload: () => Promise.resolve({ bytes: Uint8Array.of(0x1f), byteLength: 1 }),
    layer: (seq: number, layer: number) => {
      const bytes = new TextEncoder().encode(packed[seq]?.[1]);
      return Promise.resolve(layer > 0 ? { bytes, byteLength: bytes.length } : undefined);
    },
  };
  const source = { kind: 'slot', capture, slot: { name: 'shop' } };
  return { source, seqs: packed.map((_, seq) => seq) } as unknown as DecoderSubject;
}

const samplesIn = (test: string) =>
  [...test.matchAll(/base64: '([^']*)'/g)].map(([, base64 = '']) =>
    Buffer.from(base64, 'base64').toString(),
  );

/** Writes one with these answers, one after the other, and says which rules were kept. */
async function write(answers: readonly string[], subject?: DecoderSubject) {
  const left = [...answers];
  const kept: unknown[] = [];
  editor.answer = () => left.shift();
  await newDecoder(
    {
      extensionUri: uriOf('/extension'),
      choices: { choose: () => undefined },
      redact: text => text.replaceAll('s3cret', '•••'),
      keepRule: (...given) => {
        kept.push(given);
        return Promise.resolve();
      },
    },
    subject,
  );
  return kept;
}

const asked = (): Shown | undefined => editor.shown.find(({ isModal }) => isModal);

describe('New Decoder', () => {
  it('writes a decoder, its test and the types, opens it, and keeps a rule for the connection', async () => {
    const kept = await write(['acme', 'TypeScript', 'Use It'], messages('{"op":"hi"}'));
    assert.deepEqual(
      [...editor.files.keys()].sort(),
      [
        types,
        `${top}/acme.mts`,
        `${top}/acme.test.mts`,
        `${top}/websocket-monitor-decoder.d.ts`,
      ].sort(),
    );
    assert.deepEqual(editor.opened, [`${top}/acme.mts`]);
    const use = { script: '.vscode/decoders/acme.mts' };
    assert.deepEqual(kept, [[{ connection: 'shop', use }, 'workspace']]);
  });

  it('puts short messages without secrets into the test, and no more than five', async () => {
    const texts = [
      '{"op":"s3cret"}',
      '{"op":"login","password":"nobody knows it"}',
      '{"auth":{"pin":12345678}}',
      'CONNECT\npasscode:nobody knows it\n\n\0',
      'x'.repeat(5000),
      ...[1, 2, 3, 4, 5, 6].map(id => `{"id":${id}}`),
    ];
    await write(['acme', 'JavaScript'], messages(...texts));
    const test = editor.files.get(`${top}/acme.test.mjs`) ?? '';
    assert.deepEqual(samplesIn(test), texts.slice(5, 10));
  });

  it('reads what is in packed messages, behind what unpacks them', async () => {
    const subject = packedMessages(
      [['gzip', 'json'], '{"op":"s3cret"}'],
      [['gzip', 'json'], '{"op":"hi"}'],
      [['zlib', 'json'], '{"op":"other"}'],
      [[], '{"op":"nobody unpacks it"}'],
      [['gzip'], '{"op":"bye"'],
      [['gzip', 'json'], ''],
    );
    const kept = await write(['acme', 'JavaScript', 'Use It'], subject);
    const test = editor.files.get(`${top}/acme.test.mjs`) ?? '';
    assert.deepEqual(samplesIn(test), ['{"op":"hi"}', '{"op":"bye"']);
    assert.match(test, /isText: true, .*event: 'hi'/);
    assert.match(editor.files.get(`${top}/acme.mjs`) ?? '', /takes: 'text'/);
    const use = ['gzip', { script: '.vscode/decoders/acme.mjs' }];
    assert.deepEqual(kept, [[{ connection: 'shop', use }, 'workspace']]);
  });

  it('replaces files only if the user says so', async () => {
    editor.files.set(`${top}/acme.mjs`, 'mine');
    await write(['acme', 'JavaScript', 'Keep What Is There']);
    assert.equal(editor.files.get(`${top}/acme.mjs`), 'mine');
    assert.equal(asked()?.detail, '.vscode/decoders/acme.mjs');
    assert.ok(editor.files.has(`${top}/acme.test.mjs`));
    await assert.rejects(write(['acme', 'JavaScript']), { name: 'Canceled' });
    assert.equal(editor.files.get(`${top}/acme.mjs`), 'mine');
    await write(['acme', 'JavaScript', 'Replace']);
    assert.match(editor.files.get(`${top}/acme.mjs`) ?? '', /export const decoder/);
  });

  it('asks for the folder where there are several', async () => {
    editor.folders = ['/one', '/two'];
    await write(['two', 'acme', 'JavaScript']);
    assert.ok(editor.files.has('/two/.vscode/decoders/acme.mjs'));
  });

  it('says why it cannot be written', async () => {
    editor.folders = [];
    await assert.rejects(write([]), /Open a folder first/);
    editor.folders = ['vscode-vfs:/github/acme'];
    await assert.rejects(write([]), /must be on a disk/);
    editor.folders = ['/folder'];
    editor.isTrusted = false;
    await assert.rejects(write([]), /Trust it first/);
    editor.isTrusted = true;
    editor.readOnly = true;
    await assert.rejects(write(['acme', 'JavaScript']), /cannot be written to .*EROFS/);
  });
});
