import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import type { ReadyProtobuf } from '../../../../src/core/decode/registry/protobufUse.ts';
import { findFileWithin } from '../../../../src/node/files/findFileWithin.ts';
import { readFileWithin } from '../../../../src/node/files/readFileWithin.ts';
import { readProtobufSchema } from '../../../../src/node/protobuf/protobufSchema.ts';
import type { DecodeRule } from '../../../../src/core/decode/decodeRule.ts';
import type { Sources } from '../../../../src/host/captures/sources.ts';
import { collectingLog } from '../../../support/capture/captures.ts';
import { editor } from '../../../support/host/fakeVscode.ts';
import { RuleProject } from '../../../support/host/ruleProject.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { until } from '../../../support/until.ts';

const { DecoderRules } = await import('../../../../src/host/decoding/decoderRules.ts');
const { ProtobufSchemas } = await import('../../../../src/host/decoding/protobufSchemas.ts');
const { Scripts } = await import('../../../../src/host/decoding/scripts/scripts.ts');
const { ContributedDecoders } =
  await import('../../../../src/host/decoding/scripts/contributedDecoders.ts');
const { DecoderChoices } = await import('../../../../src/host/decoding/decoderChoices.ts');

interface Window {
  readonly rules: InstanceType<typeof DecoderRules>;
  readonly clock: ManualClock;
  readonly changed: { count: number };
  readonly settingsChanged: () => void;
  /** The step of the only rule, once its schema has been read. */
  readonly step: () => Promise<ReadyStep>;
}

interface ReadyStep {
  readonly protobuf: ReadyProtobuf;
}

let project: RuleProject;
let top: string;
let folder: string;

beforeEach(() => {
  project = new RuleProject();
  ({ top, folder } = project);
});

afterEach(() => project.end());

function write(path: string, text: string | Uint8Array): void {
  project.write(path, text);
}

function setRule(protobuf: object, file?: string): void {
  project.setRule({ protobuf }, file);
}

function open(): Window {
  const clock = new ManualClock();
  const settings = new Emitter<undefined>();
  const { log } = collectingLog();
  let isReading = 0;
  const schemas = new ProtobufSchemas({
    clock,
    log,
    readFile: async (...given) => {
      isReading++;
      try {
        return await readFileWithin(...given);
      } finally {
        isReading--;
      }
    },
    readSchema: readProtobufSchema,
  });
  const scripts = new Scripts({ clock, log, findFile: findFileWithin });
  const contributed = new ContributedDecoders(log);
  const onDidChangeSettings = settings.event;
  const rules = new DecoderRules({ schemas, scripts, contributed, log, onDidChangeSettings });
  project.own(rules, schemas, scripts, contributed);
  const changed = { count: 0 };
  rules.onDidChange(() => changed.count++);
  return {
    rules,
    clock,
    changed,
    settingsChanged: () => settings.fire(undefined),
    step: async () => {
      const before = changed.count;
      let step = rules.for('any')[0]?.use[0] as unknown as ReadyStep;
      if (step.protobuf.problem?.is === 'awaited') {
        await until('the schema has been read', () => changed.count > before && isReading === 0);
        step = rules.for('any')[0]?.use[0] as unknown as ReadyStep;
      }
      return step;
    },
  };
}

/** What a step without a schema says. */
const problemOf = ({ protobuf }: ReadyStep) => {
  assert.deepEqual([protobuf.table, protobuf.message], [undefined, undefined]);
  return protobuf.problem?.problem;
};
const typesOf = ({ protobuf }: ReadyStep) => Object.keys(protobuf.table ?? {}).sort();
const warnings = () => editor.shown.map(({ text }) => text);

const feed = 'syntax = "proto3"; package feed; message Envelope { string id = 1; }';

describe('A rule with a schema', () => {
  it('goes to the worker with what the file says, in place of its name', async () => {
    write('project/proto/feed.proto', feed);
    setRule({ schema: 'proto/feed.proto', message: 'feed.Envelope', prefix: 'varint' });
    const { step, rules } = open();
    const problem = 'The schema "proto/feed.proto" is being read.';
    assert.deepEqual(rules.for('any')[0]?.use, [
      { protobuf: { prefix: 'varint', problem: { is: 'awaited', name: 'feed.proto', problem } } },
    ]);
    assert.deepEqual(await step(), {
      protobuf: {
        prefix: 'varint',
        message: 'feed.Envelope',
        table: { 'feed.Envelope': { '1': { name: 'id', type: 'string' } } },
      },
    });
    assert.deepEqual(warnings(), []);
  });

  it('goes on with its schema where somebody can wait for that, as for a selection', async () => {
    write('project/feed.proto', feed);
    const { rules } = open();
    const protobuf = { schema: ['feed.proto'], message: 'feed.Envelope' };
    const rule = { scope: 'workspace', rule: { use: [{ protobuf }] } } as const;
    const { use } = await rules.chosenRead(rule);
    assert.deepEqual(typesOf(use[0] as unknown as ReadyStep), ['feed.Envelope']);
  });

  it('finds imports beside the file, in its "includes", and from the folders above it', async () => {
    write(
      'project/a/b/feed.proto',
      `syntax = "proto3"; import "beside.proto"; import "b/above.proto"; import "third.proto";
       import "google/protobuf/timestamp.proto";
       message M { Beside one = 1; Above two = 2; Third three = 3; google.protobuf.Timestamp at = 4; }`,
    );
    write(
      'project/a/b/beside.proto',
      'syntax = "proto3"; import "further.proto"; message Beside {}',
    );
    write('project/a/b/further.proto', 'syntax = "proto3"; message Further {}');
    write('project/a/b/above.proto', 'syntax = "proto3"; message Above {}');
    write('project/vendor/third.proto', 'syntax = "proto3"; message Third {}');
    setRule({ schema: 'a/b/feed.proto', message: 'M', includes: ['vendor'] });
    const types = typesOf(await open().step());
    assert.deepEqual(
      types.filter(name => !name.startsWith('google')),
      ['Above', 'Beside', 'Further', 'M', 'Third'],
    );
    assert.deepEqual(warnings(), []);
  });

  it('reads a set of descriptors', async () => {
    // file { name: "x", package: "p", message_type { name: "M" } }
    write('project/x.binpb', Buffer.from('0a0b0a01781201702203 0a014d'.replace(' ', ''), 'hex'));
    setRule({ schema: 'x.binpb', message: 'p.M' });
    assert.deepEqual(typesOf(await open().step()), ['p.M']);
  });

  it("may name an absolute file if it is the user's", async () => {
    write('elsewhere/feed.proto', feed);
    setRule(
      { schema: join(top, 'elsewhere/feed.proto'), message: 'feed.Envelope' },
      editor.userFile,
    );
    assert.deepEqual(typesOf(await open().step()), ['feed.Envelope']);
  });

  it("may not name a file outside of the workspace if it is the workspace's", async () => {
    write('elsewhere/feed.proto', feed);
    write(
      'project/inside.proto',
      'syntax = "proto3"; import "../elsewhere/feed.proto"; message M {}',
    );
    symlinkSync(join(top, 'elsewhere/feed.proto'), join(folder, 'link.proto'));
    for (const schema of [
      '../elsewhere/feed.proto',
      join(top, 'elsewhere/feed.proto'),
      '~/feed.proto',
      'link.proto',
    ]) {
      setRule({ schema, message: 'feed.Envelope' });
      assert.match(problemOf(await open().step()) ?? '', /may only name files that are in it/);
      assert.match(warnings().at(-1) ?? '', /may only name files that are in it.*without a schema/);
    }
    setRule({ schema: 'inside.proto', message: 'M' });
    assert.deepEqual(typesOf(await open().step()), ['M']);
  });

  it('is not read in Restricted Mode, and is once the workspace is trusted', async () => {
    write('project/feed.proto', feed);
    editor.isTrusted = false;
    setRule({ schema: join(folder, 'feed.proto'), message: 'feed.Envelope' }, editor.userFile);
    const { step, settingsChanged } = open();
    assert.equal(
      problemOf(await step()),
      `The schema "${join(folder, 'feed.proto')}" is read once the workspace is trusted.`,
    );
    editor.isTrusted = true;
    settingsChanged();
    assert.deepEqual(typesOf(await step()), ['feed.Envelope']);
    assert.deepEqual(warnings(), []);
  });
});

describe('A schema that cannot be read', () => {
  it('is said once, and messages are read without it', async () => {
    setRule({ schema: 'no.proto', message: 'M', prefix: 'varint', fields: { '1': 'bytes' } });
    const { step, settingsChanged } = open();
    const problem = 'The schema "no.proto" was not found.';
    assert.deepEqual(await step(), {
      protobuf: {
        prefix: 'varint',
        fields: { '1': 'bytes' },
        problem: { is: 'lacksSchema', name: 'no.proto', problem },
      },
    });
    settingsChanged();
    assert.deepEqual(warnings(), [
      'The schema "no.proto" was not found. Messages are decoded without a schema.',
    ]);
  });

  it('may be elsewhere, where nothing is watched for a workspace', async () => {
    write('elsewhere/feed.proto', feed);
    write(
      'project/feed.proto',
      'syntax = "proto3"; import "../elsewhere/feed.proto"; message M {}',
    );
    for (const schema of ['../elsewhere/feed.proto', 'feed.proto']) {
      setRule({ schema, message: 'M' });
      await open().step();
    }
    assert.match(warnings()[0] ?? '', /may only name files that are in it/);
    assert.deepEqual([...new Set(editor.watched.map(each => each.folder))], [folder]);
  });

  it('is marked where it is wrong', async () => {
    write(
      'project/feed.proto',
      'syntax = "proto3";\nimport "gone.proto";\nmessage M {\n  Nowhere a = 1;\n  string b = 2;\n}\n',
    );
    setRule({ schema: 'feed.proto', message: 'M' });
    const { step } = open();
    assert.deepEqual((await step()).protobuf.table, { M: { '2': { name: 'b', type: 'string' } } });
    assert.deepEqual(editor.marks.get(join(folder, 'feed.proto')), [
      '2:9 The import gone.proto was not found.',
      '4:3 There is no type Nowhere.',
    ]);
    assert.match(warnings().join(), /has 2 problems, the first one in line 2 of feed\.proto/);
  });

  it('may be too long, or have too many files', async () => {
    write('project/long.proto', new Uint8Array(4 * 1024 * 1024 + 1));
    setRule({ schema: 'long.proto', message: 'M' });
    assert.match(problemOf(await open().step()) ?? '', /larger than 4 MiB/);
    assert.match(warnings().at(-1) ?? '', /"long\.proto" is larger than 4 MiB/);
    for (let number = 0; number < 201; number++) {
      write(`project/n${number}.proto`, 'syntax = "proto3";');
    }
    const imports = Array.from({ length: 201 }, (_, number) => `import "n${number}.proto";`);
    write('project/many.proto', `syntax = "proto3"; ${imports.join('\n')} message M {}`);
    setRule({ schema: 'many.proto', message: 'M' });
    assert.match(problemOf(await open().step()) ?? '', /more than 200 files/);
    assert.match(warnings().at(-1) ?? '', /more than 200 files or 16 MiB/);
  });

  it('has no type of that name: the sentence has those that it has', async () => {
    write('project/feed.proto', `${feed} message Other {} message A {} message B {}`);
    setRule({ schema: 'feed.proto', message: 'Envelope' });
    const sentence =
      'The schema "feed.proto" has no message type "Envelope". It has feed.Envelope, feed.A, feed.B and 1 more.';
    assert.equal(problemOf(await open().step()), sentence);
    assert.deepEqual(warnings(), [sentence]);
  });

  it('has one of two types: the other is said, and messages of the one are decoded', async () => {
    write('project/feed.proto', feed);
    const message = { in: 'feed.Envelope', out: 'feed.Command' };
    setRule({ schema: 'feed.proto', message });
    const { protobuf } = await open().step();
    assert.deepEqual([typesOf({ protobuf }), protobuf.message], [['feed.Envelope'], message]);
    assert.match(protobuf.problem?.problem ?? '', /has no message type "feed\.Command"/);
  });

  it('has lost a type by a mistake: the step says both, and no sentence covers the mark', async () => {
    write('project/feed.proto', feed);
    setRule({ schema: 'feed.proto', message: 'feed.Envelope' });
    const { step, clock, changed } = open();
    await step();
    write('project/feed.proto', `message Other {}\n${feed.replace('string', 'string string')}`);
    editor.watched.forEach(({ tell }) => tell(join(folder, 'feed.proto')));
    clock.advance(1000);
    await until('it has been read again', () => changed.count === 2);
    const said = problemOf(await step()) ?? '';
    assert.match(said, /^The schema .* has no message type "feed\.Envelope"/);
    assert.match(said, /has a problem in line 2 of feed\.proto: illegal token/);
    assert.deepEqual(warnings(), []);
  });

  it('is named by no type: the step says so', async () => {
    write('project/feed.proto', feed);
    setRule({ schema: 'feed.proto' });
    assert.equal(
      problemOf(await open().step()),
      'The rule names no message type of the schema "feed.proto".',
    );
  });
});

describe('The files of a schema', () => {
  it('are read again when they change, once they have settled', async () => {
    write('project/feed.proto', feed);
    setRule({ schema: 'feed.proto', message: 'feed.Envelope' });
    const { step, clock, changed } = open();
    const before = (await step()).protobuf.table;
    write('project/feed.proto', feed.replace('id = 1', 'key = 1'));
    assert.deepEqual(
      editor.watched.map(watch => watch.folder),
      [folder],
    );
    const tell = (file: string) => editor.watched.forEach(watch => watch.tell(join(folder, file)));
    tell('other.proto');
    clock.advance(1000);
    assert.equal(changed.count, 1, 'files that are no part of it do not matter');
    tell('feed.proto');
    tell('feed.proto');
    clock.advance(1000);
    await until('it has been read again', () => changed.count === 2);
    const after = (await step()).protobuf.table;
    assert.notEqual(after, before);
    assert.equal(after?.['feed.Envelope']?.['1']?.name, 'key');
  });

  it('are the same table while what they say stays the same', async () => {
    write('project/feed.proto', feed);
    setRule({ schema: 'feed.proto', message: 'feed.Envelope' });
    const { step, settingsChanged } = open();
    const { table } = (await step()).protobuf;
    settingsChanged();
    assert.equal((await step()).protobuf.table, table);
  });

  it('are awaited where they are missing', async () => {
    setRule({ schema: 'late.proto', message: 'M' });
    const { step, clock, changed } = open();
    assert.equal(problemOf(await step()), 'The schema "late.proto" was not found.');
    write('project/late.proto', 'syntax = "proto3"; message M {}');
    editor.watched.forEach(({ tell }) => tell(join(folder, 'late.proto')));
    clock.advance(1000);
    await until('it has been read', () => changed.count === 2);
    assert.deepEqual(typesOf(await step()), ['M']);
  });

  it('are forgotten with the rule', async () => {
    write('project/feed.proto', 'syntax = "proto3"; message M { Nowhere a = 1; }');
    setRule({ schema: 'feed.proto', message: 'M' });
    const { step, settingsChanged } = open();
    await step();
    assert.equal(editor.marks.size, 1);
    editor.files.clear();
    settingsChanged();
    assert.deepEqual([editor.marks.size, editor.watched.length], [0, 0]);
  });
});

describe('A capture', () => {
  it('is told of the rules when they change, and of a schema when that does', async () => {
    write('project/feed.proto', feed);
    setRule({ schema: 'feed.proto', message: 'feed.Envelope' });
    const { step, clock, changed, rules, settingsChanged } = open();
    const told: (readonly DecodeRule[])[] = [];
    const capture = { id: 1, setDecoders: (given: readonly DecodeRule[]) => told.push(given) };
    const source = { kind: 'capture', captureKey: 'k', capture, archived: { name: 'old' } };
    const sourcesChanged = new Emitter<undefined>();
    const sources = { withPast: [source], onDidChange: sourcesChanged.event } as unknown;
    project.own(new DecoderChoices({ sources: sources as Sources, rules }));
    await step();
    assert.equal(told.length, 2, 'before and after the schema was read');
    settingsChanged();
    sourcesChanged.fire(undefined);
    assert.equal(told.length, 2);
    write('project/feed.proto', feed.replace('id = 1', 'key = 1'));
    editor.watched.forEach(({ tell }) => tell(join(folder, 'feed.proto')));
    clock.advance(1000);
    const before = changed.count;
    await until('it has been read again', () => changed.count > before);
    assert.equal(told.length, 3);
    assert.match(JSON.stringify(told[2]), /"key"/);
  });
});
