import assert from 'node:assert/strict';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { end, spawnOwned } from '../support/run/processes.mjs';
import { until } from '../support/until.ts';

const root = join(import.meta.dirname, '../..');

/** What the build reads. */
const sources = [
  'esbuild.js',
  'esbuild.chunks.js',
  'esbuild.icons.js',
  'esbuild.notices.js',
  'package.json',
  'tsconfig.json',
  'src',
  'test/integration',
  'test/support',
];

interface Task {
  readonly label: string;
  readonly command?: string;
  readonly problemMatcher?: {
    readonly background: { readonly beginsPattern: string; readonly endsPattern: string };
  };
}

const { tasks } = JSON.parse(readFileSync(join(root, '.vscode/tasks.json'), 'utf8')) as {
  readonly tasks: readonly Task[];
};

it('the watcher of F5 says when it has built, and builds again after a change', async t => {
  const bundle = tasks.find(({ label }) => label === 'bundle');
  const { beginsPattern = '', endsPattern = '' } = bundle?.problemMatcher?.background ?? {};
  const [program, ...args] = bundle?.command?.split(' ') ?? [];
  assert.equal(program, 'node');
  // A copy, so that no other test finds a half-built bundle.
  const clone = mkdtempSync(join(tmpdir(), 'websocket-monitor-'));
  for (const name of sources) {
    cpSync(join(root, name), join(clone, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');

  let output = '';
  const child = spawnOwned(process.execPath, args, {
    cwd: clone,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(async () => {
    await end(child);
    rmSync(clone, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const count = (pattern: string) => output.match(RegExp(pattern, 'gm'))?.length ?? 0;
  const isBuilt = () => count(endsPattern) > 0 && count(endsPattern) >= count(beginsPattern);
  const isInDist = (mark: string) =>
    readdirSync(join(clone, 'dist'))
      .filter(name => /\.c?js$/.test(name))
      .some(name => readFileSync(join(clone, 'dist', name), 'utf8').includes(mark));

  await until('everything is built', isBuilt, 60_000);
  // What the editor loads first, what it loads later, the worker and the page.
  const changed = [
    'src/extension.ts',
    'src/services.ts',
    'src/node/captureWorker/main.ts',
    'src/webview/monitor/main.ts',
  ];
  for (const source of changed) {
    const file = join(clone, source);
    const mark = `changed ${source}`;
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nconsole.log('${mark}');\n`);
    await until(`${source} is built again`, () => isInDist(mark), 20_000);
  }
});
