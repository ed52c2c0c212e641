import { window, workspace, type Uri, type WebviewPanel } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { ViewType } from '../../shared/ids.ts';

/** The URI scheme of payloads that are shown as documents. */
export const payloadScheme = 'websocket-monitor';

/** The callbacks of the editor other than commands and trees. */
export interface Providers {
  restorePanel(panel: WebviewPanel, state: unknown): Promise<void>;
  payloadText(uri: Uri): Promise<string>;
  followLink(uri: Uri): Promise<void>;
}

/** Registers the callbacks; `load` is called with the first of them. */
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
