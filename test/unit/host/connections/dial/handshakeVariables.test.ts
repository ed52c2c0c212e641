import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { HandshakeRequestOptions } from '../../../../../src/core/connection/wire/transport.ts';
import { resolve } from '../../../../../src/core/variables/resolve.ts';
import { peerText, template, type Origin } from '../../../../../src/core/variables/value.ts';
import type { Secrets } from '../../../../../src/host/secrets/secrets.ts';
import { editor } from '../../../../support/host/fakeVscode.ts';

const { HandshakeVariables } =
  await import('../../../../../src/host/connections/dial/handshakes.ts');

function setUp() {
  const variables = new HandshakeVariables(
    {
      secrets: { get: () => Promise.resolve(undefined) } as unknown as Secrets,
      environment: {
        named: (name, connection) => peerText(`${name} of ${connection}`),
        names: ['session'],
      },
      now: () => 0,
      random: () => 0,
    },
    'feed',
  );
  const wishes = (byUser: boolean): HandshakeRequestOptions => ({
    byUser,
    withoutCompression: false,
    isLoginRefused: false,
    untimed: async work => work(),
  });
  const fill = async (text: string, origin: Origin = 'user', byUser = true) =>
    (await resolve(template(text, origin), 'The URL', variables.source(wishes(byUser)))).text;
  return { variables, wishes, fill };
}

afterEach(() => {
  editor.shown.length = 0;
  editor.answer = () => undefined;
});

describe('What a handshake refers to', () => {
  it('is what its own connection has extracted', async () => {
    assert.equal(await setUp().fill('${session}'), 'session of feed');
  });

  it('is asked for once, hidden where it is a secret, and told apart by who asks', async () => {
    const { variables, wishes } = setUp();
    editor.answer = ({ text }) => (text.includes('workspace') ? 'theirs' : 'mine');
    const source = variables.source(wishes(true));
    const fill = async (origin: Origin) =>
      (await resolve(template('${prompt:Password}', origin), 'auth', source)).text;
    assert.deepEqual(
      [await fill('user'), await fill('user'), await fill('workspace')],
      ['mine', 'mine', 'theirs'],
    );
    assert.deepEqual(
      editor.shown.map(({ text, isHidden }) => [text, isHidden]),
      [
        ['WebSocket Monitor: Connect', true],
        ['A connection of this workspace asks for: Password', true],
      ],
    );
    const again = variables.source(wishes(false));
    const retried = await resolve(template('${prompt:Password}', 'user'), 'auth', again);
    assert.equal(retried.text, 'mine', 'a retry asks nothing');
  });

  it('is asked for again where it would go elsewhere', async () => {
    const { variables, fill } = setUp();
    editor.answer = () => '1234';
    await fill('${prompt:PIN}');
    variables.assertAnsweredFor('wss://a.test', []);
    variables.assertAnsweredFor('wss://a.test', []);
    assert.equal(await fill('${prompt:PIN}', 'user', false), '1234');
    variables.assertAnsweredFor('wss://b.test', []);
    await assert.rejects(fill('${prompt:PIN}', 'user', false), /Connect manually/);
    await fill('${prompt:PIN}');
    variables.assertAnsweredFor('wss://b.test', []);
    const need = { kind: 'prompt', argument: 'PIN', origin: 'user', source: 'user' } as const;
    assert.throws(() => variables.assertAnsweredFor('wss://c.test', [need]), /Connect manually/);
    await assert.rejects(fill('${prompt:PIN}', 'user', false), /Connect manually/);
  });

  it('is not asked for unasked', async () => {
    await assert.rejects(setUp().fill('${prompt:Room}', 'user', false), /Connect manually/);
  });
});
