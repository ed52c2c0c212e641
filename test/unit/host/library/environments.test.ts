import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import type { Environment, Extractor, Library } from '../../../../src/core/library/library.ts';
import type { OnMatch } from '../../../../src/core/connection/wire/messageTap.ts';
import { ExtractedValues } from '../../../../src/host/library/extractedValues.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { editor } from '../../../support/host/fakeVscode.ts';

const { Environments } = await import('../../../../src/host/library/environments.ts');

const encoder = new TextEncoder();

function environment(written: Partial<Environment>): Environment {
  return { name: 'dev', origin: 'user', isProduction: false, variables: {}, ...written };
}

const workspaceProd = environment({
  name: 'prod',
  origin: 'workspace',
  variables: { who: 'theirs' },
});
const userProd = environment({ name: 'prod', isProduction: true, variables: { who: 'mine' } });
const session: Extractor = { name: 'session', origin: 'user', path: '$.session', when: '' };

/** The workspace's file comes first, as in the library. */
function setUp(t: TestContext, library: Partial<Library>, kept?: unknown) {
  const values = new Map<string, unknown>([['library.environment', kept]]);
  const state = {
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
  };
  const receivers: OnMatch[] = [];
  const extracted = new ExtractedValues({
    filterClock: () => ({ now: 0, startOfDay: 0 }),
    originOf: () => 'ws://peer.example',
    settle: () => Promise.resolve(),
    watch: (_connection, _condition, onMatch) => {
      receivers.push(onMatch);
      return { dispose: () => undefined };
    },
  });
  extracted.follow('c1', 'one');
  const warned: string[] = [];
  const changed = new Emitter<undefined>();
  const usable = { items: [], environments: [], extractors: [], ...library };
  const store = { usable, isRead: true, onDidChange: changed.event };
  const log = { ...silentLog, warn: (text: string) => void warned.push(text) };
  const environments = new Environments({ library: store, extracted, state, log });
  t.after(() => {
    environments.dispose();
    editor.answer = () => undefined;
    editor.shown.length = 0;
  });
  const receive = (text: string) => {
    const payload = encoder.encode(text);
    receivers.forEach(take => take({ payload, byteLength: payload.length }));
  };
  return { environments, values, warned, receive, store };
}

describe('The environment in use', () => {
  it('is one of the two that have the same name, and production where either is', async t => {
    const { environments, values } = setUp(t, { environments: [workspaceProd, userProd] });
    editor.answer = () => 'prod User · production';
    await environments.switch('prod');
    assert.deepEqual(values.get('library.environment'), { name: 'prod', origin: 'user' });
    assert.deepEqual(environments.named('who', 'c1'), {
      kind: 'template',
      text: 'mine',
      origin: 'user',
    });
    editor.answer = () => 'prod Workspace · production';
    await environments.switch(undefined);
    assert.equal(environments.named('who', 'c1')?.text, 'theirs');
    assert.equal(environments.active?.isProduction, true, 'since that of the user is');
  });

  it('is not replaced by another of its name', t => {
    const chosen = { name: 'prod', origin: 'user' };
    const { environments } = setUp(t, { environments: [workspaceProd] }, chosen);
    assert.equal(environments.active, undefined);
    assert.equal(environments.named('who', 'c1'), undefined);
  });

  it("is the user's own where an earlier version kept its name alone", t => {
    const both = setUp(t, { environments: [workspaceProd, userProd] }, 'prod');
    assert.equal(both.environments.active?.origin, 'user');
    const one = setUp(t, { environments: [workspaceProd] }, 'prod');
    assert.equal(one.environments.active?.origin, 'workspace');
  });

  it('is switched to by its name where there is but one, and asked for where there are two', async t => {
    const { environments, values } = setUp(t, {
      environments: [environment({}), workspaceProd, userProd],
    });
    await environments.switch('dev');
    assert.deepEqual(values.get('library.environment'), { name: 'dev', origin: 'user' });
    assert.equal(editor.shown.length, 0);
    await environments.switch('prod');
    assert.deepEqual(editor.shown[0]?.choices, ['prod', 'prod']);
    await assert.rejects(environments.switch('none'), /no environment "none"/);
  });

  it('is not known before its file was read, and nothing is sent as if there were none', t => {
    const { environments, store } = setUp(t, {}, { name: 'prod', origin: 'user' });
    store.isRead = false;
    assert.throws(() => environments.toSendWith(), /still being read/);
    assert.throws(() => environments.named('who', 'c1'), /still being read/);
    store.isRead = true;
    assert.equal(environments.toSendWith(), undefined);
  });
});

describe('A variable that somebody has defined', () => {
  it('is not replaced by what a peer sent, which is said', t => {
    const defined = environment({ variables: { session: 'mine' } });
    const { environments, receive, warned } = setUp(
      t,
      { environments: [defined], extractors: [session] },
      { name: 'dev', origin: 'user' },
    );
    receive('{"session":"theirs"}');
    assert.equal(environments.named('session', 'c1')?.text, 'mine');
    assert.match(warned.join(), /"session" is not used while the environment "dev" is/);
  });

  it('is that of the peer where nobody has', t => {
    const { environments, receive, warned } = setUp(t, { extractors: [session] });
    receive('{"session":"theirs"}');
    assert.deepEqual(environments.named('session', 'c1'), {
      kind: 'literal',
      source: 'peer',
      text: 'theirs',
      from: 'ws://peer.example',
    });
    assert.equal(environments.named('session', 'c2'), undefined);
    assert.deepEqual(warned, []);
  });
});
