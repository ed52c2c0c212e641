import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';
import type { SecretRegistry } from '../../../../src/host/secrets/secretRegistry.ts';

const { nameSecret } = await import('../../../../src/host/secrets/nameSecret.ts');
const { Secrets } = await import('../../../../src/host/secrets/secrets.ts');

describe('A secret', () => {
  it('is offered a name that says whose it is, and that no other has', async () => {
    const stored: string[] = [];
    const secrets = {
      names: ['orders-token'],
      store: (name: string) => Promise.resolve(void stored.push(name)),
    } as unknown as InstanceType<typeof Secrets>;
    editor.answer = ({ value }) => value;
    assert.equal(await nameSecret(secrets, 'Orders-token', 'hush'), 'orders-token-2');
    assert.equal(
      await nameSecret(secrets, 'localhost:8080/feed-token', 'hush'),
      'localhost-8080-feed-token',
    );
    assert.deepEqual(stored, ['orders-token-2', 'localhost-8080-feed-token']);
    editor.answer = () => undefined;
  });

  it('is what the user has stored, and nothing else that is kept in the same place', async () => {
    assert.ok(editor.isTrusted);
    const kept = new Map([
      ['recent urls', '["wss://a.test/?k=hush"]'],
      ['hosts:prod', 'api.test'],
      ['prod', 'value'],
    ]);
    const known: string[] = [];
    const context = {
      secrets: { get: (name: string) => Promise.resolve(kept.get(name)) },
      globalState: {},
    } as unknown as ConstructorParameters<typeof Secrets>[0];
    const registry = { add: (all: readonly string[]) => known.push(...all) };
    const secrets = new Secrets(context, registry as unknown as SecretRegistry);
    for (const name of ['recent urls', 'hosts:prod', '', ' prod', 'prod ', 'pr\u00f6d']) {
      assert.equal(await secrets.get(name), undefined, name);
    }
    assert.equal(await secrets.get('prod'), 'value');
    assert.deepEqual([known, await secrets.hostsOf('prod')], [['value'], ['api.test']]);
  });
});
