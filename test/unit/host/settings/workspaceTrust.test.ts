import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { CancellationError, UserError } from '../../../../src/core/base/errors.ts';
import type { Wanted } from '../../../../src/core/consent/disclosure.ts';
import type { Purpose } from '../../../../src/host/consent/permissionQuestion.ts';
import { editor } from '../../../support/host/fakeVscode.ts';

const { Consent } = await import('../../../../src/host/consent/consent.ts');
const { PermissionStore } = await import('../../../../src/host/consent/permissionStore.ts');
const { managePermissions } = await import('../../../../src/host/consent/managePermissions.ts');

type State = ConstructorParameters<typeof PermissionStore>[0];

/** The workspace's state, which outlives a window. */
function memento(known: Readonly<Record<string, unknown>> = {}): State {
  const values = new Map<string, unknown>(Object.entries(known));
  return {
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key, value) => {
      if (value === undefined) {
        values.delete(key);
      } else {
        values.set(key, value);
      }
      return Promise.resolve();
    },
  };
}

const to = 'wss://a.test';
const secret: Wanted = { to, what: { kind: 'secret', name: 'prod[x](command:y)\u202e' } };
const program: Wanted = { to, what: { kind: 'program', name: '"sh" "-c" "•••"' } };
const message = (digest: string): Wanted => ({
  to,
  what: { kind: 'message', name: 'Buy', digest },
});
const connecting: Purpose = { kind: 'connect', name: 'feed', to };

let state: State;
const answerWith = (choice: string | undefined) => (editor.answer = () => choice);
const store = (kept = state) => new PermissionStore(kept);

/** What a window would ask with. */
function windowOf(hosts: readonly string[] = []) {
  const permissions = store();
  const consent = new Consent({
    permissions,
    now: () => 1_700_000_000_000,
    hostsOf: () => Promise.resolve(hosts),
  });
  const require = (
    wanted: readonly Wanted[] | (() => readonly Wanted[]),
    { mayAsk = true, purpose = connecting, isTap = false } = {},
  ) =>
    consent.require({
      purpose,
      mayAsk,
      isTap,
      wanted: typeof wanted === 'function' ? wanted : () => wanted,
    });
  return { consent, permissions, require };
}

beforeEach(() => {
  state = memento();
  Object.assign(editor, {
    isTrusted: true,
    folders: ['/home/ann/work'],
    workspacePath: undefined,
  });
  editor.shown.length = 0;
  answerWith(undefined);
});

describe('A connection that its peer has led elsewhere', () => {
  it('goes to an origin that nothing was allowed for, by the same way', () => {
    const { consent } = windowOf();
    const subject = { id: 'c1' } as Parameters<typeof consent.destinationOf>[0];
    consent.noteDestination('c1', { to: `${to} by way of http://p`, origin: to, isForeign: true });
    consent.noteMove('c1', to);
    consent.noteMove('c2', 'wss://b.test');
    assert.equal(consent.destinationOf(subject).to, `${to} by way of http://p`);
    consent.noteMove('c1', 'wss://b.test');
    assert.deepEqual(consent.destinationOf(subject), {
      to: 'wss://b.test by way of http://p',
      origin: 'wss://b.test',
      isForeign: true,
    });
  });
});

describe('The question for a permission', () => {
  it('has one empty line between its parts, whichever of them there are', async () => {
    const { require } = windowOf();
    const purpose: Purpose = {
      kind: 'send',
      name: 'feed',
      path: 'Buy',
      to,
      contents: ['first'],
      everything: { count: 2, wanted: [message('1')] },
    };
    await assert.rejects(require([message('1')], { purpose }), CancellationError);
    await assert.rejects(require([message('1'), secret], { purpose }), CancellationError);
    await assert.rejects(require([secret]), CancellationError);
    assert.equal(editor.shown.length, 3);
    for (const { detail } of editor.shown) {
      assert.doesNotMatch(detail, /^\n|\n\n\n|\n$/);
      assert.match(detail, /\n\nYou will be asked again/);
    }
  });
});

describe('What a workspace wants to use', () => {
  it('is asked about in one question that names it all, and nothing but text', async () => {
    answerWith('Allow');
    const { require } = windowOf();
    await require([secret, program, { to: 'http://proxy.test', what: { kind: 'env', name: 'P' } }]);
    const [{ text, detail, isModal } = assert.fail(), ...others] = editor.shown;
    assert.deepEqual(others, []);
    assert.ok(isModal);
    assert.match(text, /The workspace "work" wants to connect "feed" to wss:\/\/a\.test/);
    assert.match(detail, /Program that runs on this machine: "sh" "-c" "•••"\nSecret: prod/);
    assert.match(detail, /To http:\/\/proxy\.test:\nEnvironment variable: P/);
    assert.doesNotMatch(detail, /\]\(|\u202e/);
  });

  it('is asked about once, also in the next window, and again where anything differs', async () => {
    answerWith('Allow');
    await windowOf().require([secret, program]);
    await windowOf().require([program]);
    assert.equal(editor.shown.length, 1);
    const others = [
      { ...secret, to: 'wss://a.test:8443' },
      { to, what: { kind: 'program', name: '"sh" "-c" "other"' } } as const,
      message('1'),
      message('2'),
    ];
    for (const other of others) {
      await windowOf().require([secret, other]);
    }
    assert.equal(editor.shown.length, 1 + others.length);
    editor.folders = ['/elsewhere'];
    await windowOf().require([secret]);
    assert.equal(editor.shown.length, 2 + others.length);
  });

  it('is not used where the user says no, or is not there to be asked', async () => {
    const { require, consent } = windowOf();
    await assert.rejects(require([secret]), CancellationError);
    assert.equal(editor.shown.length, 1);
    await assert.rejects(require([secret], { mayAsk: false }), /Connect manually to be asked/);
    await assert.rejects(
      require([secret], { mayAsk: false, isTap: true }),
      /permission\. Start the tap again to be asked\.$/,
    );
    assert.equal(editor.shown.length, 1);
    assert.equal(consent.isAllowed([secret]), false);
  });

  it('is not used in Restricted Mode, whatever was allowed, and nothing is asked', async () => {
    answerWith('Allow');
    await windowOf().require([secret]);
    editor.isTrusted = false;
    await assert.rejects(windowOf().require([secret]), /Restricted Mode/);
    assert.equal(editor.shown.length, 1);
  });

  it('needs no question where there is nothing of the kind', async () => {
    editor.isTrusted = false;
    await windowOf().require([]);
    assert.deepEqual(editor.shown, []);
  });

  it('is what was asked about: what changes while the question is open is not allowed', async () => {
    let wanted: readonly Wanted[] = [message('1')];
    const { require, consent } = windowOf();
    editor.answer = () => {
      wanted = [message('2'), secret];
      return 'Allow';
    };
    await assert.rejects(
      require(() => wanted),
      /changed while you were asked/,
    );
    assert.equal(consent.isAllowed([message('1')]), true);
    assert.deepEqual(
      [consent.isAllowed([message('2')]), consent.isAllowed([secret])],
      [false, false],
    );
  });

  it('is asked about once where several connections want the same', async () => {
    answerWith('Allow');
    const { require } = windowOf();
    await Promise.all([require([secret]), require([secret]), require([secret, program])]);
    assert.equal(editor.shown.length, 2);
  });

  it('counts for nothing where an earlier version has kept it, and is removed', async () => {
    state = memento({
      'library.maySend': true,
      'allowedAuthCommands': ['["sh"]'],
      'permissions': [1],
    });
    const { consent } = windowOf();
    assert.equal(consent.isAllowed([message('1')]), false);
    await Promise.resolve();
    await new Promise(setImmediate);
    assert.deepEqual(state.keys(), []);
  });
});

describe('A message of the workspace', () => {
  const all = [
    message('1'),
    { to, what: { kind: 'message', name: 'Sell', digest: '9' } },
    secret,
  ] as const;
  const sending: Purpose = {
    kind: 'send',
    path: 'Buy',
    name: 'echo',
    to,
    contents: ['buy ${secret:x}'],
    everything: { count: 2, wanted: all },
  };

  it('is asked about with what is in it; all others as they are can be allowed with it', async () => {
    answerWith('Allow');
    const { require, consent } = windowOf();
    await require([message('1')], { purpose: sending });
    const [asked] = editor.shown;
    assert.match(asked?.text ?? '', /"work" wants to send "Buy" to "echo" at wss:\/\/a\.test/);
    assert.match(asked?.detail ?? '', /buy \$\{secret:x\}[^]*All 2 messages[^]*Secret: prod/);
    assert.deepEqual(asked?.choices, ['Allow', 'Allow All 2 Messages as They Are']);
    assert.equal(consent.isAllowed(all), false);
    answerWith('Allow All 2 Messages as They Are');
    await require([message('2')], { purpose: sending });
    assert.equal(consent.isAllowed(all.slice(1)), true);
  });
});

describe('A secret that is bound to hosts', () => {
  it('goes to no other, and the sentence says what to do', async () => {
    const { consent } = windowOf(['a.test']);
    await consent.assertHost('s', 'wss://a.test');
    await assert.rejects(consent.assertHost('s', 'wss://b.test'), (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /"s" may only be sent to a\.test, not to wss:\/\/b\.test.*List/);
      return true;
    });
  });
});

describe('Managing permissions', () => {
  it('lists what was allowed, and takes back what is chosen at once', async () => {
    answerWith('Allow');
    const { consent, permissions, require } = windowOf();
    await require([secret, program]);
    editor.shown.length = 0;
    answerWith('Program that runs on this machine: "sh" "-c" "•••"');
    await managePermissions(permissions);
    const [list, told] = editor.shown;
    assert.equal(list?.as, 'pick');
    assert.equal(list.choices.length, 2);
    assert.match(told?.text ?? '', /was revoked/);
    assert.deepEqual([consent.isAllowed([program]), consent.isAllowed([secret])], [false, true]);
  });

  it('says so where nothing was allowed', async () => {
    await managePermissions(store());
    assert.deepEqual(
      editor.shown.map(({ as }) => as),
      ['information'],
    );
  });
});
