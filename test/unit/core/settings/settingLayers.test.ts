import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsIn, type SettingLayer } from '../../../../src/core/settings/settingLayers.ts';
import {
  settingKeys,
  settingOf,
  type SettingKey,
} from '../../../../src/core/settings/settingsTable.ts';

const all = ['url', 'connections', ...settingKeys];
const harmless = settingKeys.filter(key => settingOf(key).isUnrestricted);

/** `{ a: { b: value } }` of `a.b`, as the editor hands settings out. */
function nested(key: string, value: unknown): unknown {
  return key.split('.').reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
}

const layers = (workspace: unknown, user: unknown, folder: unknown = {}): SettingLayer[] => [
  { scope: 'workspace', folder: 'api', values: folder },
  { scope: 'workspace', values: workspace },
  { scope: 'user', values: user },
];

/** A value that the key takes and that is not its default. */
function otherValue(key: SettingKey): unknown {
  const { fallback } = settingOf(key);
  return typeof fallback === 'boolean' ? !fallback : Number(fallback) + 1;
}

describe('The settings of a window', () => {
  it('are those of the folder, of the workspace and of the user, in this order', () => {
    const get = settingsIn(layers({ a: 2, b: null }, { a: 3, b: 4, c: 5 }, { a: 1 }), true);
    assert.deepEqual(
      [get('a'), get('b'), get('c'), get('d')],
      [
        { value: 1, scope: 'workspace', folder: 'api' },
        { value: 4, scope: 'user' },
        { value: 5, scope: 'user' },
        undefined,
      ],
    );
    assert.deepEqual(settingsIn(layers({ a: { b: 1 } }, {}), true)('a.b')?.value, 1);
    assert.equal(settingsIn(layers({}, {}), true)('constructor'), undefined);
  });

  it('take nothing from a workspace that is not trusted but what is harmless', () => {
    for (const key of all) {
      for (const written of [key, `${key}.x`]) {
        const foreign = nested(written, key === 'connections' ? [{ url: 'ws://evil' }] : 'foreign');
        const mine = nested(key, 'mine');
        for (const set of [layers(foreign, mine), layers({}, mine, foreign)]) {
          const found = settingsIn(set, false)(key);
          assert.deepEqual(found, { value: 'mine', scope: 'user' }, `${written} of a workspace`);
        }
        const alone = settingsIn(layers(foreign, {}, foreign), false);
        assert.deepEqual([alone(key), alone(`${key}.x`)], [undefined, undefined], written);
      }
    }
  });

  it('leave what is about data of all workspaces to the user, whatever is trusted', () => {
    const own = settingKeys.filter(key => settingOf(key).isUserOnly);
    assert.ok(own.length > 0);
    for (const key of own) {
      const foreign = nested(key, otherValue(key));
      const get = settingsIn(layers(foreign, nested(key, 'mine'), foreign), true);
      assert.deepEqual(get(key), { value: 'mine', scope: 'user' }, key);
    }
  });

  it('leave to a workspace that is not trusted only how things look', () => {
    assert.deepEqual(harmless, [
      'output.enabled',
      'output.decoded',
      'output.maxCharacters',
      'statusBar.showRate',
    ]);
    for (const key of settingKeys) {
      const isHarmless = harmless.includes(key);
      const value = isHarmless ? otherValue(key) : settingOf(key).fallback;
      const found = settingsIn(layers(nested(key, value), {}), false)(key);
      assert.deepEqual(found?.value, isHarmless ? value : undefined, key);
    }
  });
});
