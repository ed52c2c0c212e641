// What all harnesses of pages share: the browser, and the files that every page has.
import { readFile } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';
import type { Theme } from './pageSurroundings.ts';

/** What VS Code sets in a webview, in the four themes that it brings along. */
export const themes = JSON.parse(await readFile('test/fixtures/themes.json', 'utf8')) as Readonly<
  Record<string, Theme>
>;

/** What is served, by its path. */
export type PageFiles = Readonly<
  Record<string, readonly [type: string, body: string | Uint8Array]>
>;

/** Starts the browser that pages are tested in: without a window, but with scroll bars. */
export function launchBrowser(...browserArguments: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
    ignoreDefaultArgs: ['--hide-scrollbars'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
      '--disable-sync',
      ...browserArguments,
    ],
  });
}

/** The monitor's styles, and the icons. */
export async function styleFiles(): Promise<PageFiles> {
  const codicon = 'node_modules/@vscode/codicons/dist/codicon';
  return {
    '/monitor.css': ['text/css', await readFile('media/monitor.css')],
    '/codicon.css': ['text/css', await readFile(`${codicon}.css`)],
    '/codicon.ttf': ['font/ttf', await readFile(`${codicon}.ttf`)],
  };
}
