import { window, workspace, type Uri, type WebviewPanel } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { ViewType } from '../../shared/ids.ts';

/** Of the addresses of payloads that are shown as documents. */
export const payloadScheme = 'websocket-monitor';

/** What the editor asks for beside commands and trees. */
export interface Providers {
  restorePanel(panel: WebviewPanel, state: unknown): Promise<void>;
  payloadText(uri: Uri): Promise<string>;
  followLink(uri: Uri): Promise<void>;
}

/** Has `load` called with the first thing that the editor asks for. */
export function registerProviders(load: () => Promise<Providers>): Disposable {
  const store = new DisposableStore();
  store.add(
    window.registerWebviewPanelSerializer(ViewType.Monitor, {
      deserializeWebviewPanel: async (panel, state) => (await load()).restorePanel(panel, state),
    }),
  );
  store.add(
    workspace.registerTextDocumentContentProvider(payloadScheme, {
      provideTextDocumentContent: async uri => (await load()).payloadText(uri),
    }),
  );
  store.add(window.registerUriHandler({ handleUri: async uri => (await load()).followLink(uri) }));
  return store;
}
