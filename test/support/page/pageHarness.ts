import { build } from 'esbuild';
import { createServer, type ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { escapeHtml, jsonForScript } from '../../../src/core/text/markup.ts';
import { pageStrings } from '../../../src/shared/monitorStrings.ts';
import type { ConnectionView, PanelView } from '../../../src/shared/monitorProtocol.ts';
import { launchBrowser, iconFiles, servedFiles, themes, type PageFiles } from './pageBrowser.ts';

export interface Scenario {
  readonly connections: readonly ConnectionView[];
  readonly view: Partial<PanelView>;
  readonly theme?: string;
  readonly width?: number;
  readonly height?: number;
}

/** A connection that is well; `change` makes it another. */
export function connectionView(change: Partial<ConnectionView> = {}): ConnectionView {
  const isOpen = (change.state ?? 'connected') === 'connected';
  return {
    id: 'c1',
    name: 'Market data',
    url: 'wss://stream.example.com/v2/market',
    source: 'connection',
    captureKey: `key of ${change.id ?? 'c1'}`,
    startedAt: Date.UTC(2026, 10, 16, 10, 30),
    state: 'connected',
    severity: 'info',
    label: 'connected',
    cause: '',
    ...(isOpen ? { openForMs: 74_200, latencyMs: 23.4 } : {}),
    subprotocol: 'v2.market.example',
    receivedRate: 26.7,
    received: 1180,
    sent: 24,
    extent: { first: 0, next: 1204, byteLength: 310_000, dropped: 0 },
    storage: { kind: 'sqlite', path: 'captures/market-data.sqlite' },
    security: 'verified',
    canConnect: false,
    canDisconnect: true,
    ...change,
  };
}

/** Serves the page as the extension does, with a fake host in it, and opens it in a browser. */
export class PageHarness {
  readonly #origin: string;
  readonly #browser: Browser;
  readonly #closeServer: () => void;
  readonly #scenarios: Map<string, Scenario>;

  private constructor(
    origin: string,
    browser: Browser,
    scenarios: Map<string, Scenario>,
    closeServer: () => void,
  ) {
    this.#origin = origin;
    this.#browser = browser;
    this.#scenarios = scenarios;
    this.#closeServer = closeServer;
  }

  static async start(...browserArguments: readonly string[]): Promise<PageHarness> {
    const files: PageFiles = {
      ...(await iconFiles()),
      ...(await bundle({ monitor: 'src/webview/monitor/main.ts' })),
      ...(await bundle({ fakeHost: 'test/support/page/fakeHost.ts' })),
      '/vscode.css': ['text/css', vscodeCss],
    };
    const scenarios = new Map<string, Scenario>();
    const server = createServer(({ url, headers }, response) => {
      const { pathname } = new URL(url ?? '/', 'http://localhost');
      const scenario = scenarios.get(pathname);
      const file = files[pathname];
      if (scenario) {
        sendPage(response, `http://${headers.host ?? ''}`, scenario);
      } else if (file) {
        response.setHeader('Content-Type', file[0]).end(file[1]);
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const browser = await launchBrowser(...browserArguments);
    const { port } = server.address() as AddressInfo;
    return new PageHarness(`http://127.0.0.1:${port}`, browser, scenarios, () => {
      server.closeAllConnections();
      server.close();
    });
  }

  /** Opens a page of its own. The caller closes it. */
  async open(scenario: Scenario): Promise<Page> {
    const path = `/page${this.#scenarios.size}`;
    this.#scenarios.set(path, scenario);
    const { width = 1280, height = 720 } = scenario;
    const page = await this.#browser.newPage({ viewport: { width, height } });
    await page.goto(this.#origin + path);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#closeServer();
  }
}

/** The files of a bundle that is made as `esbuild.js` makes it. */
async function bundle(entryPoints: Readonly<Record<string, string>>): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    minify: true,
    write: false,
    outdir: 'out',
    splitting: true,
    chunkNames: 'monitor-[name]',
    format: 'esm',
    platform: 'browser',
    target: 'chrome134',
  });
  return servedFiles(outputFiles);
}

function sendPage(response: ServerResponse, origin: string, scenario: Scenario): void {
  const nonce = randomBytes(16).toString('base64url');
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    ...['style-src', 'font-src', 'img-src'].map(directive => `${directive} ${origin}`),
    `require-trusted-types-for 'script'`,
    'trusted-types lit-html',
  ].join('; ');
  const theme = themes[scenario.theme ?? 'Dark Modern'];
  response.setHeader('Content-Type', 'text/html').end(`<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
  <link rel="stylesheet" href="/vscode.css">
  <link rel="stylesheet" href="/monitor.css">
  <link rel="stylesheet" id="vscode-codicon-stylesheet" href="/codicon.css" nonce="${nonce}">
  <link rel="modulepreload" nonce="${nonce}" href="/monitor-chunk.js">
  <title>WebSocket Monitor</title>
</head>
<body>
  <main id="app"></main>
  <script id="strings" type="application/json">${jsonForScript(pageStrings)}</script>
  <script nonce="${nonce}">
    window.theme = ${jsonForScript(theme)};
    window.scenario = ${jsonForScript({ connections: scenario.connections, view: scenario.view })};
  </script>
  <script type="module" nonce="${nonce}" src="/fakeHost.js"></script>
  <script type="module" nonce="${nonce}" src="/monitor.js"></script>
</body>
</html>`);
}

/** What VS Code gives every webview before the page's own styles. */
const vscodeCss = `
html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
body { overscroll-behavior-x: none; background-color: transparent; margin: 0; padding: 0 20px;
  color: var(--vscode-editor-foreground); font: var(--vscode-font-weight)
  var(--vscode-font-size)/1.4 var(--vscode-font-family); }
`;
