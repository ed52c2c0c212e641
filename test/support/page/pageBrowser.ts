// What all pages of tests share: the browser, the files, and the document that the host makes.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { jsonForScript } from '../../../src/core/text/markup.ts';
import { headlessChromium } from '../run/setup.mjs';
import type { Theme } from './pageSurroundings.ts';

type ThemeKind = 'dark' | 'light' | 'highContrast' | 'highContrastLight';

interface ContributedColor {
  readonly id: string;
  readonly defaults: Readonly<Record<ThemeKind, string>>;
}

const { contributes } = JSON.parse(await readFile('package.json', 'utf8')) as {
  readonly contributes: { readonly colors: readonly ContributedColor[] };
};

/** The theme with the colours that the extension contributes, as VS Code sets them. */
function withOwnColors(theme: Theme): Theme {
  const classes = theme.bodyClass.split(' ');
  const kind = classes.includes('vscode-high-contrast-light')
    ? 'highContrastLight'
    : classes.includes('vscode-high-contrast')
      ? 'highContrast'
      : classes.includes('vscode-light')
        ? 'light'
        : 'dark';
  const own = contributes.colors.map(
    ({ id, defaults }) => [`--vscode-${id.replaceAll('.', '-')}`, defaults[kind]] as const,
  );
  return { ...theme, variables: { ...theme.variables, ...Object.fromEntries(own) } };
}

/** What VS Code sets in a webview, in the four themes that it brings along. */
export const themes: Readonly<Record<string, Theme>> = Object.fromEntries(
  Object.entries(
    JSON.parse(await readFile('test/fixtures/themes.json', 'utf8')) as Readonly<
      Record<string, Theme>
    >,
  ).map(([name, theme]) => [name, withOwnColors(theme)]),
);

/** Where pages and their files are loaded from. */
export const pageOrigin = 'https://page.test';

/** How a page is looked at. */
export interface Look {
  readonly theme?: string;
  readonly width?: number;
  readonly height?: number;
  /** As with Windows' contrast themes. */
  readonly isForced?: boolean;
}

export interface PageContent {
  /** The whole document, as the host makes it. */
  readonly html: string;
  /** Files that the build has not put into `dist`, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** Runs before the page has any content. */
  readonly prepare?: ((page: Page) => Promise<unknown>) | undefined;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

/** Starts the browser that pages are tested in: without a window, but with scroll bars. */
export async function launchBrowser(...browserArguments: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: await headlessChromium(),
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

/** The script and the style sheet of these files in this order, as `dist/NAME.js` and `dist/NAME.css`. */
export async function bundleOf(
  name: string,
  sources: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { outputFiles } = await build({
    stdin: { contents: sources.map(path => `import './${path}';`).join('\n'), resolveDir: '.' },
    bundle: true,
    write: false,
    outfile: `dist/${name}.js`,
    format: 'iife',
    platform: 'browser',
    target: 'chrome134',
  });
  return Object.fromEntries(outputFiles.map(({ path, text }) => [`/dist/${basename(path)}`, text]));
}

const surroundings = await bundleOf('surroundings', ['test/support/page/pageSurroundings.ts']);

/** Opens a page of its own under the policy that the host gives it; the caller closes it. */
export async function openPage(browser: Browser, content: PageContent, look: Look): Promise<Page> {
  const { width = 1280, height = 720, theme = 'Dark Modern', isForced } = look;
  const page = await browser.newPage({
    viewport: { width, height },
    ...(isForced && { forcedColors: 'active' }),
  });
  await content.prepare?.(page);
  const files: Readonly<Record<string, string>> = {
    '/vscode.css': vscodeCss,
    ...surroundings,
    ...content.files,
  };
  await page.route(`${pageOrigin}/**`, async route => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      await route.fulfill({ contentType: 'text/html', body: surrounded(content.html, theme) });
      return;
    }
    const body = files[pathname] ?? (await readFile(`.${pathname}`));
    await route.fulfill({ contentType: types[extname(pathname)] ?? '', body });
  });
  // The page has loaded when its scripts have run.
  await page.goto(pageOrigin);
  return page;
}

/** The document with what VS Code puts into every webview before the page's own scripts. */
function surrounded(html: string, theme: string): string {
  const nonce = /nonce="([^"]+)"/.exec(html)?.[1] ?? '';
  const theming = `<script nonce="${nonce}">window.theme = ${jsonForScript(themes[theme])};</script>`;
  const script = `<script nonce="${nonce}" src="/dist/surroundings.js"></script>`;
  return html
    .replace('<head>', () => '<head>\n<link rel="stylesheet" href="/vscode.css">')
    .replace('<body>', () => `<body>${theming}${script}`);
}

const vscodeCss = `
html { scrollbar-color: var(--vscode-scrollbarSlider-background) var(--vscode-editor-background); }
body { overscroll-behavior-x: none; background-color: transparent; margin: 0; padding: 0 20px;
  color: var(--vscode-editor-foreground); font: var(--vscode-font-weight)
  var(--vscode-font-size)/1.4 var(--vscode-font-family); }
`;
