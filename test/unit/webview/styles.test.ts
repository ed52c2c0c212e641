import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const source = join(import.meta.dirname, '../../../src');

function read(folder: string, ending: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter(name => name.endsWith(ending))
      .map(name => [name, readFileSync(join(source, folder, name), 'utf8')] as const),
  );
}

const sheets = new Map(
  [...read('webview', '.css')].map(
    ([name, css]) => [name, css.replace(/\/\*.*?\*\//gs, '')] as const,
  ),
);

describe('The styles', () => {
  it('take their colours from the theme', () => {
    assert.ok(sheets.size > 5);
    const colour = /(#[0-9a-f]{3,8}\b(?=[^{}]*[;}])|\b(rgb|hsl|hwb|lab|lch|oklch)a?\([^)]*\))/gi;
    assert.deepEqual(
      [...sheets].flatMap(([name, css]) => (css.match(colour) ?? []).map(each => [name, each])),
      [],
    );
  });

  it('have rules only for classes that the sources name', () => {
    const words = new Set(
      ['webview', 'shared', 'core']
        .flatMap(folder => [...read(folder, '.ts').values()])
        .flatMap(text => text.match(/[\w-]+/g) ?? []),
    );
    // The editor sets the first, the icons' own sheet has the next, and the last two end in a number.
    const isMade = (name: string) => /^(vscode|codicon|colour|shape)-/.test(name);
    const unused = [...sheets].flatMap(([name, css]) => {
      const selectors = css.replace(/\{[^{}]*\}/g, '{}');
      const classes = [...selectors.matchAll(/\.([a-z][\w-]*)(?![^;]*\.css)/gi)];
      return classes.flatMap(([, each = '']) =>
        isMade(each) || words.has(each) ? [] : [`${name}: .${each}`],
      );
    });
    assert.deepEqual(unused, []);
  });

  it('use variables of our own only if they are set', () => {
    const set = new Set([...sheets.values()].flatMap(css => css.match(/--wsm-[\w-]+(?=:)/g) ?? []));
    const used = [...sheets.values()].flatMap(css => css.match(/--wsm-[\w-]+(?=[,)])/g) ?? []);
    assert.ok(used.length > 0);
    assert.deepEqual(
      used.filter(name => !set.has(name)),
      [],
    );
  });
});
