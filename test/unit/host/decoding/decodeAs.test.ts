import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Formats } from '../../../../src/core/base/format.ts';
import { readDecodeRules } from '../../../../src/core/decode/registry/rules.ts';
import type { SettingsScope } from '../../../../src/core/settings/settingLayers.ts';
import type { DecodeAsParts } from '../../../../src/host/decoding/decodeAs.ts';
import type { ScopedRule } from '../../../../src/host/decoding/protobufSteps.ts';
import { readFileWithin } from '../../../../src/node/files/readFileWithin.ts';
import { readProtobufSchema } from '../../../../src/node/protobuf/protobufSchema.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { editor, type Shown } from '../../../support/host/fakeVscode.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { until } from '../../../support/until.ts';

const { decodeAs } = await import('../../../../src/host/decoding/decodeAs.ts');
const { ProtobufSchemas } = await import('../../../../src/host/decoding/protobufSchemas.ts');

/** Field 1 is the text "hi", field 2 the number 7. */
const message = Buffer.from('0a0268691007', 'hex');

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'decode-as-')));
  editor.folders = [folder];
  editor.shown.length = 0;
  editor.untitled.length = 0;
  editor.isTrusted = true;
  writeFileSync(
    join(folder, 'feed.proto'),
    `syntax = "proto3"; package feed;
     message Quote { string symbol = 1; int32 size = 2; } message Name { string name = 1; }`,
  );
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  editor.folders = ['/folder'];
  editor.answer = () => undefined;
});

/** Asks with these answers, one after the other, and says what came of it. */
async function ask(
  answers: readonly string[],
  rules: readonly object[] = [],
  present?: ScopedRule,
  contributed: readonly object[] = [],
  offer?: readonly string[],
) {
  const schemas = new ProtobufSchemas({
    clock: new ManualClock(),
    log: silentLog,
    readFile: readFileWithin,
    readSchema: readProtobufSchema,
  });
  const written = readDecodeRules(rules, []).map(rule => ({ scope: 'workspace' as const, rule }));
  if (JSON.stringify(rules).includes('feed.proto')) {
    const request = { scope: 'workspace' as const, schema: ['feed.proto'], includes: [] };
    await until('the schema has been read', () => schemas.get(request) !== undefined);
  }
  const row = { kind: 'binary', direction: 'in', byteLength: message.length };
  const rows = [
    { ...row, seq: 0 },
    { ...row, seq: 1, direction: 'out' },
    { ...row, seq: 2, kind: 'text' },
    { ...row, seq: 3 },
  ];
  const payloads = [message, Buffer.from('1801', 'hex'), message, Buffer.from('2001', 'hex')];
  const capture = {
    readers: () => Promise.resolve(['protobuf-raw']),
    rows: (from: number, count: number) => Promise.resolve(rows.slice(from, from + count)),
    payload: (seq: number) =>
      Promise.resolve({ bytes: payloads[seq], byteLength: payloads[seq]?.length }),
  };
  const source = { kind: 'slot', capture, captureKey: 'k', slot: { name: 'shop', url: 'ws://h/' } };
  const chosen: (ScopedRule | undefined)[] = [];
  const kept: (readonly [rule: object, scope: SettingsScope])[] = [];
  const questions: Shown[] = [];
  const left = [...answers];
  editor.answer = shown => {
    questions.push(shown);
    return left.shift();
  };
  const parts = {
    sources: { get: () => source },
    choices: {
      choose: (_: unknown, rule: ScopedRule | undefined) => chosen.push(rule),
      chosenFor: () => present,
    },
    formats: new Formats('en'),
    current: () => undefined,
    protobuf: { schemas, rules: { written } },
    contributed: { all: contributed },
    keepRule: (...given: readonly [rule: object, scope: SettingsScope]) => {
      kept.push(given);
      return Promise.resolve();
    },
  } as unknown as DecodeAsParts;
  try {
    await decodeAs(parts, { connection: 'k', seq: 0, ...(offer && { offer }) });
  } finally {
    schemas.dispose();
  }
  return { chosen, kept, questions };
}

const always = 'Always for this connection';
const withSchema = 'Protobuf with a Schema…';

describe('Decode As', () => {
  it('offers the types of known schemas that fit the message best', async () => {
    const use = { protobuf: { schema: 'feed.proto' } };
    const { chosen, kept, questions } = await ask(['feed.Quote', always], [{ use }]);
    const [first] = questions;
    assert.deepEqual(
      first?.choices.filter(each => each.startsWith('feed.')),
      ['feed.Quote', 'feed.Name'],
    );
    const protobuf = { schema: ['feed.proto'], message: 'feed.Quote' };
    assert.deepEqual(chosen, [{ scope: 'workspace', rule: { use: [{ protobuf }] } }]);
    const rule = {
      connection: 'shop',
      use: [{ protobuf: { schema: 'feed.proto', message: 'feed.Quote' } }],
    };
    assert.deepEqual(kept, [[rule, 'workspace']]);
    const problems: string[] = [];
    readDecodeRules([rule], problems);
    assert.deepEqual(problems, []);
  });

  it('says which choice there is at present', async () => {
    editor.files.set(join(folder, '.vscode/decoders/acme.mjs'), '');
    const chosen = (use: ScopedRule['rule']['use'], scope: SettingsScope = 'user') => ({
      scope,
      rule: { use },
    });
    const named = { schema: ['feed.proto'], message: 'feed.Quote' };
    const other = { schema: ['other.proto'], message: 'other.Quote' };
    const script = { script: '.vscode/decoders/acme.mjs' };
    const known: readonly (readonly [ScopedRule | undefined, string])[] = [
      [
        undefined,
        'Automatic chosen now – as the settings say, or else by what the messages look like',
      ],
      [chosen([]), 'Raw chosen now – as they came'],
      [chosen(['mqtt']), 'MQTT chosen now – mqtt – '],
      [chosen([{ protobuf: { fields: {} } }]), 'Read a Field Otherwise… chosen now – Protobuf'],
      [chosen([{ protobuf: {} }]), 'Protobuf chosen now – [{"protobuf":{}}]'],
      [chosen([{ protobuf: other }]), `${withSchema} chosen now – by a .proto file`],
      [chosen([{ protobuf: named }], 'workspace'), 'feed.Quote chosen now – feed.proto'],
      [chosen([script], 'workspace'), 'acme.mjs chosen now – .vscode/decoders/acme.mjs'],
      [chosen([{ script: '/other.cjs' }]), 'other.cjs chosen now – /other.cjs'],
      [chosen(['shopd']), 'Shop chosen now – shopd – by Shop Tools'],
      [chosen(['gzip', 'json']), 'gzip, JSON chosen now – ["gzip","json"]'],
      [chosen(['gzip', { map: {} }]), 'gzip, Mapping chosen now – ["gzip",{"map":{}}]'],
    ];
    const rules = [{ use: { protobuf: { schema: 'feed.proto' } } }];
    const contributed = [{ name: 'shopd', title: 'Shop', extensionTitle: 'Shop Tools' }];
    for (const [present, words] of known) {
      const { questions } = await ask(['Automatic'], rules, present, contributed);
      const marked = questions[0]?.described?.filter(each => each.includes('chosen now'));
      assert.equal(marked?.length, 1, words);
      assert.ok(marked[0]?.startsWith(words), marked[0]);
    }
  });

  it('takes any schema: one of the workspace for the workspace, with the fitting types first', async () => {
    const file = join(folder, 'feed.proto');
    const { chosen, questions } = await ask([withSchema, file, 'feed.Name', 'For now']);
    assert.deepEqual(questions[2]?.choices, ['feed.Quote', 'feed.Name']);
    const protobuf = { schema: ['feed.proto'], message: 'feed.Name' };
    assert.deepEqual(chosen, [{ scope: 'workspace', rule: { use: [{ protobuf }] } }]);
  });

  it('takes a schema from elsewhere for the user', async () => {
    editor.folders = ['/folder'];
    const file = join(folder, 'feed.proto');
    const { kept } = await ask([withSchema, file, 'feed.Name', always]);
    const use = [{ protobuf: { schema: file, message: 'feed.Name' } }];
    assert.deepEqual(kept, [[{ connection: 'shop', use }, 'user']]);
  });

  it('says what is wrong with a schema that cannot be used', async () => {
    const file = join(folder, 'wrong.proto');
    writeFileSync(file, 'syntax = "proto3"; massage M {}');
    await assert.rejects(
      ask([withSchema, file]),
      /a problem in line 1 of .*wrong\.proto: .*massage/,
    );
    await assert.rejects(ask([withSchema, join(folder, 'no.proto')]), /was not found/);
    editor.isTrusted = false;
    await assert.rejects(ask([withSchema, file]), /Trust it first/);
  });

  it('writes the fields of a message, and of those that went the same way, as a schema', async () => {
    await ask(['Write Its Fields as .proto…']);
    const [text = ''] = editor.untitled;
    assert.deepEqual(
      text.split('\n').filter(line => line.includes('field_')),
      ['  string field_1 = 1;', '  uint64 field_2 = 2;', '  uint64 field_4 = 4;'],
    );
  });

  it('reads a field otherwise where the guess is wrong, and writes that into the schema', async () => {
    const { chosen, kept, questions } = await ask([
      'Read a Field Otherwise…',
      '1',
      'bytes',
      always,
    ]);
    assert.deepEqual(questions[1]?.described, ['1 len: text – "hi"', '2 varint – 7']);
    assert.deepEqual(questions[2]?.choices.slice(0, 4), ['string', 'bytes', 'message', 'double']);
    const rule = { connection: 'shop', use: [{ protobuf: { fields: { '1': 'bytes' } } }] };
    assert.deepEqual(kept, [[rule, 'user']]);
    const problems: string[] = [];
    assert.deepEqual(readDecodeRules([rule], problems)[0]?.use, rule.use);
    assert.deepEqual(problems, []);
    const both = { fields: { '1': 'bytes', '2': 'sint32' } };
    const next = await ask(['Read a Field Otherwise…', '2', 'sint32', 'For now'], [], chosen[0]);
    assert.deepEqual(next.chosen[0]?.rule.use, [{ protobuf: both }]);
    assert.ok(!next.questions[2]?.choices.includes('string'));
    for (const [rules, present] of [
      [[], next.chosen[0]],
      [[{ use: { protobuf: both } }], undefined],
    ] as const) {
      editor.untitled.length = 0;
      await ask(['Write Its Fields as .proto…'], rules, present);
      const [text = ''] = editor.untitled;
      assert.match(text, /bytes field_1 = 1;\n {2}sint32 field_2 = 2;/);
    }
    const back = ['Read a Field Otherwise…', '2', 'What It Looks Like', 'For now'];
    const again = await ask(back, [], next.chosen[0]);
    assert.deepEqual(again.chosen[0]?.rule.use, [{ protobuf: { fields: { '1': 'bytes' } } }]);
  });

  it('offers decoders in files of the workspace and of rules, and those of extensions', async () => {
    for (const name of [
      'acme.mjs',
      'acme.test.mjs',
      'websocket-monitor-decoder.d.ts',
      'notes.md',
    ]) {
      editor.files.set(join(folder, '.vscode/decoders', name), '');
    }
    const rules = [{ use: ['gzip', { script: 'tools/other.cjs' }] }];
    const contributed = [{ name: 'shopd', title: 'Shop', extensionTitle: 'Shop Tools' }];
    const { chosen, kept, questions } = await ask(
      ['acme.mjs', always],
      rules,
      undefined,
      contributed,
    );
    const choices = questions[0]?.choices ?? [];
    const at = choices.indexOf('Your own, and of extensions');
    assert.deepEqual(choices.slice(at + 1, at + 4), ['other.cjs', 'acme.mjs', 'Shop']);
    assert.ok(!choices.some(each => /test|d\.ts|notes/.test(each)));
    assert.equal(choices.at(-1), 'New Decoder…');
    const use = [{ script: '.vscode/decoders/acme.mjs' }];
    assert.deepEqual(chosen, [{ scope: 'workspace', rule: { use } }]);
    assert.deepEqual(kept, [[{ connection: 'shop', use }, 'workspace']]);
    const other = await ask(['Shop', always], rules, undefined, contributed);
    assert.deepEqual(other.kept, [[{ connection: 'shop', use: ['shopd'] }, 'user']]);
    editor.isTrusted = false;
    const { questions: untrusted } = await ask([]).catch(() => ({ questions: [] }));
    assert.ok(!untrusted.some(({ choices: all }) => all.includes('acme.mjs')));
  });

  it('still takes decoders by their names', async () => {
    const { chosen, kept } = await ask(['MessagePack', always]);
    assert.deepEqual(chosen, [{ scope: 'user', rule: { use: ['msgpack'] } }]);
    assert.deepEqual(kept, [[{ connection: 'shop', use: ['msgpack'] }, 'user']]);
    assert.deepEqual((await ask(['Automatic'])).chosen, [undefined]);
    const raw = await ask(['Raw', always]);
    assert.deepEqual(raw.kept, [[{ connection: 'shop', use: 'off' }, 'user']]);
  });

  it('offers first what the messages look like', async () => {
    const look = ['gzip', 'json'];
    const { chosen, questions } = await ask(['gzip, JSON', 'For now'], [], undefined, [], look);
    assert.equal(questions[0]?.choices[0], 'gzip, JSON');
    assert.deepEqual(chosen, [{ scope: 'user', rule: { use: look } }]);
    const { questions: odd } = await ask(['Automatic'], [], undefined, [], ['json', '$(trash)']);
    assert.equal(odd[0]?.choices[0], 'Automatic');
  });
});
