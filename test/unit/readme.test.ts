import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { parseFilter } from '../../src/core/filter/parseFilter.ts';
import { CommandId } from '../../src/shared/ids.ts';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
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

const root = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const { contributes, scripts } = JSON.parse(read('package.json')) as Manifest;
const settings = Object.fromEntries(
  contributes.configuration.flatMap(section => Object.entries(section.properties)),
);

const guides = readdirSync(join(root, 'docs'))
  .filter(name => name.endsWith('.md'))
  .map(name => `docs/${name}`);
const papers = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'SECURITY.md', ...guides];

/** The targets of links and pictures, as they are written. */
function targetsIn(text: string): readonly string[] {
  const prose = text.replaceAll(/`[^`\n]*`/g, '');
  const links = [
    ...prose.matchAll(/\]\(([^()\s]+)\)/g),
    ...prose.matchAll(/\bsrc(?:set)?="([^"]+)"/g),
  ];
  return links.flatMap(([, target]) => target ?? []).filter(target => !/^\w+:/.test(target));
}

/** The anchors of a paper's headings, as GitHub makes them. */
function anchorsIn(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(paper: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? paper : join(dirname(paper), path);
  return (
    !existsSync(join(root, file)) ||
    (anchor !== undefined && !anchorsIn(read(file)).includes(anchor))
  );
}

describe('The papers', () => {
  it('have only links that lead somewhere', () => {
    const targets = papers.flatMap(paper =>
      targetsIn(read(paper)).map(each => [paper, each] as const),
    );
    assert.ok(targets.length > 20);
    assert.deepEqual(
      targets.filter(([paper, target]) => isBroken(paper, target)),
      [],
    );
  });

  it('name only files that exist', () => {
    for (const paper of papers) {
      const named = read(paper).match(/(?<=`)(?:src|test)\/[\w./-]+(?=`)/g) ?? [];
      assert.deepEqual(
        named.filter(path => !existsSync(join(root, path))),
        [],
        paper,
      );
    }
  });

  it('name only commands, settings and scripts that exist', () => {
    const names = new Set<string>([...Object.keys(settings), ...Object.values(CommandId)]);
    for (const paper of papers) {
      const text = read(paper);
      const named = text.match(/\bwebsocketMonitor\.[\w.]*\w/g) ?? [];
      assert.deepEqual(
        named.filter(name => !names.has(name)),
        [],
        paper,
      );
      const run = [...text.matchAll(/\bnpm (?:run )?(test|start|[a-z]+:[a-z\d:]+|(?<=run )\w+)/g)];
      assert.deepEqual(
        run.map(([, script = '']) => script).filter(script => !(script in scripts)),
        [],
        paper,
      );
    }
  });
});

describe('The README', () => {
  it('fits on a few screens and leads to every guide', () => {
    const text = read('README.md');
    assert.ok(text.split('\n').length <= 151);
    assert.deepEqual(
      guides.filter(guide => !text.includes(`](${guide})`)),
      [],
    );
  });

  it('names the two commands of a fresh clone', () => {
    assert.match(read('README.md'), /^npm start .*\nnpm test /m);
  });

  it('has small pictures, each dark and light, and no others are kept', () => {
    const shown = targetsIn(read('README.md')).filter(target => target.endsWith('.png'));
    const kept = readdirSync(join(root, 'docs/images')).map(name => `docs/images/${name}`);
    assert.deepEqual([...shown].sort(), kept.sort());
    assert.deepEqual(
      shown.filter(name => name.endsWith('-dark.png')).length,
      shown.filter(name => name.endsWith('-light.png')).length,
    );
    assert.deepEqual(
      shown.filter(name => statSync(join(root, name)).size >= 150_000),
      [],
    );
  });
});

describe('The guides', () => {
  it('have the commands of the palette by their whole titles, so that they are found there', () => {
    const texts = JSON.parse(read('package.nls.json')) as Readonly<Record<string, string>>;
    const isHidden = ({ command }: { readonly command: string }) =>
      contributes.menus.commandPalette.some(
        item => item.command === command && item.when === 'false',
      );
    const titles = contributes.commands
      .filter(command => !isHidden(command))
      .map(({ title }) => texts[title.slice(1, -1)] ?? title);
    const [, table = ''] =
      /^\| command .*\n\| -.*\n((?:\|.*\n)+)/m.exec(read('docs/commands.md')) ?? [];
    const named = [...table.matchAll(/^\| (.*?) *\|/gm)].flatMap(([, cell = '']) =>
      cell.split(', '),
    );
    assert.deepEqual(named.sort(), titles.sort());
  });

  it('have a chapter for each setting, with its default', () => {
    const chapters = [
      ...read('docs/settings.md').matchAll(
        /^### `(websocketMonitor\.[^`]+)`\n(?:(?!^#).*\n)*?.*Default: `(.*?)`\./gm,
      ),
    ];
    assert.deepEqual(
      chapters.map(([, key, value]) => `${key}: ${value}`).sort(),
      Object.entries(settings)
        .map(([key, setting]) => `${key}: ${JSON.stringify(setting.default)}`)
        .sort(),
    );
  });

  it('have only filters that the filter understands', () => {
    const [, table = ''] =
      /^\| term .*\n\| -.*\n((?:\|.*\n)+)/m.exec(read('docs/monitor.md')) ?? [];
    const terms = [...table.matchAll(/^\| (.*?) *\| /gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, term = '']) => term.replaceAll('\\|', '|')),
    );
    assert.ok(terms.length > 10);
    assert.deepEqual(
      terms.filter(term => parseFilter(term, { now: 0, startOfDay: 0 }).problems.length > 0),
      [],
    );
  });
});
