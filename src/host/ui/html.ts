import { randomBytes } from 'node:crypto';
import { env, l10n, Uri, type Webview } from 'vscode';
import { escapeHtml, jsonForScript } from '../../core/text/markup.ts';
import { pageStrings } from '../../shared/monitorStrings.ts';

/** What differs between the pages. */
export interface PageContent {
  readonly title: string;
  /** The script and the style sheet of this name are in `dist`. */
  readonly bundle: string;
  /** There too: what the script imports, to be fetched along with it. */
  readonly chunks?: readonly string[];
  /** In English, from a table in src/shared; they are translated here. */
  readonly strings: Readonly<Record<string, string>>;
  /** What an earlier page has told of its layout; only the page reads it. */
  readonly layout?: string;
}

/** The monitor's page. */
export function monitorHtml(webview: Webview, root: Uri, title: string, layout: string): string {
  return pageHtml(webview, root, {
    title,
    bundle: 'monitor',
    chunks: ['monitor-shared1.js'],
    strings: pageStrings,
    layout,
  });
}

/**
 * A page that runs only our bundle and has no network access. Modules that the bundle imports, also
 * later, inherit its nonce, so the policy allows no folder.
 */
export function pageHtml(webview: Webview, root: Uri, parts: PageContent): string {
  const nonce = randomBytes(16).toString('base64url');
  const uri = (name: string) =>
    escapeHtml(webview.asWebviewUri(Uri.joinPath(root, 'dist', name)).toString());
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
    `require-trusted-types-for 'script'`,
    `trusted-types lit-html`,
  ].join('; ');
  const chunks = (parts.chunks ?? []).map(
    name => `<link rel="modulepreload" nonce="${nonce}" href="${uri(name)}">`,
  );
  return /* html */ `<!DOCTYPE html>
<html lang="${escapeHtml(env.language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" id="vscode-codicon-stylesheet" nonce="${nonce}" href="${uri('codicon.css')}">
  <link rel="stylesheet" href="${uri(`${parts.bundle}.css`)}">
  ${chunks.join('\n  ')}
  <title>${escapeHtml(parts.title)}</title>
</head>
<body>
  <main id="app"></main>
  <script id="strings" type="application/json" nonce="${nonce}">${jsonForScript(translated(parts.strings))}</script>
  <script id="layout" type="application/json" nonce="${nonce}">${jsonForScript(parts.layout ?? '')}</script>
  <script type="module" nonce="${nonce}" src="${uri(`${parts.bundle}.js`)}"></script>
</body>
</html>`;
}

function translated(strings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(strings).map(([key, text]) => [key, l10n.t(text)] as const);
  return Object.fromEntries(entries);
}
