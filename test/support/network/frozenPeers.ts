import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { letTimePass } from '../letTimePass.ts';
import { spawnOwned } from '../run/processes.mjs';

/** A server in a process of its own, which can be stopped in the middle of everything. */
export interface ChildServer {
  readonly url: string;
  readonly port: number;
  /** How many connections the child has accepted. */
  readonly connections: number;
  /** Stops the process: the kernel keeps its sockets open, but nobody reads or answers. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  dispose(): Promise<void>;
}

const programs = {
  /** Echoes messages and answers pings. */
  ws: `
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('listening', () => console.log(server.address().port));
    server.on('connection', socket => {
      console.log('connection');
      socket.on('error', () => {});
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });`,
  /** Accepts what fits into the shortest queue the system knows. */
  listener: `
    const { createServer } = await import('node:net');
    const server = createServer(() => console.log('connection'));
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
      console.log(server.address().port);
    });`,
} as const;

/** Needs a system with SIGSTOP; Windows has none. */
export async function childServer(program: keyof typeof programs = 'ws'): Promise<ChildServer> {
  const child = spawnOwned(process.execPath, ['--input-type=module', '-e', programs[program]], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) {
    throw new Error('The child has no output');
  }
  const lines = createInterface(child.stdout);
  const [first] = (await once(lines, 'line')) as [string];
  let connections = 0;
  lines.on('line', () => connections++);
  const port = Number(first);
  return {
    url: `ws://127.0.0.1:${port}/`,
    port,
    get connections() {
      return connections;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    dispose: async () => {
      lines.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}

/**
 * A port that swallows SYNs: a frozen listener whose queue is full. Linux only; other systems
 * refuse instead.
 */
export async function blackhole(): Promise<ChildServer> {
  const child = await childServer('listener');
  child.freeze();
  const fillers: Socket[] = [];
  for (let count = 0; count < 6; count++) {
    const filler = connect(child.port, '127.0.0.1');
    filler.on('error', () => undefined);
    fillers.push(filler);
    await Promise.race([once(filler, 'connect'), letTimePass(100, 'a swallowed SYN is silent')]);
  }
  return {
    ...child,
    connections: 0,
    dispose: async () => {
      fillers.forEach(filler => filler.destroy());
      await child.dispose();
    },
  };
}
