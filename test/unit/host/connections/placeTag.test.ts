import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { sourcesOf, type SettingLayer } from '../../../../src/core/settings/settingLayers.ts';
import '../../../support/host/fakeVscode.ts';

const { placeSentence, placeTag } = await import('../../../../src/host/connections/placeTag.ts');

const listed = (...names: readonly string[]) => ({
  connections: names.map(name => ({ name, url: 'ws://h/' })),
});

function read(layers: readonly SettingLayer[]) {
  const { profiles } = readSettings(sourcesOf(layers, true));
  return {
    tags: profiles.map(({ name }) => `${name}: ${placeTag(name, profiles)}`),
    sentenceOf: (name: string) => placeSentence(name, profiles),
  };
}

describe('The place of a connection', () => {
  it('is said as soon as there are connections of several', () => {
    const user: SettingLayer = { scope: 'user', values: listed('a', 'b') };
    const workspace: SettingLayer = { scope: 'workspace', values: listed('b', 'c') };
    const folder: SettingLayer = { scope: 'workspace', folder: 'api', values: listed('d') };
    assert.deepEqual(read([user]).tags, ['a: ', 'b: ']);
    assert.deepEqual(read([workspace]).tags, ['b: ', 'c: ']);
    assert.deepEqual(read([workspace, user]).tags, [
      'b: Workspace',
      'c: Workspace',
      'a: User',
      'b (User): ',
    ]);
    assert.deepEqual(read([folder, user]).tags, ['d: api', 'a: User', 'b: User']);
    assert.deepEqual(read([folder]).tags, ['d: api']);
  });

  it('is in the hover, with what another connection of that name means', () => {
    const { sentenceOf } = read([
      { scope: 'workspace', folder: 'api', values: listed('d') },
      { scope: 'workspace', values: listed('b') },
      { scope: 'user', values: listed('a', 'b') },
    ]);
    assert.equal(sentenceOf('a'), 'It is in your user settings.');
    assert.match(sentenceOf('b (User)'), /user settings\. This workspace has a connection "b" too/);
    assert.equal(sentenceOf('b'), 'It is in the settings of this workspace.');
    assert.match(sentenceOf('d'), /folder "api"/);
    assert.equal(sentenceOf('typed.example'), '');
  });
});
