import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkDraft,
  draftOf,
  editedEntry,
  unshownIn,
} from '../../../../../src/core/settings/draft/connectionDraft.ts';
import { connectionFields } from '../../../../../src/core/settings/draft/connectionFields.ts';
import { isSameJson } from '../../../../../src/core/json/json.ts';
import { editsBetween } from '../../../../../src/core/json/jsonEdit.ts';
import { settingKeys, settingOf } from '../../../../../src/core/settings/settingsTable.ts';
import { gotFrom } from '../../../../support/host/settings.ts';

const none = () => undefined;
const inherited = checkDraft(draftOf({}), none, []).inherited;

describe('The draft of a connection', () => {
  it('shows every setting of a connection, and names what else an entry has', () => {
    assert.deepEqual(
      connectionFields.map(({ key }) => key).sort(),
      settingKeys.filter(key => settingOf(key).perConnection).sort(),
    );
    const entry = {
      'name': 'a',
      'onOpen': [],
      'tls.ca': '',
      'color': 1,
      'reconnect': { rules: [], fast: 1 },
    };
    assert.deepEqual(unshownIn(entry), ['color', 'reconnect.fast']);
  });

  it('is what is configured, in whichever way it is written', () => {
    const entry = {
      'name': 'a',
      'url': 'ws://a',
      'onOpen': ['hi'],
      'heartbeat.ping': false,
      'reconnect': { maxAttempts: 3, rules: [] },
    };
    const draft = draftOf(entry);
    assert.deepEqual(draft.values, {
      'heartbeat.ping': false,
      'onOpen': ['hi'],
      'reconnect.maxAttempts': 3,
      'reconnect.rules': [],
    });
    assert.ok(isSameJson(editedEntry(draft, entry, inherited), entry));
  });

  it('writes only what differs, and keeps what it does not know', () => {
    const entry = { name: 'a', url: 'ws://a', color: ['red'], reconnect: { maxAttempts: 3 } };
    const values = { 'compression': true, 'heartbeat.interval': 5, 'preset': 'default' };
    assert.deepEqual(editedEntry({ name: ' b ', url: 'ws://b ', values }, entry, inherited), {
      name: 'b',
      url: 'ws://b',
      color: ['red'],
      heartbeat: { interval: 5 },
    });
  });

  it('leaves a value that was written, although it is the inherited one', () => {
    const entry = { 'name': 'a', 'url': 'ws://a', 'compression': true, 'tls.ca': 'x' };
    const draft = { ...draftOf(entry), values: { 'compression': true, 'tls.ca': 'y' } };
    assert.deepEqual(editedEntry(draft, entry, inherited), { ...entry, 'tls.ca': 'y' });
  });

  it('names what will not do, field by field', () => {
    const values = { 'reconnect.factor': 'twice', 'subprotocols': ['a b'], 'proxy': 5 };
    const draft = { name: ' a ', url: 'http://a', values };
    const { problems } = checkDraft(draft, none, ['a']);
    assert.deepEqual(Object.keys(problems).sort(), [
      'name',
      'proxy',
      'reconnect.factor',
      'subprotocols',
      'url',
    ]);
    assert.match(problems['url'] ?? '', /ws:\/\/ in place of http:\/\//);
    assert.equal(
      problems['reconnect.factor'],
      'It must be a number from 1 to 100, but is "twice".',
    );
  });

  it('needs no name: the URL gives one that no other connection has', () => {
    const draft = { name: ' ', url: 'ws://localhost:8080/', values: {} };
    const { problems, suggestedName } = checkDraft(draft, none, []);
    assert.deepEqual(problems, {});
    assert.match(suggestedName, /^localhost:8080/);
    assert.equal(checkDraft(draft, none, [suggestedName]).suggestedName, `${suggestedName} (2)`);
    assert.match(
      checkDraft({ ...draft, url: 'localhost:8080' }, none, []).suggestedName,
      /^localhost:8080/,
    );
    assert.equal(checkDraft({ ...draft, url: 'nothing' }, none, []).suggestedName, '');
  });

  it('inherits from the settings of the window, and from the preset that it names', () => {
    const get = gotFrom(key => ({ 'connectTimeout': 4, 'heartbeat.message': 'hey' })[key]);
    const plain = checkDraft(draftOf({}), get, []).inherited;
    assert.equal(plain['connectTimeout'], 4);
    assert.equal(plain['reconnect.initialDelay'], 1);
    const classic = checkDraft(draftOf({ preset: 'classic' }), get, []).inherited;
    assert.equal(classic['reconnect.initialDelay'], 2);
    assert.equal(classic['heartbeat.message'], 'hey');
    assert.equal(classic['preset'], 'default');
  });
});

describe('The edits between two values', () => {
  it('name the least that differs', () => {
    const before = { a: 1, b: { c: 2, d: [1, { x: 1 }] }, e: 5 };
    const after = { a: 1, b: { c: 3, d: [1, { x: 1 }] }, f: { g: 6 } };
    assert.deepEqual(editsBetween(['x', 0], before, after), [
      { kind: 'remove', path: ['x', 0, 'e'] },
      { kind: 'set', path: ['x', 0, 'b', 'c'], value: 3 },
      { kind: 'set', path: ['x', 0, 'f'], value: { g: 6 } },
    ]);
    assert.deepEqual(editsBetween([], before, structuredClone(before)), []);
    assert.ok(
      !isSameJson([1], { 0: 1 }) && !isSameJson({ a: 1 }, { b: 1 }) && !isSameJson(null, {}),
    );
  });
});
