import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CommandId } from '../../src/shared/ids.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: {
      readonly commandPalette: readonly { readonly command: string; readonly when: string }[];
    };
    readonly configuration: readonly {
      readonly properties: Readonly<Record<string, { readonly default: unknown }>>;
    }[];
  };
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const { contributes } = JSON.parse(read('package.json')) as Manifest;
const settings = Object.fromEntries(
  contributes.configuration.flatMap(section => Object.entries(section.properties)),
);

/** A row of the settings table: key, default, meaning. */
const row = /^\| `(websocketMonitor\.[^`]+)` *\| `?([^|]*?)`? *\| *(.*?) *\|$/gm;

describe('The README', () => {
  it('has a row for each setting, with its default and what it means', () => {
    const rows = [...read('README.md').matchAll(row)];
    assert.deepEqual(
      rows.map(([, key, value]) => `${key}: ${value}`).sort(),
      Object.entries(settings)
        .map(([key, setting]) => `${key}: ${JSON.stringify(setting.default)}`)
        .sort(),
    );
    assert.deepEqual(
      rows.filter(([, , , meaning]) => !meaning).map(([, key]) => key),
      [],
    );
  });

  it('has the commands of the palette by their whole titles, so that they are found there', () => {
    const texts = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
    const isHidden = ({ command }: { readonly command: string }) =>
      contributes.menus.commandPalette.some(
        item => item.command === command && item.when === 'false',
      );
    const titles = contributes.commands
      .filter(command => !isHidden(command))
      .map(({ title }) => texts[title.slice(1, -1)] ?? title);
    const [, table = ''] = /^\| command .*\n\| -.*\n((?:\|.*\n)+)/m.exec(read('README.md')) ?? [];
    const named = [...table.matchAll(/^\| (.*?) *\|/gm)].flatMap(([, cell = '']) =>
      cell.split(', '),
    );
    assert.deepEqual(named.sort(), titles.sort());
  });

  it('names only commands and settings that exist', () => {
    const names = new Set<string>([...Object.keys(settings), ...Object.values(CommandId)]);
    const named = read('README.md').match(/\bwebsocketMonitor\.[\w.]*\w/g) ?? [];
    assert.deepEqual(
      named.filter(name => !names.has(name)),
      [],
    );
  });
});
