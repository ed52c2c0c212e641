import assert from 'node:assert/strict';
import { it } from 'node:test';
import '../../../../support/host/fakeVscode.ts';

const { otherStates } = await import('../../../../../src/host/connections/views/otherStates.ts');

it('The other connections are counted by how they are, the worst first', () => {
  assert.equal(otherStates([]), '');
  assert.equal(otherStates(['connected']), '1 ok');
  assert.equal(
    otherStates(['connected', 'retry', 'closing', 'connected', 'failed', 'disconnected']),
    '2 down, 1 connecting, 2 ok, 1 off',
  );
});
