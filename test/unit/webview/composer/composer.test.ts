import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import '../../../support/page/englishTexts.ts';
import type { MessageBody } from '../../../../src/core/message/messageBody.ts';
import type { CheckedBody, RunView, ItemView } from '../../../../src/shared/composerProtocol.ts';
import { maxBodyLength } from '../../../../src/shared/limits.ts';
import { DraftChecker, problemOfDraft } from '../../../../src/webview/composer/draftCheck.ts';
import {
  bodyOfDraft,
  emptyDraft,
  keepDraft,
  withBody,
  type Draft,
} from '../../../../src/webview/composer/draft.ts';
import { readSavedComposer } from '../../../../src/webview/composer/savedComposer.ts';
import { DraftHistory } from '../../../../src/webview/composer/draftHistory.ts';
import { formattedJson } from '../../../../src/webview/composer/jsonDraft.ts';
import { referenceCompletions } from '../../../../src/webview/composer/referenceCompletions.ts';
import { endedRuns } from '../../../../src/webview/composer/runs.ts';
import { libraryMenu } from '../../../../src/webview/composer/libraryMenu.ts';

const draftOf = (change: Partial<Draft>): Draft => ({ ...emptyDraft, ...change });

describe('A draft', () => {
  const bodies: readonly MessageBody[] = [
    { as: 'text', text: 'a' },
    { as: 'json', text: '{}' },
    { as: 'hex', text: '00' },
    { as: 'base64', text: 'AA==' },
    { as: 'ping', text: '' },
    { as: 'file', path: 'x.bin', isText: false },
    { as: 'close', code: 4001, reason: 'over' },
  ];

  it('converts every kind of body, and keeps the text when the kind changes', () => {
    for (const body of bodies) {
      assert.deepEqual(bodyOfDraft(withBody(emptyDraft, body)), body);
    }
    const draft = withBody(draftOf({ text: 'kept' }), { as: 'close', code: 1000, reason: '' });
    assert.equal(draft.text, 'kept');
  });

  it('is saved by connection name, newest last, unless it is empty or too long', () => {
    let drafts = keepDraft([], 'a', draftOf({ text: '1' }));
    drafts = keepDraft(drafts, 'b', draftOf({ text: '2' }));
    drafts = keepDraft(drafts, 'a', draftOf({ text: '3' }));
    assert.deepEqual(
      drafts.map(([name, { text }]) => `${name}${text}`),
      ['b2', 'a3'],
    );
    assert.deepEqual(keepDraft(drafts, 'a', emptyDraft).length, 1);
    assert.deepEqual(keepDraft(drafts, 'a', draftOf({ text: 'x'.repeat(100_001) })).length, 1);
    for (let count = 0; count < 30; count++) {
      drafts = keepDraft(drafts, `c${count}`, draftOf({ text: 'x' }));
    }
    assert.deepEqual([drafts.length, drafts.at(-1)?.[0]], [20, 'c29']);
  });

  it('is read from saved state of any shape', () => {
    const saved = {
      isOpen: true,
      height: 140,
      drafts: [['a', draftOf({ kind: 'hex', text: '00', isText: false })] as const],
      edits: [],
    };
    assert.deepEqual(readSavedComposer(JSON.parse(JSON.stringify(saved))), saved);
    const nothing = { isOpen: false, height: 0, drafts: [], edits: [] };
    for (const odd of [undefined, null, 7, [], { height: -1, drafts: [1, [2], null] }]) {
      assert.deepEqual(readSavedComposer(odd), nothing);
    }
    assert.deepEqual(readSavedComposer({ drafts: [['a', { kind: 'shell', text: 5 }]] }).drafts, [
      ['a', emptyDraft],
    ]);
    fc.assert(fc.property(fc.anything(), value => Array.isArray(readSavedComposer(value).drafts)));
  });
});

describe('The problem of a draft', () => {
  const problem = (change: Partial<Draft>, names: readonly string[] = ['known']) =>
    problemOfDraft(draftOf(change), names);
  const marked = (kind: Draft['kind'], text: string) => {
    const found = problem({ kind, text });
    return found && text.slice(found.from, found.to);
  };

  it('has a message and a position', () => {
    assert.equal(marked('hex', '48 6z'), 'z');
    assert.equal(marked('hex', '48 😀'), '😀');
    assert.equal(marked('base64', 'AA*A'), '*');
    assert.equal(marked('json', '{"a": nan}'), 'n');
    assert.equal(marked('json', '{\n  "a": 1,\n  b: 2\n}'), 'b');
    assert.equal(marked('json', '{"a": "${known}", "b": x}'), 'x');
    assert.equal(marked('text', 'a ${unknown} b'), '${unknown}');
    assert.equal(marked('json', '{"a": ${random:9-1}}'), '${random:9-1}');
    const said = (kind: 'hex' | 'base64', text: string) => problem({ kind, text })?.message;
    assert.equal(said('hex', '48 6z'), '"z" is no hex digit. See character 5.');
    assert.equal(said('hex', '48 😀'), '"😀" is no hex digit. See character 4.');
    assert.match(said('base64', 'AA😀') ?? '', /^"😀" cannot/);
    assert.equal(said('base64', 'AA*A'), '"*" cannot stand here in base64. See character 3.');
    assert.match(problem({ kind: 'json', text: '{"a": 1' })?.message ?? '', /^The JSON ends too/);
    assert.deepEqual(problem({ kind: 'json', text: '[' })?.from, 1);
    assert.match(problem({ kind: 'json' })?.message ?? '', /^There is no JSON/);
  });

  it('is absent for a valid draft', () => {
    const good: readonly Partial<Draft>[] = [
      {},
      { text: '{' },
      { text: '$${unknown}' },
      { kind: 'json', text: '[${counter}]' },
      { kind: 'json', text: '{"${known}": -${random:1-9}}' },
      { kind: 'hex', text: '0x00' },
      { kind: 'hex', text: '0${known}' },
      { kind: 'base64', text: 'AA' },
      { kind: 'ping' },
      { kind: 'close', code: '4999' },
      { kind: 'file', path: 'a' },
    ] as const;
    for (const draft of good) {
      assert.equal(problem(draft), undefined, JSON.stringify(draft));
    }
    assert.equal(problemOfDraft(draftOf({ text: '${unknown}' }), undefined), undefined);
  });

  it('is a code, a reason, a ping or a text beyond the limits, or a missing file', () => {
    const bad: readonly Partial<Draft>[] = [
      ...['1001', '', 'x', '1e3', '99999'].map(code => ({ kind: 'close', code }) as const),
      { kind: 'close', reason: 'ü'.repeat(62) },
      { kind: 'ping', text: 'x'.repeat(126) },
      { text: 'x'.repeat(maxBodyLength + 1) },
      { kind: 'file' },
    ];
    for (const draft of bad) {
      assert.notEqual(problem(draft), undefined, JSON.stringify(draft).slice(0, 100));
    }
  });
});

describe('Checking a draft', () => {
  /** A check whose questions the test answers, and a way to let time pass. */
  function setUp({ mock }: TestContext) {
    mock.timers.enable({ apis: ['setTimeout'] });
    const asked: { resolve(result: CheckedBody): void; reject(error: Error): void }[] = [];
    const check = new DraftChecker({
      ask: () => new Promise((resolve, reject) => asked.push({ resolve, reject })),
      names: () => ['known'],
      isLiteral: () => false,
      onChange: () => undefined,
    });
    const rest = async () => {
      mock.timers.tick(250);
      await Promise.resolve();
    };
    return { check, asked, rest };
  }
  const known = draftOf({ text: '${known}' });
  const settled = () => new Promise(resolve => setImmediate(resolve));

  it('waits until typing stops, asks the host only about references, and uses the last answer', async t => {
    const { check, asked, rest } = setUp(t);
    check.type(draftOf({ kind: 'hex', text: '0' }));
    assert.deepEqual(check.result, {});
    await rest();
    assert.match(check.result.problem?.message ?? '', /^A hex digit is missing/);
    check.type(draftOf({ kind: 'hex', text: '00' }));
    assert.deepEqual(check.result, {});
    await rest();
    assert.deepEqual([check.result, asked.length], [{ byteLength: 1 }, 0]);
    check.type(known);
    await rest();
    check.type(draftOf({ text: '${known}!' }));
    await rest();
    asked[1]?.resolve({ preview: 'new' });
    asked[0]?.resolve({ preview: 'old' });
    await settled();
    assert.deepEqual([check.result, asked.length], [{ preview: 'new' }, 2]);
  });

  it('reports a failure of the host, and drops it with the next draft', async t => {
    const { check, asked } = setUp(t);
    assert.equal(check.now(known), undefined);
    asked[0]?.reject(new Error('The host is gone.'));
    await settled();
    assert.equal(check.result.problem?.message, 'The host is gone.');
    check.now(known);
    check.begin(emptyDraft);
    asked[1]?.resolve({ preview: 'late' });
    await settled();
    assert.deepEqual(check.result, {});
  });

  it('counts the bytes of each kind', t => {
    const { check } = setUp(t);
    const lengths = (
      [
        { text: 'ü' },
        { kind: 'json', text: '[1]' },
        { kind: 'hex', text: '0x01, 02' },
        { kind: 'base64', text: 'AAE=' },
        { kind: 'base64', text: 'AA' },
        { kind: 'close', reason: 'bye' },
      ] as const
    ).map(change => {
      check.now(draftOf(change));
      return check.result.byteLength;
    });
    assert.deepEqual(lengths, [2, 3, 2, 2, 1, 5]);
  });
});

describe('Formatting JSON', () => {
  it('keeps every token and reference unchanged', () => {
    assert.equal(
      formattedJson('{"a":1.0,"a":12345678901234567890,"s":"\\u0041 ${secret:x}","n":${counter}}'),
      '{\n  "a": 1.0,\n  "a": 12345678901234567890,\n' +
        '  "s": "\\u0041 ${secret:x}",\n  "n": ${counter}\n}',
    );
    assert.equal(formattedJson('{"a":['), undefined);
    assert.equal(formattedJson(''), undefined);
  });

  it('changes only white space', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        const formatted = formattedJson(text) ?? '';
        assert.deepEqual(JSON.parse(formatted), JSON.parse(text));
      }),
    );
  });
});

describe('Completion of references', () => {
  const names = { env: ['HOME'], secret: ['apiKey', 'api2'], named: ['baseUrl'] };
  const offered = (text: string, caret = text.length) =>
    referenceCompletions(text, caret, names)?.items.map(({ label }) => label);

  it('offers names that match the typed text', () => {
    assert.deepEqual(offered('x ${')?.slice(0, 3), ['baseUrl', 'env:', 'secret:']);
    assert.deepEqual(offered('${sec'), ['secret:']);
    assert.deepEqual(offered('${TIME'), ['timestamp', 'isoTimestamp']);
    assert.deepEqual(offered('${secret:'), ['secret:apiKey', 'secret:api2']);
    assert.deepEqual(offered('${secret:KEY'), ['secret:apiKey']);
    assert.deepEqual(offered('${env:'), ['env:HOME']);
    assert.deepEqual(offered('${prompt:La'), []);
  });

  it('offers nothing outside of references', () => {
    for (const text of ['', '$', '{', '${a}', '$${a', '${a b', '${1']) {
      assert.equal(offered(text), undefined, text);
    }
  });

  it('replaces the incomplete reference and the brace after it', () => {
    const found = referenceCompletions('a ${ap} b', 6, { ...names, named: ['apple'] });
    const item = found?.items[0];
    assert.deepEqual([found?.from, found?.to, item?.insert, item?.caret], [2, 7, '${apple}', 8]);
    const env = referenceCompletions('${en', 4, names)?.items[0];
    assert.deepEqual([env?.insert, env?.caret], ['${env:}', 6]);
  });

  it('never throws, and its range stays within the text', () => {
    const texts = fc.string({ unit: fc.constantFrom('$', '{', '}', ':', 'a', 'env', ' ') });
    fc.assert(
      fc.property(texts, fc.nat(40), (text, at) => {
        const caret = Math.min(at, text.length);
        const found = referenceCompletions(text, caret, names);
        assert.ok(!found || (found.from >= 0 && found.from < caret && found.to <= text.length));
      }),
    );
  });
});

describe('The history', () => {
  const history: readonly MessageBody[] = [
    { as: 'text', text: 'one' },
    { as: 'json', text: '{}' },
    { as: 'text', text: 'two' },
    { as: 'close', code: 1000, reason: '' },
    { as: 'text', text: 'one' },
  ];

  it('moves through texts of the same kind, without duplicates, and back to the draft', () => {
    const walk = new DraftHistory();
    const draft = draftOf({ text: 'new' });
    const seen = ([1, 1, 1, -1, -1, -1] as const).map(step => walk.move(step, draft, history));
    assert.deepEqual(seen, ['one', 'two', undefined, 'one', 'new', undefined]);
    assert.equal(walk.isAway, false);
  });

  it('starts again from another text, without that text', () => {
    const walk = new DraftHistory();
    assert.equal(walk.move(1, draftOf({ text: 'one' }), history), 'two');
    walk.reset();
    assert.equal(walk.move(1, draftOf({ text: 'x', kind: 'json' }), history), '{}');
    walk.reset();
    assert.equal(walk.move(1, draftOf({ kind: 'ping' }), history), undefined);
  });
});

describe('The menu of the library', () => {
  const message = (path: string, origin: ItemView['origin'] = 'user'): ItemView => ({
    kind: 'message',
    origin,
    path,
  });
  const labelsOf = (items: ReturnType<typeof libraryMenu>) =>
    items.map(item => (item.kind === 'line' ? '' : item.label));
  const open = (items: ReturnType<typeof libraryMenu>, label: string) => {
    const item = items.find(item => item.kind === 'menu' && item.label === label);
    assert.ok(item?.kind === 'menu', label);
    return item.items();
  };

  it('has a submenu for each folder, and commands for each item', () => {
    const done: string[] = [];
    const sequence: ItemView = { kind: 'sequence', origin: 'user', path: 'A/Run all' };
    const items = libraryMenu([message('First'), message('A/B/Deep'), message('Last'), sequence], {
      canRun: true,
      insert: ({ path }) => done.push(`insert ${path}`),
      run: ({ path }) => done.push(`run ${path}`),
    });
    assert.deepEqual(labelsOf(items), ['First', 'A', 'Last']);
    assert.deepEqual(labelsOf(open(items, 'A')), ['B', 'Run Run all']);
    for (const item of [...open(open(open(items, 'A'), 'B'), 'Deep'), ...open(items, 'A')]) {
      if (item.kind === 'action') {
        item.run();
      }
    }
    assert.deepEqual(done, ['insert A/B/Deep', 'run A/B/Deep', 'run A/Run all']);
  });

  it('separates the two files, and disables sending while it is not possible', () => {
    const actions = { canRun: false, insert: () => undefined, run: () => undefined };
    const items = libraryMenu([message('Same', 'workspace'), message('Same')], actions);
    assert.deepEqual(labelsOf(items), ['Workspace', 'User']);
    const inserted = open(open(items, 'User'), 'Same');
    assert.deepEqual(
      inserted.map(item => item.kind === 'action' && item.isDisabled === true),
      [false, true],
    );
    assert.deepEqual(labelsOf(libraryMenu([], actions)), ['Nothing is saved yet']);
  });
});

it('The end of a run is announced once, with its problem', () => {
  const run = (id: string, change: Partial<RunView['progress']>): RunView => ({
    id,
    name: id,
    progress: { state: 'waiting', step: 0, of: 2, name: '', sent: 0, ...change },
  });
  const before = [run('a', {}), run('b', { state: 'done' }), run('c', { state: 'sending' })];
  const after = [
    run('a', { state: 'failed', problem: 'Nobody answered.' }),
    run('b', { state: 'done' }),
    run('c', { state: 'repeating' }),
    run('d', { state: 'done' }),
  ];
  assert.deepEqual(endedRuns(before, after), ['a: failed. Nobody answered.']);
});
