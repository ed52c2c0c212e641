// @ts-check
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Shipped as a file, which no bundle has among its inputs. */
const iconFont = '@vscode/codicons';

/**
 * Writes the licences of everything that the bundles are made of: most of them ask that their text goes
 * with each copy.
 *
 * @param {readonly import('esbuild').BuildResult[]} results with their metafiles
 * @param {string} file
 */
export async function writeNotices(results, file) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  const packages = new Set([iconFont, ...inputs.flatMap(input => packageOf(input) ?? [])]);
  const notices = await Promise.all([...packages].sort().map(noticeOf));
  const heading =
    'WebSocket Monitor contains the following software of others, each under its own licence.';
  await writeFile(file, [heading, ...notices].join(`\n\n${'-'.repeat(80)}\n\n`));
}

/** @param {string} input @returns {string | undefined} */
function packageOf(input) {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

/** @param {string} name @throws where a package says nothing of its licence */
async function noticeOf(name) {
  const folder = join('node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter(each => /^(licen[cs]e|notice)/i.test(each)).sort();
  if (files.length === 0) {
    throw new Error(`${name} has no file with its licence.`);
  }
  const texts = await Promise.all(files.map(each => readFile(join(folder, each), 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map(text => text.trim())].join('\n\n');
}
