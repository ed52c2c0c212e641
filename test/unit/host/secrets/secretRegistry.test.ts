import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redactedLog } from '../../../../src/host/secrets/redactedLog.ts';
import { SecretRegistry } from '../../../../src/host/secrets/secretRegistry.ts';
import { collectingLog } from '../../../support/capture/captures.ts';

describe('The secrets that were used', () => {
  it('are taken out of texts, in the spellings in which they come back', () => {
    const registry = new SecretRegistry();
    const text = 'a/b "c" a%2Fb%20%22c%22 a/b \\"c\\"';
    assert.equal(registry.redact(text), text, 'Nothing is known yet');
    registry.add(['a/b "c"', '', 'abc']);
    assert.equal(registry.redact(text), '••• ••• •••');
    assert.equal(registry.redact('abc'), 'abc', 'Too short to be sought');
    assert.deepEqual(registry.all, ['a/b "c"', 'abc']);
  });

  it('are sought the longest first, and at once when one is added', () => {
    const registry = new SecretRegistry();
    registry.add(['token']);
    assert.equal(registry.redact('token-of-mine'), '•••-of-mine');
    registry.add(['token-of-mine']);
    assert.equal(registry.redact('token-of-mine token'), '••• •••');
  });

  it('are a bounded number, of which the least recently used go', () => {
    const registry = new SecretRegistry();
    registry.add(['first-one', 'second-one']);
    registry.add(Array.from({ length: 998 }, (_, index) => `value-${index}`));
    registry.add(['first-one', 'one-more']);
    assert.equal(registry.all.length, 1000);
    assert.equal(registry.redact('first-one second-one'), '••• second-one');
  });

  it('are in no line of a log, nor in the stack of an error', () => {
    const registry = new SecretRegistry();
    registry.add(['s3cret']);
    const lines: unknown[][] = [];
    const push = (...parts: unknown[]) => void lines.push(parts);
    const { log } = collectingLog();
    const safe = redactedLog({ ...log, info: push, error: push }, registry.redact);
    safe.info('has s3cret', 's3cret', 1);
    safe.error(new Error('s3cret'), new Error('and s3cret'));
    assert.equal(lines.length, 2);
    assert.doesNotMatch(lines.flat().map(String).join(' '), /s3cret/);
    assert.match(String(lines[1]?.[0]), /^Error: •••\n/);
    assert.deepEqual(lines[0], ['has •••', '•••', 1]);
  });
});
