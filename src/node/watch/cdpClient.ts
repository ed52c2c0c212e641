import WebSocket from 'ws';
import { isObject } from '../../core/json/json.ts';

/** Where js-debug shares its connection to a target. The path is a secret. */
export interface CdpAddress {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
}

export interface CdpListener {
  onEvent(method: string, params: unknown): void;
  /** Called once, when nothing more will come. */
  onEnd(): void;
}

/** A connection to one target of a debugger, in the Chrome DevTools Protocol. */
export interface CdpClient {
  /**
   * Resolves to the result of a command. Rejects if the target refuses it, does not answer in time, or
   * the connection ends.
   */
  send(method: string, params?: object): Promise<unknown>;
  close(): void;
}

/** A message of 20 MB comes as 27 MB of base64; Node makes no string above 512 MiB. */
const maxPayload = 500 * 1024 * 1024;
const connectTimeoutMs = 20_000;
const answerTimeoutMs = 20_000;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Rejects if nothing answers there. */
export function connectCdp(address: CdpAddress, listener: CdpListener): Promise<CdpClient> {
  const { host, port, path = '' } = address;
  const isNear = /^(localhost|127\.|\[?::1)/.test(host);
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  // Compression costs more than it saves where no network is between.
  const options = { perMessageDeflate: !isNear, maxPayload, handshakeTimeout: connectTimeoutMs };
  const ws = new WebSocket(`ws://${authority}:${port}${path}`, options);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  const settle = (id: number, task: (each: Waiting) => void) => {
    const each = waiting.get(id);
    if (each) {
      waiting.delete(id);
      clearTimeout(each.timer);
      task(each);
    }
  };
  ws.on('message', (data: Buffer) => {
    const message = parse(data);
    if (!message) {
      return;
    }
    const { id, method, params, result, error } = message;
    if (typeof method === 'string') {
      listener.onEvent(method, params);
    } else if (typeof id === 'number') {
      settle(id, ({ resolve, reject }) =>
        isObject(error) ? reject(new Error(String(error['message']))) : resolve(result),
      );
    }
  });

  const client: CdpClient = {
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        if (ws.readyState !== WebSocket.OPEN) {
          reject(new Error(`${method}: the connection to the debugger has ended`));
          return;
        }
        const late = () =>
          settle(id, each => each.reject(new Error(`${method} was not answered in time`)));
        waiting.set(id, { resolve, reject, timer: setTimeout(late, answerTimeoutMs).unref() });
        ws.send(JSON.stringify({ id, method, params }));
      }),
    close: () => ws.close(),
  };

  return new Promise((resolve, reject) => {
    let hasOpened = false;
    ws.once('open', () => {
      hasOpened = true;
      resolve(client);
    });
    // A close follows an error, too.
    ws.on('error', error => reject(error));
    ws.once('close', () => {
      for (const id of [...waiting.keys()]) {
        settle(id, each => each.reject(new Error('The connection to the debugger has ended')));
      }
      reject(new Error('The connection to the debugger has ended'));
      if (hasOpened) {
        listener.onEnd();
      }
    });
  });
}

function parse(data: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const message: unknown = JSON.parse(data.toString());
    return isObject(message) ? message : undefined;
  } catch {
    return undefined; // Not CDP, or nested too deep to be read.
  }
}
