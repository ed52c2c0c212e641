import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { LogLevel, ProxyAgentParams, ProxySupportSetting } from '@vscode/proxy-agent';

const require = createRequire(import.meta.url);

export interface ProxySettings {
  /** `http.proxy` */
  readonly proxy?: string;
  /** `http.proxySupport` */
  readonly support?: ProxySupportSetting;
  /** What `http.systemCertificates` brings. */
  readonly certificates?: readonly string[];
  /** What VS Code's own login prompt, or Kerberos, comes to. */
  readonly authorization?: string;
}

/**
 * Patches `http`, `https`, `net` and `tls` as VS Code's extension host does, with the package that
 * it does it with. Undone at the end of the scope.
 */
export function patchAsVsCode(settings: ProxySettings): Disposable {
  const { proxy, support = 'override', certificates, authorization } = settings;
  const agent = require('@vscode/proxy-agent') as typeof import('@vscode/proxy-agent');
  const nothing = () => undefined;
  const params: ProxyAgentParams = {
    resolveProxy: () => Promise.resolve(undefined),
    getProxyURL: () => proxy,
    getProxySupport: () => support,
    getNoProxyConfig: () => [],
    isAdditionalFetchSupportEnabled: () => false,
    isWebSocketPatchEnabled: () => false,
    addCertificatesV1: () => certificates !== undefined,
    addCertificatesV2: () => false,
    loadSystemCertificatesFromNode: () => false,
    loadAdditionalCertificates: () => Promise.resolve([...(certificates ?? [])]),
    lookupProxyAuthorization: () => Promise.resolve(authorization),
    log: { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing },
    getLogLevel: () => 2 satisfies LogLevel,
    proxyResolveTelemetry: nothing,
    isUseHostProxyEnabled: () => false,
    env: {},
  };
  const { resolveProxyWithRequest } = agent.createProxyResolver(params);
  const http = require('node:http') as typeof import('node:http');
  const https = require('node:https') as typeof import('node:https');
  const net = require('node:net') as typeof import('node:net');
  const tls = require('node:tls') as typeof import('node:tls');
  const patches: (readonly [object, object])[] = [
    [http, agent.createHttpPatch(params, http, resolveProxyWithRequest)],
    [https, agent.createHttpPatch(params, https, resolveProxyWithRequest)],
    [net, agent.createNetPatch(params, net)],
    [tls, agent.createTlsPatch(params, tls)],
  ];
  agent.resetCaches();
  // The resolver's timer for telemetry cannot be stopped, and would keep the tests' process alive.
  const { setTimeout } = globalThis;
  const unreffed = (run: () => void, ms?: number) => setTimeout(run, ms).unref();
  patches.push([globalThis, { setTimeout: Object.assign(unreffed, setTimeout) }]);
  const originals = patches.map(([module, patch]) =>
    Object.fromEntries(Object.keys(patch).map(key => [key, Reflect.get(module, key) as unknown])),
  );
  patches.forEach(([module, patch]) => Object.assign(module, patch));
  // What was imported by name, as the bundle's code is not, follows only then.
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]: () => {
      patches.forEach(([module], index) => Object.assign(module, originals[index]));
      syncBuiltinESMExports();
    },
  };
}
