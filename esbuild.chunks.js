// @ts-check
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import esbuild from 'esbuild';

/**
 * Splits a CommonJS bundle of one entry at its dynamic imports, which esbuild does for ES modules
 * only: it is built as those, and each file is then translated. What several chunks need is in a
 * chunk of its own, so that there is one of each class.
 *
 * @param {import('esbuild').BuildOptions & {
 *   outdir: string, entryPoints: Readonly<Record<string, string>>
 * }} options
 * @param {readonly string[]} stages what is loaded before all other chunks, in that order
 * @returns {import('esbuild').BuildOptions}
 */
export function commonJsChunks(options, stages) {
  const [entry = ''] = Object.keys(options.entryPoints);
  return {
    ...options,
    format: 'esm',
    splitting: true,
    chunkNames: `${entry}-[name]-[hash]`,
    // For the second step, which takes it from the text.
    sourcemap: options.sourcemap ? 'inline' : false,
    write: false,
    plugins: [
      inStages(stages),
      {
        name: 'common-js-chunks',
        setup: build =>
          build.onEnd(async ({ metafile, outputFiles = [] }) => {
            if (metafile) {
              const files = await translate(
                outputFiles,
                chunkNames(metafile, entry, '.cjs'),
                options,
              );
              await replaceFiles(options.outdir, entry, files);
            }
          }),
      },
    ],
  };
}

/**
 * Splits a bundle of ES modules of one entry at its dynamic imports, into files whose names stay: the
 * first of those that are shared, `<entry>-shared1.js`, is the one that the entry imports.
 *
 * @param {import('esbuild').BuildOptions & {
 *   outdir: string, entryPoints: Readonly<Record<string, string>>
 * }} options
 * @param {readonly string[]} stages what is loaded before all other chunks, in that order
 * @returns {import('esbuild').BuildOptions}
 */
export function namedChunks(options, stages) {
  const [entry = ''] = Object.keys(options.entryPoints);
  return {
    ...options,
    splitting: true,
    chunkNames: `${entry}-[name]-[hash]`,
    write: false,
    plugins: [
      ...(options.plugins ?? []),
      inStages(stages),
      {
        name: 'named-chunks',
        setup: build =>
          build.onEnd(async ({ metafile, outputFiles = [] }) => {
            if (metafile) {
              const names = chunkNames(metafile, entry, '.js');
              const files = outputFiles.map(
                ({ path, text }) =>
                  /** @type {const} */ ([renamed(basename(path), names), renamed(text, names)]),
              );
              await replaceFiles(options.outdir, entry, new Map(files));
            }
          }),
      },
    ],
  };
}

/**
 * esbuild makes a file of every set of chunks that share something. Here each chunk says that it
 * needs the stages before it, which are loaded anyway, so that all that is in those is in one file.
 *
 * @param {readonly string[]} stages
 * @returns {import('esbuild').Plugin}
 */
function inStages(stages) {
  const paths = stages.map(stage => resolve(stage));
  return {
    name: 'in-stages',
    setup: build => {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        return kind === 'dynamic-import'
          ? { path: resolve(resolveDir, path), namespace: 'lazy' }
          : undefined;
      });
      build.onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => {
        const at = paths.indexOf(path);
        const before = at < 0 ? paths : paths.slice(0, at);
        const lines = before.map(stage => `import ${JSON.stringify(stage)};`);
        const contents = [...lines, `export * from ${JSON.stringify(path)};`].join('\n');
        return { contents, resolveDir: process.cwd() };
      });
    },
  };
}

/**
 * What esbuild calls the files, and their names without hash, so that no stale one is ever shipped.
 *
 * @param {import('esbuild').Metafile} metafile
 * @param {string} entry
 * @param {string} ending of the files
 * @returns {ReadonlyMap<string, string>}
 */
function chunkNames({ outputs }, entry, ending) {
  const paths = Object.keys(outputs).filter(path => path.endsWith(ending));
  const named = paths.filter(path => outputs[path]?.entryPoint !== undefined);
  const firstInput = /** @param {string} path */ path =>
    Object.keys(outputs[path]?.inputs ?? {})[0];
  const isAtOnce = /** @param {string} path */ path =>
    named.some(
      each =>
        basename(each) === `${entry}${ending}` &&
        outputs[each]?.imports.some(
          ({ path: to, kind }) => to === path && kind !== 'dynamic-import',
        ),
    );
  const order = /** @param {string} path */ path =>
    `${isAtOnce(path) ? 'a' : 'b'} ${String(firstInput(path))}`;
  const shared = paths
    .filter(path => !named.includes(path))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return new Map([
    ...named.map(path => [basename(path), basename(path).replace(/-[A-Z0-9]{8}\./, '.')]),
    ...shared.map((path, at) => [basename(path), `${entry}-shared${at + 1}${ending}`]),
  ]);
}

/**
 * @param {string} text
 * @param {ReadonlyMap<string, string>} names
 */
function renamed(text, names) {
  return [...names].reduce((code, [from, to]) => code.replaceAll(from, to), text);
}

/**
 * @param {readonly import('esbuild').OutputFile[]} outputs
 * @param {ReadonlyMap<string, string>} names
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<ReadonlyMap<string, string>>} texts by file names
 */
async function translate(outputs, names, { minify, sourcemap, target, outdir = '' }) {
  const files = new Map();
  for (const { path, text } of outputs) {
    const name = names.get(basename(path)) ?? basename(path);
    const { code, map } = await esbuild.transform(renamed(text, names), {
      minify,
      target,
      format: 'cjs',
      platform: 'node',
      sourcesContent: false,
      sourcemap: sourcemap ? 'external' : false,
      sourcefile: join(outdir, name),
      legalComments: 'none',
      // An import becomes a lazy require.
      supported: { 'dynamic-import': false },
    });
    files.set(name, map === '' ? code : `${code}//# sourceMappingURL=${name}.map\n`);
    if (map !== '') {
      files.set(`${name}.map`, map);
    }
  }
  return files;
}

/**
 * Writes the files in the place of those of an earlier build.
 *
 * @param {string} folder
 * @param {string} entry
 * @param {ReadonlyMap<string, string>} files
 */
async function replaceFiles(folder, entry, files) {
  await mkdir(folder, { recursive: true });
  const stale = (await readdir(folder)).filter(
    name => name.startsWith(`${entry}-`) && !files.has(name),
  );
  await Promise.all(stale.map(name => rm(join(folder, name))));
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)));
}
