import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandTokens } from '../../../../src/core/settings/commandTokens.ts';

const asked = (...command: string[]) => ({ command, written: command, timeoutMs: 1, secrets: [] });

const by = (user: string, isRefused = false, to = 'wss://a.test') => ({ user, to, isRefused });

/** Tokens that say which run they are of. */
function numbered() {
  let runs = 0;
  return new CommandTokens(({ command }) => Promise.resolve(`${command.join(' ')} ${++runs}`));
}

describe('Tokens from commands', () => {
  it('are kept over reconnects, for each command', async () => {
    const tokens = numbered();
    assert.equal(await tokens.token(asked('a'), by('one')), 'a 1');
    assert.equal(await tokens.token(asked('a'), by('one')), 'a 1');
    assert.equal(await tokens.token(asked('a', 'b'), by('one')), 'a b 2');
    assert.equal(await tokens.token(asked('a'), by('two')), 'a 1');
  });

  it('are not shared by origins, whoever asks', async () => {
    const tokens = numbered();
    assert.equal(await tokens.token(asked('a'), by('one')), 'a 1');
    assert.equal(await tokens.token(asked('a'), by('one', false, 'ws://a.test')), 'a 2');
    assert.equal(await tokens.token(asked('a'), by('one', false, 'wss://a.test:444')), 'a 3');
    assert.equal(await tokens.token(asked('a'), by('one')), 'a 1');
  });

  it('are asked for anew when the peer refused them, once for all who use them', async () => {
    const tokens = numbered();
    await tokens.token(asked('a'), by('one'));
    await tokens.token(asked('a'), by('two'));
    assert.equal(await tokens.token(asked('a'), by('one', true)), 'a 2');
    assert.equal(await tokens.token(asked('a'), by('two', true)), 'a 2', 'It had the first one');
    assert.equal(await tokens.token(asked('a'), by('two', true)), 'a 3');
    assert.equal(await tokens.token(asked('a'), by('three', true)), 'a 3', 'It never had one');
  });

  it('come from one run where several ask at the same moment', async () => {
    const tokens = numbered();
    const both = ['one', 'two'].map(user => tokens.token(asked('a'), by(user)));
    assert.deepEqual(await Promise.all(both), ['a 1', 'a 1']);
    const again = ['one', 'two'].map(user => tokens.token(asked('a'), by(user, true)));
    assert.deepEqual(await Promise.all(again), ['a 2', 'a 2']);
  });

  it('that could not be had are asked for again', async () => {
    let runs = 0;
    const tokens = new CommandTokens(() =>
      ++runs === 1 ? Promise.reject(new Error('not logged in')) : Promise.resolve('later'),
    );
    await assert.rejects(tokens.token(asked('a'), by('one')), /not logged in/);
    assert.equal(await tokens.token(asked('a'), by('one')), 'later');
  });
});
