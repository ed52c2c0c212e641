// @ts-check
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import esbuild from 'esbuild';
import subsetFont from 'subset-font';

const source = 'node_modules/@vscode/codicons/dist';

/** The rule that gives an icon its character. */
const iconRule = /^\.codicon-([\w-]+):before \{ content: "\\([0-9a-f]+)" \}\n?/gm;

/**
 * Writes the icon font and its sheet with the icons that a module exports as `iconNames`, and again when
 * that module has changed: with its hundreds of others it would be a tenth of what users download.
 *
 * @param {string} list the module's path
 * @returns {import('esbuild').Plugin} for a bundle that the module is part of
 */
export function iconFont(list) {
  const path = resolve(list);
  return {
    name: 'icon-font',
    setup: build => {
      build.onLoad({ filter: /icons\.ts$/ }, async ({ path: loaded }) => {
        if (loaded === path) {
          await writeIcons(await namesIn(path), build.initialOptions.outdir ?? '.');
        }
        return undefined;
      });
    },
  };
}

/**
 * Translated here, since not every Node that may run a build imports TypeScript, and none imports a
 * file anew.
 *
 * @param {string} path
 * @returns {Promise<ReadonlySet<string>>}
 */
async function namesIn(path) {
  const { code } = await esbuild.transform(await readFile(path, 'utf8'), { loader: 'ts' });
  const { iconNames } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return new Set(iconNames);
}

/**
 * @param {ReadonlySet<string>} names
 * @param {string} folder
 * @throws where the font has no icon of a name
 */
async function writeIcons(names, folder) {
  const [css, font] = await Promise.all([
    readFile(join(source, 'codicon.css'), 'utf8'),
    readFile(join(source, 'codicon.ttf')),
  ]);
  const characters = new Map(
    [...css.matchAll(iconRule)].map(([, name = '', code = '']) => [name, parseInt(code, 16)]),
  );
  const text = [...names].map(name => {
    const character = characters.get(name);
    if (character === undefined) {
      throw new Error(`The icon font has no icon "${name}".`);
    }
    return String.fromCodePoint(character);
  });
  const sheet = css.replace(iconRule, (rule, name) => (names.has(name) ? rule : ''));
  await writeFile(join(folder, 'codicon.css'), sheet);
  await writeFile(join(folder, 'codicon.ttf'), await subsetFont(font, text.join('')));
}
