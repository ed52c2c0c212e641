import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { iconNames } from '../../../src/webview/widgets/icons.ts';

const root = join(import.meta.dirname, '../../..');
const pages = join(root, 'src/webview');
const list = join('widgets', 'icons.ts');

/** What the pages are made of, apart from the list of the icons. */
const sources = readdirSync(pages, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && name !== list)
  .map(name => [name, readFileSync(join(pages, name), 'utf8')] as const);

const names: ReadonlySet<string> = new Set(iconNames);
const sheet = readFileSync(join(root, 'dist/codicon.css'), 'utf8');
const shipped = new Map(
  [...sheet.matchAll(/^\.codicon-([\w-]+):before \{ content: "\\([0-9a-f]+)" \}/gm)].map(
    ([, name = '', code = '']) => [name, parseInt(code, 16)] as const,
  ),
);

/** The characters of a font that have a glyph, by the segments of its `cmap` (format 4). */
function charactersIn(font: Buffer): readonly number[] {
  const tableAt = (tag: string) => {
    const entry = font.indexOf(tag, 12, 'latin1');
    return font.readUInt32BE(entry + 8);
  };
  const cmap = tableAt('cmap');
  const tables = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, at) =>
    font.readUInt32BE(cmap + 4 + at * 8 + 4),
  );
  const table = tables.map(at => cmap + at).find(at => font.readUInt16BE(at) === 4);
  assert.ok(table !== undefined, 'no table of characters');
  const size = font.readUInt16BE(table + 6);
  return Array.from({ length: size / 2 }, (_, segment) => {
    const end = font.readUInt16BE(table + 14 + segment * 2);
    const start = font.readUInt16BE(table + 16 + size + segment * 2);
    return Array.from({ length: end - start + 1 }, (_, at) => start + at);
  })
    .flat()
    .filter(character => character !== 0xffff);
}

const sorted = (values: Iterable<number>) => [...new Set(values)].sort((a, b) => a - b);

describe('The icons of the pages', () => {
  it('are all in the list, which the types of those that show one come from', () => {
    const written = sources.flatMap(([name, text]) =>
      [...text.matchAll(/codicon-(?!modifier-)([\w-]+)/g)].map(([, icon = '']) => [name, icon]),
    );
    assert.ok(written.length > 5);
    assert.deepEqual(
      written.filter(([, icon = '']) => !names.has(icon)),
      [],
    );
    assert.deepEqual(
      sources.filter(([, text]) => text.includes('codicon-${')).map(([name]) => name),
      [],
      'iconClass makes these classes, so that their icons are known',
    );
  });

  it('are no more than the sources name', () => {
    const words = new Set(
      sources.flatMap(([, text]) =>
        [...text.matchAll(/'([\w-]+)'|codicon-([\w-]+)/g)].map(([, a, b]) => a ?? b),
      ),
    );
    assert.deepEqual(
      iconNames.filter(name => !words.has(name)),
      [],
    );
    assert.equal(names.size, iconNames.length, 'one is there twice');
  });

  it('are in the sheet and in the font that are shipped, and no others', () => {
    assert.deepEqual([...shipped.keys()].sort(), [...names].sort());
    const characters = charactersIn(readFileSync(join(root, 'dist/codicon.ttf')));
    assert.deepEqual(sorted(characters), sorted(shipped.values()));
  });

  it('have the characters that the whole sheet gives them', () => {
    const whole = 'node_modules/@vscode/codicons/dist/codicon.css';
    const rules = readFileSync(join(root, whole), 'utf8').split('\n');
    assert.deepEqual(
      sheet.split('\n').filter(line => !rules.includes(line)),
      [],
    );
  });
});
