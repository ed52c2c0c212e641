import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: {
      readonly commandPalette: readonly { readonly command: string; readonly when?: string }[];
    };
  };
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const { commands, menus } = (read('package.json') as Manifest).contributes;
const texts = read('package.nls.json') as Readonly<Record<string, string>>;

const hidden = new Set(
  menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command),
);
const labels = [
  ...commands
    .filter(({ command }) => !hidden.has(command))
    .map(({ title }) => `WebSocket Monitor: ${texts[title.slice(1, -1)] ?? title}`),
  // The editor makes these of the views.
  ...['Connections', 'Captures', 'Messages'].map(
    view => `WebSocket Monitor: Focus on ${view} View`,
  ),
];

const isSeparator = (character: string) => /[\s()[\]{}<>`'"\-/;:,.?!]/.test(character);

/** Whether the palette finds a label by what is typed: in order, each letter next or at a word's start. */
function isFound(typed: string, label: string): boolean {
  const [word, target] = [typed.toLowerCase(), label.toLowerCase()];
  const startOfWord = (from: number) => {
    let at = from;
    while (at < target.length && !(at > 0 && isSeparator(target[at - 1] ?? ''))) {
      at++;
    }
    return at;
  };
  const matches = (inWord: number, inTarget: number): boolean => {
    const [wanted = '', found] = [word[inWord], target[inTarget]];
    if (inWord === word.length) {
      return true;
    }
    if (found === undefined || !(wanted === found || (isSeparator(wanted) && isSeparator(found)))) {
      return false;
    }
    if (matches(inWord + 1, inTarget + 1)) {
      return true;
    }
    for (let at = startOfWord(inTarget + 1); at < target.length; at = startOfWord(at + 1)) {
      if (matches(inWord + 1, at)) {
        return true;
      }
    }
    return false;
  };
  for (let at = 0; at < target.length; at = startOfWord(at + 1)) {
    if (matches(0, at)) {
      return true;
    }
  }
  return false;
}

/** What Enter runs for what was typed, as long as none of what is found was run before. */
function firstFor(typed: string): string | undefined {
  return labels.filter(label => isFound(typed, label)).sort((a, b) => a.localeCompare(b))[0];
}

describe('The command palette', () => {
  it('runs for the words of a command that command', () => {
    assert.ok(labels.length > 30);
    for (const label of labels) {
      assert.equal(firstFor(label.replace('…', '')), label);
    }
  });

  it('connects for the words that people type', () => {
    for (const typed of [
      'WebSocket Monitor: Connect',
      'websocket monitor connect',
      'websocket conn',
    ]) {
      assert.equal(firstFor(typed), 'WebSocket Monitor: Connect…');
    }
    assert.equal(firstFor('websocket disconnect'), 'WebSocket Monitor: Disconnect');
    assert.equal(firstFor('websocket reconnect'), 'WebSocket Monitor: Reconnect Now');
    assert.equal(firstFor('websocket send'), 'WebSocket Monitor: Send Message…');
    assert.equal(firstFor('websocket export'), 'WebSocket Monitor: Export Messages…');
    assert.equal(firstFor('websocket open monitor'), 'WebSocket Monitor: Open Monitor');
    assert.equal(firstFor('websocket new connection'), 'WebSocket Monitor: New Connection…');
  });

  /** What the palette offers while these context keys are set, without the category. */
  const offered = (...keys: readonly string[]): readonly string[] => {
    const isSet = (term: string): boolean => {
      const name = term.trim();
      return name.startsWith('!')
        ? !isSet(name.slice(1))
        : keys.some(key => name === `websocketMonitor.${key}`);
    };
    const holds = (when: string) =>
      when.split('||').some(either => either.split('&&').every(each => isSet(each)));
    const conditions = new Map(menus.commandPalette.map(({ command, when }) => [command, when]));
    return commands
      .filter(({ command }) => holds(conditions.get(command) ?? '!websocketMonitor.never'))
      .map(({ title }) => (texts[title.slice(1, -1)] ?? title).replace('…', ''));
  };
  const always = [
    'Connect',
    'Create Message Folder',
    'Import Connection from cURL',
    'Import Messages',
    'New Connection',
    'New Decoder',
    'New Message',
    'New Sequence',
    'Open Capture',
    'Open File',
    'Open Messages File',
    'Open Monitor',
    'Refresh Captures',
    'Show Log',
    'Show Messages Output',
    'Start Tap',
    'Store Secret',
  ];

  it('offers in an empty set-up only what can do something', () => {
    assert.deepEqual(offered().toSorted(), [...always, 'Start Demo Server'].toSorted());
  });

  it('offers for a connection that is only configured what is about the settings', () => {
    const ofSettings = [
      'Copy Connection As',
      'Duplicate Connection',
      'Edit Connection',
      'List Secrets',
      'Remove Connection',
      'Start Demo Server',
    ];
    const one = offered('configured', 'changeable');
    assert.deepEqual(one.toSorted(), [...always, ...ofSettings].toSorted());
    const two = offered('configured', 'changeable', 'movable');
    assert.deepEqual(two.filter(title => !one.includes(title)).toSorted(), [
      'Move Connection Down',
      'Move Connection Up',
    ]);
  });

  it('offers for an open connection what is about it, and the rest where there is something', () => {
    const connected = ['known', 'live', 'open', 'hasMessages', 'panelOpen'];
    assert.deepEqual(
      offered(...connected)
        .filter(title => !offered().includes(title))
        .toSorted(),
      [
        'Clear Messages',
        'Copy Connection As',
        'Decode As',
        'Disconnect',
        'Edit Connection',
        'Export Messages',
        'Keyboard Help',
        'Open Messages as Text',
        'Pause or Resume View',
        'Reconnect Now',
        'Send Message',
      ],
    );
    assert.deepEqual(
      offered('hasOpenCaptures').filter(title => !offered().includes(title)),
      ['Export Messages', 'Decode As'],
    );
    const more = ['hasSaved', 'running', 'hasEnvironments', 'hasSecrets', 'hasPermissions'];
    assert.deepEqual(
      offered(...connected, ...more, 'hasCaptures', 'demoRunning')
        .filter(title => !offered(...connected).includes(title))
        .toSorted(),
      [
        'Delete Capture',
        'Delete Secret',
        'List Secrets',
        'Manage Permissions',
        'Run Message or Sequence',
        'Save Capture As',
        'Stop Demo Server',
        'Stop Message or Sequence',
        'Switch Environment',
      ],
    );
  });

  it('offers for taps what is about them', () => {
    assert.deepEqual(
      offered('hasTaps').filter(title => !offered().includes(title)),
      ['Network of Tap', 'Rules of Tap', 'Add Tap Rule'],
    );
    assert.deepEqual(
      offered('hasTaps', 'tapRunning')
        .filter(title => !offered('hasTaps').includes(title))
        .toSorted(),
      ['Copy Tap URL', 'Open in Browser', 'Stop Tap'],
    );
    assert.deepEqual(
      offered('holding')
        .filter(title => !offered().includes(title))
        .toSorted(),
      [
        'Drop Held Message',
        'Edit Held Message',
        'Release All Held Messages',
        'Release Next Held Message',
      ],
    );
  });
});
