import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { atExit, exitOnSignals, exitWithParent } from '../run/processes.mjs';
import { watchFailures } from './failurePictures.ts';
import { startServer, type Server } from './server.ts';
import { ensureWorkbench, headlessChromium } from '../run/setup.mjs';

export type Settings = Readonly<Record<string, unknown>>;

export interface WorkbenchOptions {
  /** The folder of the extension under development; by default this one. */
  readonly extension?: string;
  /** A file for the extension host to run, as `--extensionTestsPath` names it. */
  readonly tests?: string;
  /** The user's settings. */
  readonly settings?: Settings;
  /** The folder to open; by default a fresh one, which `files` fills and `close` deletes. */
  readonly folder?: string;
  /** Texts by their path in the opened folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Another extension that is installed: its texts by their path, among them its package.json. */
  readonly installed?: Readonly<Record<string, string>>;
  /** A `.code-workspace` file, by its path in the opened folder, that is opened in its place. */
  readonly workspaceFile?: string;
  /** Whether the folder is trusted, as by default; if not, it opens in Restricted Mode. */
  readonly trust?: boolean;
  /** A built-in theme as `workbench.colorTheme` names it, such as `Dark Modern`. */
  readonly colorTheme?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export interface Workbench {
  readonly page: Page;
  /** The exit code of `tests`; 1 where the workbench came to an end without one. */
  readonly finished: Promise<number>;
  /** The opened folder. */
  readonly folder: string;
  /** Where the server keeps extensions, settings and logs. */
  readonly serverDataDir: string;
  /**
   * Replaces the settings of the machine, which win over the user's and which the running
   * workbench notices; a changed file of the user's it would only read when it reloads.
   */
  setMachineSettings(settings: Settings): Promise<void>;
  /** Replaces the folder's .vscode/settings.json, but for the theme, while the workbench runs. */
  setWorkspaceSettings(settings: Settings): Promise<void>;
  /** Reloads the window, as Developer: Reload Window does; resolves when it is there again. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** What keeps the workbench from talking about itself. */
const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  // What blinks and slides is drawn by the processor here, and takes a tenth of all its time.
  'editor.cursorBlinking': 'solid',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'window.confirmBeforeClose': 'never',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  // A page that takes the focus, at a moment that nobody knows, would close what a test answers.
  'workbench.quickOpen.closeOnFocusLost': false,
  'workbench.reduceMotion': 'on',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** Within the opened folder. */
const settingsPath = '.vscode/settings.json';

/** Starts each line of a suite's own output, to tell it from what the workbench logs. */
const ownLine = /^│ (.*)$/s;

/** Opens a VS Code without a desktop in Chromium. Everything it made is gone after `close`. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  exitOnSignals();
  exitWithParent();
  const scratch = await mkdtemp(join(tmpdir(), 'monitor-test-'));
  const forget = atExit(() => rmSync(scratch, { recursive: true, force: true }));
  let server: Server | undefined;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await server?.close();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
    forget();
  };
  try {
    const folder = options.folder ?? join(scratch, 'folder');
    const serverDataDir = join(scratch, 'server');
    const setWorkspaceSettings = (settings: Settings) =>
      writeJson(join(folder, settingsPath), { ...settings, ...themeSettings(options.colorTheme) });
    await mkdir(folder, { recursive: true });
    await writeJson(join(serverDataDir, 'data/User/settings.json'), {
      ...quietSettings,
      ...options.settings,
    });
    for (const [path, text] of Object.entries(options.files ?? {})) {
      await writeText(join(folder, path), text);
    }
    for (const [path, text] of Object.entries(options.installed ?? {})) {
      await writeText(join(serverDataDir, 'extensions/installed', path), text);
    }
    server = await startServer({
      dataFolder: serverDataDir,
      trust: options.trust ?? true,
      acceptsPayload: true,
    });
    browser = await launchChromium();
    const page = await browser.newPage({
      viewport: options.viewport ?? { width: 1280, height: 800 },
    });
    watchFailures(page);
    const { finished } = await watchTests(page, server);
    await page.goto(addressOf(server.port, folder, options));
    await isThere(page);
    if (options.colorTheme !== undefined) {
      // In the user's settings the theme of the first start is at times passed over.
      const settings = JSON.parse(options.files?.[settingsPath] ?? '{}') as Settings;
      const drawn = page.locator(`.monaco-workbench.${await themeClass(options.colorTheme)}`);
      await setWorkspaceSettings(settings);
      try {
        await drawn.waitFor({ timeout: 15_000 });
      } catch {
        // Now and then the editor does not notice that file: it reads it when it is loaded anew.
        await page.reload();
        await isThere(page);
        await drawn.waitFor({ timeout: 30_000 });
      }
    }
    return {
      page,
      finished,
      folder,
      serverDataDir,
      setMachineSettings: settings =>
        writeJson(join(serverDataDir, 'data/Machine/settings.json'), settings),
      setWorkspaceSettings,
      reload: async () => {
        await page.reload();
        await isThere(page);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts the Chromium that the tests use, without a window. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await headlessChromium(),
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-sync',
      '--disable-component-update',
    ],
  });
}

async function isThere(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
}

function themeSettings(colorTheme: string | undefined): Settings {
  return colorTheme === undefined
    ? {}
    : { 'workbench.colorTheme': colorTheme, 'window.autoDetectColorScheme': false };
}

/** The workbench says which theme it is drawn in by a class made from the theme's file name. */
async function themeClass(colorTheme: string): Promise<string> {
  const manifest = join(await ensureWorkbench(), 'extensions/theme-defaults/package.json');
  const { contributes } = JSON.parse(await readFile(manifest, 'utf8')) as {
    contributes: { themes: { id: string; path: string }[] };
  };
  const file = contributes.themes.find(({ id }) => id === colorTheme)?.path;
  if (file === undefined) {
    throw new Error(`There is no built-in theme "${colorTheme}"`);
  }
  return `vscode-theme-defaults${file.replaceAll(/[./]+/g, '-')}`;
}

/**
 * Lets the workbench say how its tests end, and prints what they print. Resolves when that is set
 * up, which must be before the page navigates; the result's `finished` with the exit code.
 */
async function watchTests(page: Page, server: Server): Promise<{ finished: Promise<number> }> {
  let finish: (code: number) => void = () => undefined;
  const finished = new Promise<number>(resolve => (finish = resolve));
  await page.exposeFunction('codeAutomationLog', (_type: string, [text]: readonly unknown[]) => {
    const own = ownLine.exec(String(text))?.[1];
    if (own !== undefined) {
      console.log(own);
    }
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => finish(code));
  page.once('close', () => finish(1));
  page.once('crash', () => finish(1));
  void server.ended.then(() => finish(1));
  return { finished };
}

function addressOf(port: number, folder: string, options: WorkbenchOptions): string {
  const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${path}`;
  const extension = options.extension ?? join(import.meta.dirname, '../../..');
  const payload = [
    ['extensionDevelopmentPath', remote(extension)],
    ['skipWelcome', 'true'],
    ...(options.tests ? [['extensionTestsPath', remote(options.tests)]] : []),
  ];
  const { workspaceFile } = options;
  const opened =
    workspaceFile === undefined ? { folder } : { workspace: join(folder, workspaceFile) };
  const query = new URLSearchParams({ ...opened, payload: JSON.stringify(payload) });
  return `http://127.0.0.1:${port}/?${query.toString()}`;
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeText(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

async function writeText(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
