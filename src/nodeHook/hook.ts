import { FollowedSocket, type Stream } from './followedSocket.ts';
import { isWebSocket, linesOf, pairs, type Header } from './httpHeads.ts';
import { InflaterPool } from './inflaterPool.ts';
import { patch } from './patch.ts';
import { builtin, now, quietly, soon } from './pristine.ts';
import { Teller, type Tell } from './teller.ts';

interface Opening {
  readonly url: string;
  readonly role: 'client' | 'server';
  readonly request: readonly Header[];
}

type OnUpgrade = (emitter: unknown, args: readonly unknown[]) => void;

/** Follows the WebSockets of the program that it runs in, from `new` until `stop`. */
export class Hook {
  readonly #hookRequire: ((id: string) => unknown) | undefined;
  readonly #onStopped: () => void;
  readonly #teller = new Teller(() => this.stop());
  readonly #inflaters: InflaterPool;
  readonly #undo: (() => void)[] = [];
  /** Those that are open. */
  readonly #followed = new Map<Stream, FollowedSocket>();
  #lastId = 0;
  #isStopped = false;

  /**
   * Waits until nothing of the program runs: the debugger may have interrupted it while it loads the modules
   * that are patched, and loading half of one breaks it. No socket comes before that. In a worker that
   * waits for the debugger, neither timers nor immediates can be used.
   */
  constructor(hookRequire: ((id: string) => unknown) | undefined, onStopped: () => void) {
    this.#hookRequire = hookRequire;
    this.#onStopped = onStopped;
    this.#inflaters = new InflaterPool(() => builtin('zlib', hookRequire));
    soon(() => quietly(() => this.#patch()));
  }

  get isHeard(): boolean {
    return this.#teller.isHeard;
  }

  tellTo(tell: Tell): void {
    this.#teller.begin(tell);
  }

  /** Leaves the program as if it had never been there. */
  stop(): void {
    if (this.#isStopped) {
      return;
    }
    this.#isStopped = true;
    const release = [...this.#followed.values()].map(followed => () => followed.release());
    for (const task of [...release, ...this.#undo, () => this.#teller.end()]) {
      quietly(task);
    }
    this.#followed.clear();
    this.#onStopped();
  }

  #patch(): void {
    if (this.#isStopped) {
      return;
    }
    const http = builtin('http', this.#hookRequire);
    if (http) {
      this.#patchEmit(http.ClientRequest.prototype, this.#onClientUpgrade);
      this.#patchEmit(http.Server.prototype, this.#onServerUpgrade);
    }
    const https = builtin('https', this.#hookRequire);
    if (https) {
      // Not a subclass of the other one.
      this.#patchEmit(https.Server.prototype, this.#onServerUpgrade);
    }
    const channel = builtin('diagnostics_channel', this.#hookRequire)?.channel(
      'undici:client:sendHeaders',
    );
    if (channel) {
      const onHeaders = (message: unknown) => quietly(() => this.#onUndici(message));
      channel.subscribe(onHeaders);
      this.#undo.push(() => channel.unsubscribe(onHeaders));
    }
    const onExit = () => quietly(() => this.#teller.lastWords());
    process.once('exit', onExit);
    this.#undo.push(() => process.removeListener('exit', onExit));
  }

  #patchEmit(prototype: object, onUpgrade: OnUpgrade): void {
    const undo = patch(prototype, 'emit', (emitter, [event, ...args]) => {
      if (event === 'upgrade') {
        onUpgrade(emitter, args);
      }
    });
    this.#undo.push(undo);
  }

  readonly #onClientUpgrade: OnUpgrade = (emitter, [answer, socket, head]) => {
    const request = emitter as import('node:http').ClientRequest;
    const response = answer as import('node:http').IncomingMessage;
    if (!isWebSocket(response.headers.upgrade)) {
      return;
    }
    const scheme = request.protocol === 'https:' ? 'wss' : 'ws';
    const host = String(request.getHeader('host') ?? request.host);
    const followed = this.#follow(socket as Stream, {
      url: `${scheme}://${host}${request.path}`,
      role: 'client',
      request: Object.entries(request.getHeaders()).map(([name, value]) => [name, String(value)]),
    });
    followed?.answered({
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? '',
      headers: pairs(response.rawHeaders),
    });
    followed?.push('in', head);
  };

  readonly #onServerUpgrade: OnUpgrade = (_emitter, [message, socket, head]) => {
    const request = message as import('node:http').IncomingMessage;
    if (isWebSocket(request.headers.upgrade)) {
      const { encrypted } = socket as { readonly encrypted?: boolean };
      const followed = this.#follow(socket as Stream, {
        url: `${encrypted === true ? 'wss' : 'ws'}://${request.headers.host ?? ''}${request.url ?? ''}`,
        role: 'server',
        request: pairs(request.rawHeaders),
      });
      followed?.skipHead('out', answer => followed.answered(answer));
      followed?.push('in', head);
    }
  };

  /** The global WebSocket and that of the package undici: they have their own HTTP. */
  #onUndici(message: unknown): void {
    const { request, headers, socket } = message as {
      readonly request: { readonly origin: unknown; readonly path: unknown };
      readonly headers: string;
      readonly socket: Stream;
    };
    if (!/^upgrade:\s*websocket\s*$/im.test(headers)) {
      return;
    }
    const followed = this.#follow(socket, {
      url: String(request.origin).replace(/^http/, 'ws') + String(request.path),
      role: 'client',
      request: linesOf(headers).slice(1),
    });
    followed?.skipHead('out');
    followed?.skipHead('in', answer => followed.answered(answer));
  }

  /** @returns `undefined` for one that is followed already: a program may hand an upgrade on by emitting it again */
  #follow(socket: Stream, opening: Opening): FollowedSocket | undefined {
    const known = this.#followed.get(socket);
    if (known?.isReadable) {
      return undefined;
    }
    known?.release();
    const id = ++this.#lastId;
    const followed = new FollowedSocket(socket, opening.role, {
      inflaters: this.#inflaters,
      say: (kind, ...facts) => this.#teller.say([id, kind, ...facts]),
      onClosed: () => {
        if (this.#followed.get(socket) === followed) {
          this.#followed.delete(socket);
        }
      },
    });
    this.#followed.set(socket, followed);
    this.#teller.say([id, 'open', now(), opening]);
    return followed;
  }
}
