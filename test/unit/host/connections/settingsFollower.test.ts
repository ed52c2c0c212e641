import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { profileOf, type Profile } from '../../../../src/core/settings/profile.ts';
import { collectingLog } from '../../../support/capture/captures.ts';
import { editor } from '../../../support/host/fakeVscode.ts';

const { SettingsFollower } = await import('../../../../src/host/connections/settingsFollower.ts');

type Parts = ConstructorParameters<typeof SettingsFollower>[0];
type Followed = Parts['connections']['all'][number];

const profile = (name: string, more: object = {}): Profile => {
  const made = profileOf({ name, url: `ws://${name}.test/`, ...more }, () => undefined, []);
  assert.ok(made);
  return made;
};

/** Connections that hold what they are given; a profile that is refused is marked by its name. */
function setUp(names: readonly string[]) {
  const given = new Map<string, Profile>();
  const isRefused = new Set<string>();
  let configured: readonly Profile[] = [];
  const all = names.map(name => {
    let current = profile(name);
    return {
      id: name,
      get name() {
        return current.name;
      },
      get profile() {
        return current;
      },
      setProfile: (next: Profile) => {
        current = next;
        given.set(name, next);
        return false;
      },
    } as unknown as Followed;
  });
  const { log, lines } = collectingLog();
  const follower = new SettingsFollower({
    connections: { all },
    settings: {
      get current() {
        return { profiles: configured } as unknown as Parts['settings']['current'];
      },
      profileOf: entry => {
        const { name = '' } = entry as { readonly name?: string };
        if (isRefused.has(name)) {
          throw new UserError(`The connection.typo is no setting of ${name}.`);
        }
        return profile(name, { connectTimeout: 5 });
      },
    },
    log,
  });
  return {
    follower,
    all,
    given,
    isRefused,
    lines,
    configure: (profiles: readonly Profile[]) => (configured = profiles),
  };
}

beforeEach(() => {
  editor.shown.length = 0;
});

describe('Connections that follow the settings', () => {
  for (const faulty of ['one', 'two', 'three']) {
    it(`all do but "${faulty}", whose settings cannot be used; that keeps its own and says so`, () => {
      const { follower, all, given, isRefused, lines } = setUp(['one', 'two', 'three']);
      const before = all.find(({ name }) => name === faulty)?.profile;
      isRefused.add(faulty);
      follower.follow();
      assert.deepEqual(
        [...given].map(([name, { values }]) => [name, values.connectTimeout]),
        ['one', 'two', 'three'].filter(name => name !== faulty).map(name => [name, 5]),
      );
      assert.equal(all.find(({ name }) => name === faulty)?.profile, before);
      const said = `"${faulty}" keeps its previous settings, because the new ones cannot be used`;
      assert.equal(editor.shown.length, 1);
      assert.ok(editor.shown[0]?.text.startsWith(said), editor.shown[0]?.text);
      assert.ok(lines.some(line => line.startsWith(said)));
    });
  }

  it('say so once for as long as it is so, and again after it was mended', () => {
    const { follower, isRefused } = setUp(['one']);
    const shown = () => editor.shown.length;
    isRefused.add('one');
    follower.follow();
    follower.follow();
    assert.equal(shown(), 1);
    isRefused.clear();
    follower.follow();
    isRefused.add('one');
    follower.follow();
    assert.equal(shown(), 2);
  });

  it('take what the settings say of their names, whatever they were made from', () => {
    const { follower, given, isRefused, configure } = setUp(['one']);
    isRefused.add('one');
    configure([profile('one', { connectTimeout: 7 })]);
    follower.follow();
    assert.equal(given.get('one')?.values.connectTimeout, 7);
    assert.deepEqual(editor.shown, []);
  });

  it('stay what they are where the workspace comes to have one of their name', () => {
    const { follower, all, configure } = setUp(['one', 'two']);
    const theirs: Profile = {
      ...profile('one', { url: 'ws://theirs.test/' }),
      scope: 'workspace',
    };
    const mine: Profile = { ...profile('one'), name: 'one (User)' };
    configure([theirs, mine]);
    follower.follow();
    const facts = () => all.map(({ profile: { name, url, scope } }) => [name, url, scope]);
    assert.deepEqual(facts()[0], ['one (User)', 'ws://one.test/', 'user']);
    configure([{ ...mine, name: 'one' }]);
    follower.follow();
    assert.deepEqual(facts()[0], ['one', 'ws://one.test/', 'user']);
    // It was moved into the settings of the workspace.
    configure([{ ...mine, name: 'one', scope: 'workspace' }]);
    follower.follow();
    assert.deepEqual(facts()[0], ['one', 'ws://one.test/', 'workspace']);
  });

  it('take no name that another one has', () => {
    const { follower, all, configure } = setUp(['one', 'two']);
    configure([{ ...profile('one'), name: 'two' }]);
    follower.follow();
    assert.deepEqual(
      all.map(({ name }) => name),
      ['one', 'two'],
    );
  });
});
