import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ConnectionMarks } from '../../../src/host/connections/connectionMarks.ts';
import { markOf } from '../../../src/shared/connectionMarks.ts';

const kinds = ['dark', 'light', 'highContrast', 'highContrastLight'] as const;
type Kind = (typeof kinds)[number];
interface Manifest {
  readonly contributes: {
    readonly colors: readonly {
      readonly id: string;
      readonly defaults: Readonly<Record<Kind, string>>;
    }[];
  };
}

const { colors } = (JSON.parse(readFileSync('package.json', 'utf8')) as Manifest).contributes;

/** What marks stand on in the themes that VS Code brings along: editor, side bar, menu, selection. */
const backgrounds: Readonly<Record<Kind, readonly string[]>> = {
  dark: [
    '#1f1f1f',
    '#181818',
    '#313131',
    '#1e1e1e',
    '#252526',
    '#2a2d2e',
    '#37373d',
    '#04395e',
    '#272822',
    '#1e1f1c',
    '#221a0f',
    '#362712',
    '#390000',
    '#330000',
    '#002451',
    '#001c40',
    '#000c18',
    '#060621',
    '#002b36',
    '#00212b',
  ],
  light: [
    '#ffffff',
    '#f8f8f8',
    '#f3f3f3',
    '#f5f5f5',
    '#f2f2f2',
    '#fdf6e3',
    '#eee8d5',
    '#e4e6f1',
    '#e8e8e8',
  ],
  highContrast: ['#000000'],
  highContrastLight: ['#ffffff'],
};

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

describe('The mark of a connection', () => {
  it('has colours that the manifest contributes', () => {
    const used = new Set(Array.from({ length: 100 }, (_, number) => markOf(number).colourId));
    assert.deepEqual([...used].sort(), colors.map(({ id }) => id).sort());
  });

  for (const kind of kinds) {
    it(`has opaque colours with enough contrast for ${kind} themes`, () => {
      for (const { id, defaults } of colors) {
        const colour = defaults[kind];
        assert.match(colour, /^#[0-9a-f]{6}$/);
        for (const background of backgrounds[kind]) {
          const ratio = contrast(colour, background);
          // The tree writes the name in it, and text needs more than a mark.
          assert.ok(ratio >= 4.5, `${id} on ${background}: ${ratio.toFixed(2)}`);
        }
      }
    });
  }

  it('differs from its neighbours by its shape, and by its colour', () => {
    for (let number = 0; number < 60; number++) {
      for (const other of [number + 1, number + 2, number + 3, number + 4]) {
        assert.notEqual(markOf(number).shape, markOf(other).shape);
        assert.notEqual(markOf(number).colour, markOf(other).colour);
      }
    }
    const all = Array.from({ length: 30 }, (_, number) => JSON.stringify(markOf(number)));
    assert.equal(new Set(all).size, 30);
  });

  it('stays with its name, whatever comes and goes', () => {
    const marks = new ConnectionMarks();
    assert.deepEqual(
      ['one', 'two', 'one', 'three', 'two'].map(name => marks.numberOf(name)),
      [0, 1, 0, 2, 1],
    );
  });
});
