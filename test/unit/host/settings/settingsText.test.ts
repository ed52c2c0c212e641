import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../../../support/host/fakeVscode.ts';

const { placeOfConnection } = await import('../../../../src/host/settings/settingsText.ts');

const text = `{
  // The user's
  "websocketMonitor.url": "ws://single",
  "websocketMonitor.connections": [
    { "name": "a", "url": "ws://a", "reconnect.rules": [] },
    { "name": "b", "url": "ws://b", "onOpen": ["hi"], "reconnect": { "maxAttempts": 3 } }
  ]
}`;
const b = { name: 'b', url: 'ws://b', onOpen: ['hi'], reconnect: { maxAttempts: 3 } };
const at = (...given: Parameters<typeof placeOfConnection>) => {
  const { offset, length } = placeOfConnection(...given);
  return given[0].slice(offset, offset + length);
};

describe('The place of a connection in a settings file', () => {
  it('is its object, or the setting that is asked for', () => {
    assert.match(at(text, [], { entry: b }), /^\{ "name": "b".*\}$/);
    assert.equal(at(text, [], { entry: b, key: 'onOpen' }), '"onOpen": ["hi"]');
    assert.equal(at(text, [], { entry: b, key: 'reconnect.maxAttempts' }), '"maxAttempts": 3');
    assert.equal(
      at(text, [], { entry: b, key: 'reconnect.rules' }),
      '"reconnect": { "maxAttempts": 3 }',
    );
    const a = { 'name': 'a', 'url': 'ws://a', 'reconnect.rules': [] };
    assert.equal(at(text, [], { entry: a, key: 'reconnect.rules' }), '"reconnect.rules": []');
    assert.match(at(text, [], { entry: a, key: 'onOpen' }), /^\{ "name": "a".*\}$/);
  });

  it('is found by its name while the text differs, and by its URL where it has no more', () => {
    assert.match(at(text, [], { entry: { name: 'b', url: 'ws://new' }, name: 'b' }), /"ws:\/\/b"/);
    assert.equal(
      at(text, [], { entry: { url: 'ws://single' }, name: 'single' }),
      '"websocketMonitor.url": "ws://single"',
    );
  });

  it('is the end of the list, or of the settings, for one that is not there yet', () => {
    const endOf = (source: string, within: readonly string[] = []) => {
      const { offset, length } = placeOfConnection(source, within, {});
      assert.equal(length, 0);
      return source.slice(0, offset);
    };
    assert.match(endOf(text), /"maxAttempts": 3 \} \}$/);
    assert.equal(endOf('{ "websocketMonitor": { "connections": [] } }').at(-1), '[');
    assert.equal(endOf('{ "files.eol": "x" }'), '{ "files.eol": "x"');
    assert.equal(endOf('{}'), '{');
    assert.equal(endOf('// nothing yet'), '// nothing yet');
    assert.equal(endOf('{ "settings": { "a": 1 } }', ['settings']), '{ "settings": { "a": 1');
  });

  it('is near what is left while the text is in the middle of a change', () => {
    const broken = '{ "websocketMonitor.connections": [ { "name": "b", "url": ';
    assert.match(at(broken, [], { entry: b, name: 'b' }), /^\{ "name": "b"/);
  });
});
