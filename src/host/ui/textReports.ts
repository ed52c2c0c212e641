import { EventEmitter, Uri, window, workspace } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';

/** The URI scheme of reports. */
const scheme = 'websocket-monitor-report';
const maxKept = 20;

/** Plain texts that are shown in a read-only editor. The latest 20 can be opened. */
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

  /** @param title the name of the tab */
  async show(title: string, text: string): Promise<void> {
    const path = `/${++this.#count}/${title}.txt`;
    this.#texts.set(path, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > maxKept && oldest !== undefined) {
      this.#texts.delete(oldest);
    }
    const document = await workspace.openTextDocument(Uri.from({ scheme, path }));
    await window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
