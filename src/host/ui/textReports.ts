import { EventEmitter, Uri, type ViewColumn, window, workspace } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';

const maxKept = 20;

/** Plain texts that are shown in a read-only editor. The latest 20 can be opened. */
export class TextReports implements Disposable {
  readonly #store = new DisposableStore();
  readonly #onDidChange = this.#store.add(new EventEmitter<Uri>());
  readonly #texts = new Map<string, string>();
  readonly #scheme: string;
  #count = 0;

  /** @param scheme of the URIs, which no other instance has */
  constructor(scheme = 'websocket-monitor-report') {
    this.#scheme = scheme;
    this.#store.add(
      workspace.registerTextDocumentContentProvider(scheme, {
        onDidChange: this.#onDidChange.event,
        provideTextDocumentContent: ({ path }) => this.#texts.get(path) ?? '',
      }),
    );
  }

  /**
   * @param title the name of the tab
   * @param column where it opens; by default where the user is
   */
  async show(title: string, text: string, column?: ViewColumn): Promise<void> {
    const path = `/${++this.#count}/${title}.txt`;
    this.#texts.set(path, text);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > maxKept && oldest !== undefined) {
      this.#texts.delete(oldest);
    }
    const document = await workspace.openTextDocument(Uri.from({ scheme: this.#scheme, path }));
    await window.showTextDocument(document, {
      preview: true,
      ...(column === undefined ? {} : { viewColumn: column }),
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
