import assert from 'node:assert/strict';
import { readSettings, type Profile } from '../../../src/core/settings/profile.ts';
import { sourcesOf, type SettingLayer } from '../../../src/core/settings/settingLayers.ts';

/** What the user and a trusted workspace set below `websocketMonitor`, as objects of objects. */
export interface Layers {
  readonly workspace?: object;
  readonly user?: object;
}

/** The one connection of these settings. */
export function profileIn({ workspace = {}, user = {} }: Layers): Profile {
  const layers: readonly SettingLayer[] = [
    { scope: 'workspace', values: workspace },
    { scope: 'user', values: user },
  ];
  const { profiles, problems } = readSettings(sourcesOf(layers, true));
  assert.deepEqual(problems, []);
  const [profile] = profiles;
  assert.ok(profile && profiles.length === 1);
  return profile;
}
