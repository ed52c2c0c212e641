// @ts-check
import { cp, mkdir, rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { commonJsChunks } from './esbuild.chunks.js';
import { writeNotices } from './esbuild.notices.js';

const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: flags.has('--watch') ? 'info' : 'warning',
  metafile: true,
};

/** @type {import('esbuild').BuildOptions} */
const forNode = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // The CommonJS form of jsonc-parser requires its parts in a way that cannot be bundled.
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.cjs' },
  // bufferutil and utf-8-validate are optional native helpers of ws, which does without them.
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
};

/** @type {import('esbuild').BuildOptions} */
const forPage = {
  ...shared,
  outdir: 'dist',
  platform: 'browser',
  format: 'esm',
  target: 'chrome134',
};

/** One bundle for each process: the extension host, the capture worker, each page. */
/** @type {import('esbuild').BuildOptions[]} */
const product = [
  commonJsChunks({ ...forNode, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist' }, [
    'src/extension.ts',
    'src/services.ts',
  ]),
  commonJsChunks(
    {
      ...forNode,
      entryPoints: { captureWorker: 'src/node/captureWorker/main.ts' },
      outdir: 'dist',
    },
    ['src/node/captureWorker/main.ts'],
  ),
  {
    ...forPage,
    entryPoints: { monitor: 'src/webview/monitor/main.ts' },
    splitting: true,
    // The host names monitor-chunk.js, which is what the page shares with what it loads later.
    chunkNames: 'monitor-[name]',
  },
  { ...forPage, entryPoints: { connectionForm: 'src/webview/connectionForm/main.ts' } },
];

/** Only the integration suite needs bundling: VS Code's loader takes no TypeScript. */
const integrationTests = () => ({
  ...forNode,
  entryPoints: [
    'test/integration/index.ts',
    ...readdirSync('test/integration')
      .filter(name => name.endsWith('.test.ts'))
      .map(name => join('test/integration', name)),
  ],
  outdir: 'out/integration',
  external: [...(forNode.external ?? []), 'mocha'],
});

/** What `npm run bench` measures inside the extension host. */
const hostBench = () => ({
  ...forNode,
  entryPoints: ['test/bench/host.ts', 'test/bench/timedExtension.ts'],
  outdir: 'out/bench',
});

async function copyIconFont() {
  await mkdir('dist', { recursive: true });
  const from = 'node_modules/@vscode/codicons/dist';
  for (const name of ['codicon.css', 'codicon.ttf']) {
    await cp(join(from, name), join('dist', name));
  }
}

/** The chunks of a page that an earlier build made would be packaged with the others. */
async function removeStaleChunks() {
  const stale = readdirSync('dist').filter(name => name.startsWith('monitor-'));
  await Promise.all(stale.map(name => rm(join('dist', name))));
}

async function main() {
  await copyIconFont();
  await removeStaleChunks();
  const builds = [
    ...product,
    ...(flags.has('--tests') ? [integrationTests()] : []),
    ...(flags.has('--bench') ? [hostBench()] : []),
  ];
  const contexts = await Promise.all(builds.map(options => esbuild.context(options)));
  if (flags.has('--watch')) {
    // All of it once, so that the first "build finished" means that everything is there.
    await Promise.allSettled(contexts.map(context => context.rebuild()));
    await Promise.all(contexts.map(context => context.watch()));
    return;
  }
  try {
    const results = await Promise.all(contexts.map(context => context.rebuild()));
    await writeNotices(results.slice(0, product.length), join('dist', 'ThirdPartyNotices.txt'));
    if (results.some(result => result.warnings.length > 0)) {
      process.exitCode = 1;
    }
  } finally {
    await Promise.all(contexts.map(context => context.dispose()));
  }
}

if (import.meta.filename === process.argv[1]) {
  main().catch(error => {
    process.exitCode = 1;
    if (!('errors' in error)) {
      console.error(error); // of the others, esbuild has said why
    }
  });
}
