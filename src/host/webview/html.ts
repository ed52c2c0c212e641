import { randomBytes } from 'node:crypto';
import { env, l10n, Uri, type Webview } from 'vscode';
import { escapeHtml, jsonForScript } from '../../core/base/markup.ts';
import { pageStrings } from '../../shared/pageStrings.ts';

/** The monitor's page. Only our own bundle runs in it, and it reaches no network. */
export function monitorHtml(webview: Webview, root: Uri, title: string): string {
  const nonce = randomBytes(16).toString('base64url');
  const uri = (...path: string[]) =>
    escapeHtml(webview.asWebviewUri(Uri.joinPath(root, ...path)).toString());
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
    `require-trusted-types-for 'script'`,
    `trusted-types lit-html`,
  ].join('; ');
  return /* html */ `<!DOCTYPE html>
<html lang="${escapeHtml(env.language)}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" id="vscode-codicon-stylesheet" nonce="${nonce}" href="${uri('dist', 'codicon.css')}">
  <link rel="stylesheet" href="${uri('media', 'monitor.css')}">
  <title>${escapeHtml(title)}</title>
</head>
<body>
  <main id="app"></main>
  <script id="strings" type="application/json" nonce="${nonce}">${jsonForScript(translated())}</script>
  <script type="module" nonce="${nonce}" src="${uri('dist', 'monitor.js')}"></script>
</body>
</html>`;
}

function translated(): Readonly<Record<string, string>> {
  const entries = Object.entries(pageStrings).map(([key, text]) => [key, l10n.t(text)] as const);
  return Object.fromEntries(entries);
}
