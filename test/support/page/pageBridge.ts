import type { FakeWebviewPanel } from '../host/fakeWebview.ts';
import type { ComposerView } from '../../../src/shared/composerProtocol.ts';
import type { PanelView, ToHost, ToPage } from '../../../src/shared/monitorProtocol.ts';

/**
 * The message port between a page and the host's panel. It keeps what the page asked, and a test can
 * let a request fail on its way, or something happen before it arrives.
 */
export class PageBridge {
  /** Every request, as the page sent it. */
  readonly requests: ToHost[] = [];
  /** The largest number of `rows` requests that were open at once. */
  maxOpenRows = 0;
  /** What the page was last told that it shows. */
  view: PanelView | undefined;
  /** How many messages of the composer's history the page knows. */
  historyLength = 0;
  readonly #panel: FakeWebviewPanel;
  readonly #openRows = new Set<number>();
  readonly #failures = new Map<string, string>();
  readonly #meanwhile = new Map<string, () => void>();
  #list: ToPage | undefined;
  #post: ((message: ToPage) => void) | undefined;

  constructor(panel: FakeWebviewPanel) {
    this.#panel = panel;
    panel.onDidPost(message => this.#forward(message as ToPage));
  }

  /** Where the page takes its messages. */
  attach(post: (message: ToPage) => void): void {
    this.#post = post;
  }

  /** A message of the page. */
  take(message: ToHost): void {
    this.requests.push(message);
    const { id, request } = message;
    const sentence = this.#failures.get(request);
    if (sentence !== undefined) {
      this.#failures.delete(request);
      this.#post?.({ id, error: sentence });
      return;
    }
    this.#meanwhile.get(request)?.();
    this.#meanwhile.delete(request);
    if (request === 'rows') {
      this.#openRows.add(id);
      this.maxOpenRows = Math.max(this.maxOpenRows, this.#openRows.size);
    }
    if (request === 'ready' && this.#list) {
      // The host does not know when the page begins to listen: a list may come before the answer.
      this.#post?.(this.#list);
    }
    this.#panel.receive(message);
  }

  /** The next request of this name fails with this sentence. */
  failNext(request: ToHost['request'], sentence: string): void {
    this.#failures.set(request, sentence);
  }

  /** Does something while the next request of this name is on its way. */
  beforeNext(request: ToHost['request'], action: () => void): void {
    this.#meanwhile.set(request, action);
  }

  /** The parameters of all requests of this name. */
  paramsOf(request: ToHost['request']): readonly unknown[] {
    return this.requests.filter(each => each.request === request).map(({ params }) => params);
  }

  #forward(message: ToPage): void {
    if ('event' in message) {
      if (message.event === 'list.changed') {
        this.#list = message;
      }
      if (message.event === 'composer.changed') {
        this.historyLength = (message.value as ComposerView | undefined)?.history.length ?? 0;
      }
      if (message.event === 'view.changed') {
        this.view = message.value as PanelView;
      }
    } else {
      this.#openRows.delete(message.id);
      const result = 'result' in message ? message.result : undefined;
      if (typeof result === 'object' && result !== null && 'view' in result) {
        this.view = result.view as PanelView;
      }
    }
    this.#post?.(message);
  }
}
