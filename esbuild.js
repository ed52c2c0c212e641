// @ts-check
import { mkdir } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { commonJsChunks, namedChunks } from './esbuild.chunks.js';
import { iconFont } from './esbuild.icons.js';
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
  namedChunks(
    {
      ...forPage,
      entryPoints: { monitor: 'src/webview/monitor/main.ts' },
      outdir: 'dist',
      plugins: [iconFont('src/webview/widgets/icons.ts')],
    },
    ['src/webview/monitor/monitorPage.ts'],
  ),
  {
    // Evaluated in the programs that are debugged, on whatever Node they run.
    ...shared,
    entryPoints: { nodeHook: 'src/nodeHook/main.ts' },
    outdir: 'dist',
    platform: 'node',
    format: 'iife',
    target: 'node18',
    sourcemap: false,
  },
  {
    // Runs on the editor's Node, which may be older than what the tests run on.
    ...forNode,
    entryPoints: { decoderChild: 'src/decoderChild/main.ts' },
    outdir: 'dist',
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

async function main() {
  await mkdir('dist', { recursive: true });
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
