import { connect, type Socket } from 'node:net';
import { answer, listen, readHead, type Peer, type PeerOptions } from './peers.ts';

/** A proxy. Host names that end in `.test` are this machine for it, and for nobody else. */
export interface Proxy extends Peer {
  /** What was asked of it: `CONNECT host:port`, `GET http://host:port/path` or `SOCKS host:port`. */
  readonly asked: readonly string[];
}

export interface ProxyOptions extends PeerOptions {
  /** `user:password` that it wants to see; answers 407 otherwise. */
  readonly auth?: string;
  /** Answers each CONNECT, or each request for a SOCKS proxy, with this status or reply code. */
  readonly deny?: number;
}

export interface HttpProxyOptions extends ProxyOptions {
  /** Drops `Upgrade` and `Connection` from what it forwards, as RFC 9110, section 7.6.1 allows. */
  readonly strip?: boolean;
}

/** Connects to where a name leads as the proxies of the tests see it. */
function dial(host: string, port: number): Socket {
  const upstream = connect(port, host.endsWith('.test') ? '127.0.0.1' : host);
  upstream.on('error', () => undefined);
  return upstream;
}

/** Copies both ways; the end of the one is the end of the other. */
function join(client: Socket, upstream: Socket): void {
  client.pipe(upstream);
  upstream.pipe(client);
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}

/**
 * An HTTP proxy: tunnels on CONNECT, forwards requests with an absolute URL. With `tls` it is an
 * `https:` proxy.
 */
export async function connectProxy(options: HttpProxyOptions = {}): Promise<Proxy> {
  const { auth, deny, strip = false, ...rest } = options;
  const asked: string[] = [];
  const requests: string[] = [];
  const peer = await listen(
    socket => readHead(socket, head => serve(socket, head)),
    rest,
    requests,
  );

  function serve(client: Socket, head: string): void {
    requests.push(head);
    const [method = '', url = ''] = head.split(' ');
    asked.push(`${method} ${url}`);
    const wanted = auth && `proxy-authorization: basic ${Buffer.from(auth).toString('base64')}`;
    if (wanted && !head.toLowerCase().includes(wanted.toLowerCase())) {
      const challenge = { 'Proxy-Authenticate': 'Basic realm="tests"', 'Connection': 'close' };
      client.end(answer('407 Proxy Authentication Required', challenge, 'Sign in first'));
    } else if (method === 'CONNECT' && deny) {
      client.end(answer(deny, { Connection: 'close' }, 'Denied'));
    } else if (method === 'CONNECT') {
      const { hostname, port } = new URL(`tunnel://${url}`);
      const upstream = dial(hostname.replace(/^\[|\]$/g, ''), Number(port));
      upstream.once('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        join(client, upstream);
      });
      upstream.once('error', () => client.end(answer('502 Bad Gateway', {}, 'No such host')));
    } else {
      forward(client, head, new URL(url));
    }
  }

  function forward(client: Socket, head: string, url: URL): void {
    const upstream = dial(url.hostname, Number(url.port || 80));
    const dropped = strip ? /^(proxy-|connection:|upgrade:)/i : /^proxy-/i;
    const [first = '', ...lines] = head.trimEnd().split('\r\n');
    const request = first.replace(url.origin, '');
    const kept = lines.filter(line => !dropped.test(line));
    upstream.write(`${[request, ...kept].join('\r\n')}\r\n\r\n`);
    upstream.once('error', () => client.end(answer('502 Bad Gateway')));
    join(client, upstream);
  }

  const scheme = rest.tls ? 'https' : 'http';
  return Object.assign(peer, { asked, url: `${scheme}://127.0.0.1:${peer.port}` });
}

/** A SOCKS5 proxy (RFC 1928), with a user name and password (RFC 1929) where `auth` is set. */
export async function socksProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const { auth, deny = 0, ...rest } = options;
  const asked: string[] = [];
  const peer = await listen(client => void serve(client).catch(() => client.destroy()), rest);

  async function serve(client: Socket): Promise<void> {
    const read = reader(client);
    const [, count = 0] = await read(2);
    const methods = await read(count);
    const method = auth ? 2 : 0;
    if (!methods.includes(method)) {
      client.end(Buffer.from([5, 0xff]));
      return;
    }
    client.write(Buffer.from([5, method]));
    if (auth) {
      const user = await read((await read(2)).at(1) ?? 0);
      const password = await read((await read(1)).at(0) ?? 0);
      const isRight = `${user.toString()}:${password.toString()}` === auth;
      client.write(Buffer.from([1, isRight ? 0 : 1]));
      if (!isRight) {
        client.end();
        return;
      }
    }
    const [, , , type = 0] = await read(4);
    const host = await readHost(read, type);
    const port = (await read(2)).readUInt16BE();
    asked.push(`SOCKS ${host}:${port}`);
    const reply = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
    if (deny) {
      client.end(reply(deny));
      return;
    }
    const upstream = dial(host, port);
    upstream.once('error', () => client.end(reply(5)));
    upstream.once('connect', () => {
      client.write(reply(0));
      join(client, upstream);
    });
  }

  return Object.assign(peer, { asked, url: `socks5://127.0.0.1:${peer.port}` });
}

type Read = (length: number) => Promise<Buffer>;

async function readHost(read: Read, type: number): Promise<string> {
  switch (type) {
    case 1:
      return [...(await read(4))].join('.');
    case 3:
      return (await read((await read(1)).at(0) ?? 0)).toString();
    default: {
      const groups = (await read(16)).toString('hex').match(/.{4}/g) ?? [];
      return groups.map(group => group.replace(/^0+(?=.)/, '')).join(':');
    }
  }
}

/** Reads so many bytes of a socket at a time, and leaves the rest to whoever comes after. */
function reader(socket: Socket): Read {
  socket.pause();
  return async length => {
    for (;;) {
      const bytes = length === 0 ? Buffer.alloc(0) : (socket.read(length) as Buffer | null);
      if (bytes) {
        return bytes;
      }
      await new Promise<void>((resolve, reject) => {
        socket.once('readable', resolve);
        socket.once('close', () => reject(new Error('The client went away')));
      });
    }
  };
}
