import type { VariableSource } from '../../../src/core/variables/resolve.ts';
import type { GetSetting, SettingSources } from '../../../src/core/settings/settingLayers.ts';

/** Settings of the user's, by their keys below `websocketMonitor`. */
export function gotFrom(get: (key: string) => unknown): GetSetting {
  return key => {
    const value = get(key);
    return value === undefined ? undefined : { value, scope: 'user' };
  };
}

/** The same where nothing else is set. */
export function userSettings(get: (key: string) => unknown): SettingSources {
  const own = gotFrom(get);
  return { window: own, places: [{ scope: 'user', own }] };
}

/** Lets everything go where a handshake leads, as where only the user has a say. */
export function admitting(source: VariableSource) {
  return { source, admit: () => Promise.resolve({ source, proxySource: source }) };
}
