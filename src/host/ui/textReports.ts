import { EventEmitter, Uri, window, workspace } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';

/** Of the addresses of reports. */
const scheme = 'websocket-monitor-report';
const mostKept = 20;

/** Plain texts that are shown in an editor which nothing can be written in. */
export class TextReports implements Disposable {
  readonly #store = new DisposableStore();
  readonly #onDidChange = this.#store.add(new EventEmitter<Uri>());
  readonly #texts = new Map<string, string>();
  #count = 0;

  constructor() {
    this.#store.add(
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#onDidChange.event,
        provideTextDocumentContent: ({ path }) => this.#texts.get(path) ?? '',
      }),
    );
  }

  /** @param title names the tab */
  async show(title: string, text: string): Promise<void> {
    const path = `/${++this.#count}/${title}.txt`;
    this.#texts.set(path, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > mostKept && oldest !== undefined) {
      this.#texts.delete(oldest);
    }
    const document = await workspace.openTextDocument(Uri.from({ scheme, path }));
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
