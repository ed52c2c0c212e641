import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDemoServer } from '../../../src/node/demo/demoServer.ts';
import { atExit, spawnOwned } from './processes.mjs';
import { startServer } from '../workbench/server.ts';
import { findOnPath, npmCommand, root, SetupError } from './steps.mjs';

const starter = join(root, 'test/fixtures/starter');

const settings = {
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
};

/** Where this run keeps what is its own; all of it is gone afterwards. */
interface Scratch {
  readonly folder: string;
  readonly data: string;
}

/**
 * Builds the extension and shows it at work: in the desktop's VS Code where there is one, else in
 * one that a browser shows. Resolves, with the exit code, when that VS Code has ended.
 */
export async function startDemo(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'browser': { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: Boolean(process.env['CI']) },
    },
  });
  process.chdir(root);
  await build();
  const parent = await mkdtemp(join(tmpdir(), 'websocket-monitor-'));
  atExit(() => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }));
  const scratch = { folder: join(parent, 'demo'), data: join(parent, 'data') };
  await mkdir(scratch.folder);
  await writeJson(join(scratch.data, 'data/User'), 'settings.json', settings);
  const demo = await startDemoServer();
  process.env['MONITOR_DEMO_URL'] = demo.url;
  const desktop =
    values.browser || values['no-open'] || !hasDisplay() ? undefined : findOnPath('code');
  const code = await (desktop
    ? showOnDesktop(desktop, scratch)
    : serve(scratch, values['no-open']));
  await demo.dispose();
  return code;
}

async function build(): Promise<void> {
  const [command, ...before] = npmCommand();
  const builder = spawnOwned(command, [...before, 'run', '--silent', 'build'], {
    stdio: 'inherit',
  });
  const code = await new Promise(resolve => builder.once('error', resolve).once('exit', resolve));
  if (code !== 0) {
    throw new SetupError('The build failed. Mend what it names above, then try again.');
  }
}

function hasDisplay(): boolean {
  return (
    process.platform !== 'linux' ||
    Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
  );
}

async function showOnDesktop(code: string, { folder, data }: Scratch): Promise<number> {
  // Its own data folder makes it a VS Code of its own, beside whichever already runs.
  const args = [
    '--new-window',
    '--wait',
    '--user-data-dir',
    join(data, 'data'),
    '--extensions-dir',
    join(data, 'extensions'),
    '--disable-workspace-trust',
    `--extensionDevelopmentPath=${root}`,
    `--extensionDevelopmentPath=${starter}`,
    folder,
  ];
  const isScript = process.platform === 'win32';
  const child = spawnOwned(isScript ? `"${code}"` : code, args, {
    stdio: 'ignore',
    shell: isScript,
  });
  // The command may hand over to a process that is not its child; that one leaves its number here.
  atExit(() => {
    try {
      process.kill(Number(readFileSync(join(data, 'data/code.lock'), 'utf8')));
    } catch {
      // It has ended by itself.
    }
  });
  console.log('VS Code opens in its own window; closing it, or Ctrl+C here, ends everything.');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', status => resolve(status ?? 1));
  });
}

async function serve({ folder, data }: Scratch, isQuiet: boolean): Promise<number> {
  await writeJson(join(data, 'extensions'), 'extensions.json', [
    await installed(root),
    await installed(starter),
  ]);
  const token = randomBytes(16).toString('hex');
  const server = await startServer({ dataFolder: data, trust: true, token });
  const address = `http://127.0.0.1:${server.port}/?${new URLSearchParams({ tkn: token, folder }).toString()}`;
  console.log(`Open ${address}`);
  if (!isQuiet && hasDisplay()) {
    openInBrowser(address);
  }
  await server.ended;
  console.log('VS Code has ended.');
  return 1;
}

/** The entry by which VS Code knows an installed extension, wherever its folder is. */
async function installed(folder: string): Promise<unknown> {
  const { name, publisher, version } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; publisher: string; version: string };
  return {
    identifier: { id: `${publisher}.${name}` },
    version,
    location: { $mid: 1, path: folder, scheme: 'file' },
    metadata: {},
  };
}

function openInBrowser(address: string): void {
  const command = { darwin: 'open', linux: 'xdg-open' }[process.platform as string];
  const program = command === undefined ? undefined : findOnPath(command);
  if (program) {
    spawn(program, [address], { stdio: 'ignore', detached: true })
      .on('error', () => undefined)
      .unref();
  }
}

async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), JSON.stringify(value));
}
