// The connection form alone in a browser: the page's styles and policy, and a host that is made up.
// Takes pictures of it: node test/support/formHarness.ts
import { build } from 'esbuild';
import { mkdir, readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { jsonForScript } from '../../src/core/base/markup.ts';
import {
  checkDraft,
  draftOf,
  type ConnectionDraft,
} from '../../src/core/settings/connectionDraft.ts';
import { connectionFields } from '../../src/core/settings/connectionFields.ts';
import type { FormState } from '../../src/shared/formProtocol.ts';
import { formStrings } from '../../src/shared/formStrings.ts';
import { themes } from './pageHarness.ts';

const origin = 'http://form.test';

export interface FormScenario {
  /** What is configured; a new connection where it is absent. */
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly state?: Partial<FormState>;
  readonly theme?: string;
  readonly width?: number;
  readonly isForced?: boolean;
  /** What saving fails with. */
  readonly failure?: string;
}

export interface AskedOfHost {
  readonly request: string;
  readonly params: {
    readonly draft?: ConnectionDraft;
    readonly scope?: string;
    readonly connect?: boolean;
    readonly value?: string;
    readonly suggestion?: string;
  };
}

/** A browser that serves pages with nothing but the form, and answers as the host does. */
export class FormHarness {
  readonly #browser: Browser;
  readonly #files: ReadonlyMap<string, readonly [type: string, body: string | Buffer]>;

  private constructor(
    browser: Browser,
    files: ReadonlyMap<string, readonly [type: string, body: string | Buffer]>,
  ) {
    this.#browser = browser;
    this.#files = files;
  }

  static async start(): Promise<FormHarness> {
    const { outputFiles } = await build({
      ...{ entryPoints: ['src/webview/connectionForm/main.ts'], bundle: true, write: false },
      ...{ format: 'esm', platform: 'browser', target: 'chrome134' },
    });
    const codicons = 'node_modules/@vscode/codicons/dist';
    const files = new Map<string, readonly [string, string | Buffer]>([
      ['/form.js', ['text/javascript', outputFiles[0]?.text ?? '']],
      ['/monitor.css', ['text/css', await readFile('media/monitor.css')]],
      ['/connectionForm.css', ['text/css', await readFile('media/connectionForm.css')]],
      ['/codicon.css', ['text/css', await readFile(`${codicons}/codicon.css`)]],
      ['/codicon.ttf', ['font/ttf', await readFile(`${codicons}/codicon.ttf`)]],
    ]);
    const browser = await chromium.launch({
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
    return new FormHarness(browser, files);
  }

  /** Opens a page of its own. The caller closes it. */
  async open(
    scenario: FormScenario,
  ): Promise<{ readonly page: Page; readonly asked: AskedOfHost[] }> {
    const page = await this.#browser.newPage({
      viewport: { width: scenario.width ?? 1000, height: 900 },
      ...(scenario.isForced && { forcedColors: 'active' }),
    });
    page.setDefaultTimeout(5000);
    const asked: AskedOfHost[] = [];
    await page.exposeFunction('askHost', (question: AskedOfHost) => {
      asked.push(question);
      return answerTo(question, scenario);
    });
    await page.route(`${origin}/**`, async route => {
      const { pathname } = new URL(route.request().url());
      const [contentType, body] = this.#files.get(pathname) ?? ['text/html', markup(scenario)];
      await route.fulfill({ contentType, body });
    });
    await page.goto(`${origin}/`);
    await page.locator('form').waitFor();
    return { page, asked };
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

const storedSecrets = ['${secret:api-token}'];

function answerTo({ request, params }: AskedOfHost, scenario: FormScenario): unknown {
  const entry = scenario.entry ?? {};
  const check = (draft: ConnectionDraft) => checkDraft(draft, () => undefined, ['taken']);
  switch (request) {
    case 'form.ready': {
      const state: FormState = {
        ...{ isNew: scenario.entry === undefined, fields: connectionFields, isDirty: false },
        ...{ draft: draftOf(entry), scope: 'user', check: check(draftOf(entry)) },
        scopes: [
          { scope: 'user', note: '' },
          { scope: 'workspace', note: 'The workspace gets a list of its own.' },
        ],
        ...{ secrets: storedSecrets, unshown: [], notes: [] },
        ...scenario.state,
      };
      return { result: state };
    }
    case 'form.change':
    case 'form.save':
      return request === 'form.save' && scenario.failure !== undefined
        ? { error: scenario.failure }
        : { result: params.draft && check(params.draft) };
    case 'form.secret':
      return {
        result: {
          reference: `\${secret:${params.suggestion ?? ''}}`,
          secrets: [...storedSecrets, `\${secret:${params.suggestion ?? ''}}`],
        },
      };
    default:
      return { result: undefined };
  }
}

function markup({ theme = 'Dark Modern' }: FormScenario): string {
  const policy =
    `default-src 'none'; script-src 'nonce-a'; style-src ${origin}; font-src ${origin}; ` +
    `require-trusted-types-for 'script'; trusted-types lit-html`;
  const host = `
    const { bodyClass, variables } = ${jsonForScript(themes[theme])};
    document.body.className = bodyClass;
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty(name, value);
    }
    window.violations = [];
    document.addEventListener('securitypolicyviolation', event =>
      violations.push(event.violatedDirective));
    window.acquireVsCodeApi = () => ({
      postMessage: async ({ id, request, params }) => {
        const answer = await askHost({ request, params: params ?? {} });
        window.postMessage({ id, ...answer, ...(answer.error ? {} : { result: answer.result }) });
      },
    });`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="/codicon.css">
  <link rel="stylesheet" href="/monitor.css">
  <link rel="stylesheet" href="/connectionForm.css">
  <title>Connection</title>
</head>
<body>
  <main id="app"></main>
  <script id="strings" type="application/json">${jsonForScript(formStrings)}</script>
  <script nonce="a">${host}</script>
  <script type="module" nonce="a" src="/form.js"></script>
</body>
</html>`;
}

/** One of everything, for pictures. */
export const fullEntry = {
  ...{ name: 'Quotes', url: 'wss://stream.example.com/v2/market', onOpen: ['start'] },
  headers: { 'Authorization': 'Bearer abc.def', 'X-Client': 'monitor' },
  auth: { type: 'basic', username: 'me', password: '${secret:quotes-password}' },
  ...{ heartbeat: { interval: 0 }, reconnect: { maxAttempts: 3, rules: [] }, proxy: 'socks5://p' },
};

async function takePictures(): Promise<void> {
  await mkdir('out/screens', { recursive: true });
  const harness = await FormHarness.start();
  try {
    for (const theme of [...Object.keys(themes), 'forced']) {
      for (const [name, entry] of [
        ['new', undefined],
        ['full', fullEntry],
      ] as const) {
        for (const width of [500, 1000]) {
          const isForced = theme === 'forced';
          const { page } = await harness.open({
            ...{ width, isForced, ...(entry && { entry }), ...(!isForced && { theme }) },
            state: { ...(entry && { unshown: ['onOpen', 'reconnect.rules'] }), notes: ['A note.'] },
          });
          await page.setViewportSize({ width, height: entry ? 2400 : 900 });
          const file = `out/screens/form-${name}-${theme.replaceAll(' ', '')}-${width}.png`;
          await page.screenshot({ path: file });
          await page.close();
        }
      }
    }
  } finally {
    await harness.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  await takePictures();
}
