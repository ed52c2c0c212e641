import { randomUUID } from 'node:crypto';
import { workspace, type ExtensionContext } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { ObserveSocket } from '../../core/slot/observedSocket.ts';
import type { GatesPorts } from '../../core/tap/rules/gatePorts.ts';
import { RuleGates } from '../../core/tap/rules/socketGates.ts';
import { ContextKey } from '../../shared/ids.ts';
import type { ContextKeys } from '../connections/commands/contextKeys.ts';
import type { SecretRegistry } from '../secrets/secretRegistry.ts';
import type { SettingsService } from '../settings/settings.ts';
import { externalUrl } from '../taps/externalUrl.ts';
import { KeptPorts } from '../taps/keptPorts.ts';
import { prepareTap, type PrepareTapPorts } from '../taps/prepareTap.ts';
import type { TapPorts } from '../taps/tap.ts';
import { Taps } from '../taps/taps.ts';
import { TapRows } from '../taps/tapRows.ts';
import { TapTokens } from '../taps/tapTokens.ts';

export interface TapServiceParts {
  readonly context: Pick<ExtensionContext, 'workspaceState'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: SettingsService;
  readonly keys: ContextKeys;
  readonly secrets: { readonly registry: SecretRegistry };
  readonly listen: TapPorts['listen'];
  readonly slots: { readonly observe: ObserveSocket };
  readonly prepareHandshake: PrepareTapPorts['prepareHandshake'];
  readonly sending: { readonly files: { readonly read: PrepareTapPorts['readFile'] } };
}

/** Creates the taps of this window. */
export function createTapServices(parts: TapServiceParts) {
  const { context, clock, log, settings, keys, secrets, prepareHandshake, sending } = parts;
  const store = new DisposableStore();
  const tokens = new TapTokens();
  const preparing: PrepareTapPorts = {
    prepareHandshake,
    readFile: (...given) => sending.files.read(...given),
    profileOf: (entry, scope) => settings.profileOf(entry, scope),
    tokenFor: name => {
      const token = tokens.tokenFor(name);
      secrets.registry.add([token]);
      return token;
    },
  };
  const gating: Omit<GatesPorts, 'rules'> = {
    clock,
    random: Math.random,
    uuid: randomUUID,
    heartbeatTexts: () => {
      const text = settings.current.values['heartbeat.message'];
      return text === '' ? [] : [text];
    },
  };
  const taps = store.add(
    new Taps({
      prepare: (profile, mayAsk) => prepareTap(preparing, profile, mayAsk),
      listen: parts.listen,
      observe: parts.slots.observe,
      openGates: rules => (sink, outlets, target) =>
        new RuleGates(sink, outlets, { ...gating, rules }, target),
      keptPorts: new KeptPorts(context.workspaceState, log),
      externalUrl,
      clock,
      settings,
      log,
    }),
  );
  const setKeys = () => {
    keys.set(ContextKey.TapRunning, taps.running.length > 0);
    keys.set(ContextKey.HasTaps, taps.all.length > 0);
  };
  setKeys();
  store.add(taps.onDidChange(setKeys));
  const rows = store.add(new TapRows(taps));
  return { taps, rows, areTapsIgnored: () => !workspace.isTrusted, dispose: () => store.dispose() };
}
