// What all harnesses of pages share: the browser, and the files that every page has.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
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

/** The icons. */
export async function iconFiles(): Promise<PageFiles> {
  const codicon = 'node_modules/@vscode/codicons/dist/codicon';
  return {
    '/codicon.css': ['text/css', await readFile(`${codicon}.css`)],
    '/codicon.ttf': ['font/ttf', await readFile(`${codicon}.ttf`)],
  };
}

/** What esbuild made, by its path: scripts and styles. */
export function servedFiles(
  outputs: readonly { readonly path: string; readonly contents: Uint8Array }[],
): PageFiles {
  return Object.fromEntries(
    outputs.map(({ path, contents }) => {
      const type = path.endsWith('.css') ? 'text/css' : 'text/javascript';
      return [`/${basename(path)}`, [type, contents]];
    }),
  );
}
