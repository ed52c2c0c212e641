import { join } from 'node:path';
import { end, spawnOwned } from '../run/processes.mjs';
import { ensureWorkbench, findNode24 } from '../run/setup.mjs';

export interface ServerOptions {
  /** Receives extensions, settings and logs. */
  readonly dataFolder: string;
  /** Whether every folder is trusted; otherwise it is for the user to say. */
  readonly trust: boolean;
  /** What a browser must show to be let in; without it, anybody on this machine is. */
  readonly token?: string;
  /** Whether the page's address may name an extension under development and its tests. */
  readonly acceptsPayload?: boolean;
}

export interface Server {
  readonly port: number;
  /** Resolves when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Starts the server of a VS Code without a desktop, on a free port of the loopback interface. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const code = await ensureWorkbench();
  const child = spawnOwned(
    findNode24(),
    [
      join(code, 'out/server-main.js'),
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      ...(options.token === undefined
        ? ['--without-connection-token']
        : ['--connection-token', options.token]),
      '--accept-server-license-terms',
      '--server-data-dir',
      options.dataFolder,
      '--disable-telemetry',
      '--reconnection-grace-time',
      '10',
      ...(options.trust ? ['--disable-workspace-trust'] : []),
      ...(options.acceptsPayload ? ['--enable-smoke-test-driver'] : []),
    ],
    { cwd: code, env: ownEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  let port: number | undefined;
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const isReady = new Promise<void>(resolve => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000);
        port ??= Number(/agent listening on (\d+)/.exec(output)?.[1]) || undefined;
        if (port !== undefined && text.includes('Extension host agent started')) {
          resolve();
        }
      });
    }
  });
  const limit = AbortSignal.timeout(60_000);
  const isLate = new Promise<void>(resolve => limit.addEventListener('abort', () => resolve()));
  await Promise.race([isReady, ended, isLate]);
  if (port === undefined || child.exitCode !== null) {
    await end(child);
    throw new Error(`The VS Code server did not start:\n${output}`);
  }
  return { port, ended, close: () => end(child) };
}

/** This process's environment without what a surrounding VS Code has put there. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name)),
  );
}
