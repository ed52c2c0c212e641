import { Emitter } from '../../../src/core/base/event.ts';

/** A tab with a page, as the editor's `WebviewPanel`; a test plays the page in it. */
export class FakeWebviewPanel {
  readonly #onDidReceiveMessage = new Emitter<unknown>();
  readonly #onDidPost = new Emitter<unknown>();
  readonly #onDidDispose = new Emitter<undefined>();
  /** Never fired: it is always shown. */
  readonly onDidChangeViewState = new Emitter<undefined>().event;
  readonly onDidDispose = this.#onDidDispose.event;
  /** The host has posted a message to the page. */
  readonly onDidPost = this.#onDidPost.event;
  readonly visible = true;
  iconPath: unknown;
  readonly webview: {
    html: string;
    options: unknown;
    readonly cspSource: string;
    readonly asWebviewUri: (uri: { readonly path: string }) => string;
    readonly onDidReceiveMessage: Emitter<unknown>['event'];
    readonly postMessage: (message: unknown) => Promise<boolean>;
  };

  /** @param origin where the page's files are loaded from */
  constructor(origin: string) {
    this.webview = {
      html: '',
      options: {},
      cspSource: origin,
      asWebviewUri: ({ path }) => origin + path,
      onDidReceiveMessage: this.#onDidReceiveMessage.event,
      postMessage: message => {
        this.#onDidPost.fire(message);
        return Promise.resolve(true);
      },
    };
  }

  /** Hands a message of the page to the host. */
  receive(message: unknown): void {
    this.#onDidReceiveMessage.fire(message);
  }

  reveal(): void {
    // There is nothing in front of it.
  }

  dispose(): void {
    this.#onDidDispose.fire(undefined);
  }
}
