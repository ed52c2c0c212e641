import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jsonSchemaOf } from '../../src/core/settings/jsonSchema.ts';
import { readSettings } from '../../src/core/settings/profile.ts';
import {
  problemWith,
  settingKeys,
  settingOf,
  settingsSection,
  settingsTable,
  type SettingKey,
} from '../../src/core/settings/settingsTable.ts';
import { decoderNames } from '../../src/core/decode/registry/decoderNames.ts';
import { readDecodeRules } from '../../src/core/decode/registry/rules.ts';
import { readTaps } from '../../src/core/settings/taps/tapProfile.ts';
import { userSettings } from '../support/host/settings.ts';
import { settingFiles } from '../support/run/settingsManifest.ts';
import {
  CommandId,
  ContextKey,
  InternalCommandId,
  ViewType,
  walkthroughId,
} from '../../src/shared/ids.ts';

type Schema = Readonly<Record<string, unknown>>;

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly icon?: string;
  readonly enablement?: string;
}

interface MenuItem {
  readonly command?: string;
  readonly when?: string;
}

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly displayName: string;
  readonly license: string;
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly restrictedConfigurations: readonly string[];
    };
  };
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly id: string;
        readonly description: string;
        readonly media: { readonly svg: string; readonly altText: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly configuration: readonly {
      readonly title: string;
      readonly order: number;
      readonly properties: Readonly<Record<string, Schema>>;
    }[];
  };
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Snippet {
  readonly label: string;
  readonly body: unknown;
}

function snippetsOf(schema: Schema): readonly Snippet[] {
  return schema['defaultSnippets'] as readonly Snippet[];
}

/** The body of a snippet as it stands before anything is typed into it. */
function filledIn(body: unknown): unknown {
  const filled = JSON.stringify(body)
    .replace(/\$\{\d+\|([^,|]*)[^}]*\|\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1');
  return JSON.parse(filled.replace(/"\^([^"]*)"/g, '$1'));
}

/** A schema without what the editor completes. */
function unsuggested(schema: Schema): Schema {
  const leaveOut = (key: string, value: unknown) => (key === 'defaultSnippets' ? undefined : value);
  return JSON.parse(JSON.stringify(schema, leaveOut)) as Schema;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const readJson = (name: string): unknown => JSON.parse(read(name));

const manifest = readJson('package.json') as Manifest;
const texts = readJson('package.nls.json') as Readonly<Record<string, string>>;
const { commands, menus, configuration, viewsWelcome, walkthroughs } = manifest.contributes;
const steps = walkthroughs.flatMap(each => each.steps);
const properties = Object.fromEntries(
  configuration.flatMap(section => Object.entries(section.properties)),
);

const inSection = (key: string) => `${settingsSection}.${key}`;
const perConnection = settingKeys.filter(key => settingsTable[key].perConnection);

/** Those of the user alone the editor reads in no workspace. */
function mayBeRestricted(key: SettingKey): boolean {
  const { isUnrestricted, isUserOnly } = settingOf(key);
  return isUnrestricted !== true && isUserOnly !== true;
}

/** Every text inside a JSON value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What `%key%` stands for. */
function translated(text: string): string {
  const [, key] = /^%(.+)%$/.exec(text) ?? [];
  return key === undefined ? text : (texts[key] ?? `No text for ${text}`);
}

/** Of what is the user's alone, no workspace may say anything. */
function scopesOf(setting: string): readonly string[] {
  const key = settingKeys.find(each => each === setting);
  return key !== undefined && settingOf(key).isUserOnly
    ? ['application']
    : ['window', 'resource', 'machine', 'machine-overridable'];
}

function schemaOf(key: SettingKey): Schema {
  const { check, fallback } = settingOf(key);
  return { ...jsonSchemaOf(check), default: fallback };
}

function without(schema: Schema, ...members: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !members.includes(name)));
}

const descriptions = ['markdownDescription', 'markdownEnumDescriptions'];

/** The schemas within one that list names of decoders. */
function decoderEnumsIn(schema: unknown): readonly Schema[] {
  if (typeof schema !== 'object' || schema === null) {
    return [];
  }
  const names: unknown = 'enum' in schema ? schema.enum : undefined;
  return Array.isArray(names) && names.includes('socketio')
    ? [schema as Schema]
    : Object.values(schema).flatMap(decoderEnumsIn);
}

/** The contract's settings: the type and the default of each. */
const promisedSettings: Readonly<Record<string, readonly [type: string, fallback: unknown]>> = {
  'url': ['string', ''],
  'connections': ['array', []],
  'taps': ['array', []],
  'decoders': ['array', []],
  'autoConnect': ['boolean', false],
  'preset': ['string', 'default'],
  'subprotocols': ['array', []],
  'headers': ['object', {}],
  'auth': ['object', {}],
  'onOpen': ['array', []],
  'queue.maxMessages': ['integer', 0],
  'queue.maxKilobytes': ['integer', 1024],
  'queue.maxAge': ['number', 30],
  'connectTimeout': ['number', 10],
  'closeTimeout': ['number', 3],
  'maxMessageSize': ['integer', 67_108_864],
  'compression': ['boolean', true],
  'followRedirects': ['boolean', false],
  'reconnect.enabled': ['boolean', true],
  'reconnect.initialDelay': ['number', 1],
  'reconnect.factor': ['number', 2],
  'reconnect.maxDelay': ['number', 30],
  'reconnect.jitter': ['number', 0.5],
  'reconnect.maxAttempts': ['integer', 10],
  'reconnect.maxAttemptsAfterSuccess': ['integer', 0],
  'reconnect.stableAfter': ['number', 10],
  'reconnect.rules': ['array', []],
  'heartbeat.ping': ['boolean', true],
  'heartbeat.interval': ['number', 20],
  'heartbeat.timeout': ['number', 10],
  'heartbeat.message': ['string', ''],
  'heartbeat.messageInterval': ['number', 10],
  'heartbeat.expect': ['string', ''],
  'tls.rejectUnauthorized': ['boolean', true],
  'tls.ca': ['string', ''],
  'tls.cert': ['string', ''],
  'tls.key': ['string', ''],
  'tls.passphrase': ['string', ''],
  'tls.servername': ['string', ''],
  'proxy': ['string', ''],
  'history.maxMessages': ['integer', 10_000_000],
  'history.maxMegabytes': ['integer', 2048],
  'history.overflow': ['string', 'pause'],
  'history.keepDays': ['integer', 30],
  'history.keepMegabytes': ['integer', 4096],
  'debug.watch': ['string', 'browsers'],
  'debug.closeCodes': ['boolean', false],
  'output.enabled': ['boolean', true],
  'output.decoded': ['boolean', false],
  'output.maxCharacters': ['integer', 2000],
  'statusBar.showRate': ['boolean', true],
};

/** The contract's commands and their English titles. */
const promisedCommands: Readonly<Record<string, string>> = {
  connect: 'Connect…',
  disconnect: 'Disconnect',
  reconnect: 'Reconnect Now',
  openMonitor: 'Open Monitor',
  showMessages: 'Show Messages Output',
  showLog: 'Show Log',
  send: 'Send Message…',
  clear: 'Clear Messages',
  toggleFollow: 'Pause or Resume View',
  export: 'Export Messages…',
  startDemoServer: 'Start Demo Server',
  stopDemoServer: 'Stop Demo Server',
  watchDebugSession: 'Watch WebSockets of Debug Session',
  stopWatching: 'Stop Watching',
  storeSecret: 'Store Secret…',
  deleteSecret: 'Delete Secret…',
  startTap: 'Start Tap…',
  stopTap: 'Stop Tap',
  copyTapUrl: 'Copy Tap URL',
  openTapUrl: 'Open in Browser',
};

describe('The manifest', () => {
  it('keeps the names that others rely on', () => {
    const { name, publisher, displayName, license, engines } = manifest;
    assert.deepEqual(
      { name, publisher, displayName, license, engines, settingsSection },
      {
        name: 'websocket-monitor',
        publisher: 'websocket-monitor',
        displayName: 'WebSocket Monitor',
        license: 'MIT',
        engines: { vscode: '^1.101.0' },
        settingsSection: 'websocketMonitor',
      },
    );
    assert.equal(manifest.devDependencies['@types/vscode'], '1.101.0');
  });

  it('wakes the extension once the window is up, for autoConnect, and for its panel', () => {
    assert.deepEqual(manifest.activationEvents, [
      'onStartupFinished',
      'onWebviewPanel:websocketMonitor.monitor',
      'onUri',
    ]);
  });

  it('names only pictures and grammars that exist', () => {
    const named = textsIn(manifest).filter(text => /^(\.\/)?media\//.test(text));
    assert.ok(named.includes(manifest.icon));
    assert.deepEqual(
      named.filter(name => !existsSync(join(root, name))),
      [],
    );
  });
});

describe('The settings in the manifest', () => {
  it('are up to date, as are their texts and their reference', async () => {
    const stale = [...(await settingFiles())].filter(([path, text]) => read(path) !== text);
    assert.deepEqual(
      stale.map(([path]) => `${path} is out of date: run npm run manifest`),
      [],
    );
  });

  it('are in sections with a title, in the order of the table', () => {
    assert.deepEqual(
      configuration.map(({ order }) => order),
      configuration.map((_, index) => index + 1),
    );
    assert.deepEqual(
      configuration.map(({ title }) => translated(title)),
      [
        'Connections',
        'Opening Handshake',
        'Sending',
        'Reconnect',
        'Keep-Alive',
        'TLS and Proxy',
        'Decoders',
        'Taps',
        'Timeouts and Limits',
        'History',
        'Debugging',
        'Output and Status Bar',
      ],
    );
    for (const { title, properties: own } of configuration) {
      const orders = Object.values(own).map(({ order }) => Number(order));
      assert.ok(orders.length > 0, title);
      assert.deepEqual(
        orders,
        orders.toSorted((a, b) => a - b),
        title,
      );
    }
  });

  it('are those of the code, with the same types, limits and defaults', () => {
    assert.deepEqual(
      Object.fromEntries(
        Object.entries(properties)
          .filter(
            ([key]) => !['url', 'connections', 'taps', 'decoders'].map(inSection).includes(key),
          )
          .map(([key, schema]) => [
            key,
            without(unsuggested(schema), 'order', 'scope', ...descriptions),
          ]),
      ),
      Object.fromEntries(settingKeys.map(key => [inSection(key), schemaOf(key)])),
    );
  });

  it('have a place, a scope and a description each', () => {
    const entries = Object.entries(properties);
    assert.deepEqual(
      entries.map(([, { order }]) => Number(order)).sort((a, b) => a - b),
      entries.map((_, index) => index + 1),
    );
    assert.deepEqual(
      entries
        .filter(([key, { scope, markdownDescription }]) => {
          const setting = key.slice(settingsSection.length + 1);
          return (
            !scopesOf(setting).includes(String(scope)) ||
            markdownDescription !== `%setting.${setting}%`
          );
        })
        .map(([key]) => key),
      [],
    );
  });

  it('offer a connection every setting that it may override, by path', () => {
    const { items } = properties[inSection('connections')] as {
      items: { required: unknown; additionalProperties: unknown; properties: Schema };
    };
    const flat = Object.entries(items.properties).flatMap(([key, schema]) => {
      const inner = schema as Schema;
      return key !== 'headers' && key !== 'auth' && inner['type'] === 'object'
        ? Object.entries(inner['properties'] as Schema).map(
            ([part, own]) => [`${key}.${part}`, own as Schema] as const,
          )
        : [[key, inner] as const];
    });
    const own = flat.filter(([key]) => key !== 'name' && key !== 'url');
    assert.deepEqual(
      Object.fromEntries(own),
      Object.fromEntries(
        perConnection.map(key => {
          const schema = properties[inSection(key)] ?? {};
          // With a default besides it, the editor does not complete a snippet.
          const left = Object.hasOwn(schema, 'defaultSnippets') ? ['default'] : [];
          return [key, without(schema, 'order', 'scope', ...left)];
        }),
      ),
    );
    assert.deepEqual(
      { named: flat.length - own.length, required: items.required },
      { named: 2, required: ['name', 'url'] },
    );
  });

  it('complete names of decoders with their titles', () => {
    const lists = decoderEnumsIn(properties[inSection('decoders')]);
    assert.ok(lists.length > 0);
    for (const { enum: names, enumDetails, markdownEnumDescriptions } of lists) {
      assert.deepEqual(names, ['off', ...decoderNames.map(({ name }) => name)]);
      assert.deepEqual(enumDetails, ['Raw', ...decoderNames.map(({ title }) => title)]);
      assert.equal((markdownEnumDescriptions as unknown[]).length, decoderNames.length + 1);
    }
  });

  it('complete lists with what they take', () => {
    const lists = Object.entries(properties).filter(([, schema]) => 'defaultSnippets' in schema);
    assert.deepEqual(lists.map(([key]) => key.slice(settingsSection.length + 1)).sort(), [
      'connections',
      'decoders',
      'onOpen',
      'reconnect.rules',
      'taps',
    ]);
    for (const [key, schema] of lists) {
      const [whole] = snippetsOf(schema);
      const items = snippetsOf(schema['items'] as Schema);
      const ofAll = items.map(({ body }) => body);
      assert.deepEqual(whole?.body, ofAll.slice(0, 1));
      // The editor sorts by label, and offers the empty list as well.
      assert.ok(whole.label < '[]', whole.label);
      const setting = settingKeys.find(each => inSection(each) === key);
      if (setting) {
        assert.equal(problemWith(settingOf(setting), filledIn(ofAll)), undefined);
      } else if (key === inSection('decoders')) {
        const problems: string[] = [];
        assert.equal(readDecodeRules(filledIn(ofAll), problems).length, ofAll.length);
        assert.deepEqual(problems, []);
      } else {
        const given = userSettings(each => (inSection(each) === key ? filledIn(ofAll) : undefined));
        const read = key === inSection('taps') ? readTaps : readSettings;
        assert.deepEqual(read(given).problems, []);
      }
    }
  });

  it('that do more than decide on looks are ignored in a workspace that is not trusted', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.equal(supported, 'limited');
    assert.deepEqual(
      [...restrictedConfigurations].sort(),
      ['url', 'connections', 'taps', 'decoders', ...settingKeys.filter(mayBeRestricted)]
        .map(inSection)
        .sort(),
    );
  });

  it('keep the names, types and defaults of the contract', () => {
    assert.deepEqual(
      Object.fromEntries(
        Object.entries(properties).map(([key, { type, default: fallback }]) => [
          key,
          [type, fallback],
        ]),
      ),
      Object.fromEntries(
        Object.entries(promisedSettings).map(([key, promise]) => [inSection(key), promise]),
      ),
    );
  });
});

describe('The commands in the manifest', () => {
  it('are those of the code', () => {
    assert.deepEqual(
      commands.map(({ command }) => command).sort(),
      Object.values(CommandId).sort(),
    );
    const internal: readonly string[] = Object.values(InternalCommandId);
    assert.deepEqual(
      internal.filter(id => !id.startsWith('_')),
      [],
    );
  });

  it('keep the titles of the contract, below one category', () => {
    const titles = new Map(commands.map(({ command, title }) => [command, translated(title)]));
    assert.deepEqual(
      Object.fromEntries(
        Object.keys(promisedCommands).map(name => [name, titles.get(inSection(name))]),
      ),
      promisedCommands,
    );
    assert.deepEqual([...new Set(commands.map(({ category }) => category))], ['WebSocket Monitor']);
  });

  it('have icons that the icon font has', () => {
    const css = read('node_modules/@vscode/codicons/dist/codicon.css');
    assert.deepEqual(
      commands.filter(({ icon = '$(plug)' }) => {
        const [, name] = /^\$\(([\w-]+)\)$/.exec(icon) ?? [];
        return !css.includes(`.codicon-${name}:before`);
      }),
      [],
    );
  });

  it('are in the palette only where they are enabled', () => {
    const palette = new Map(
      (menus['commandPalette'] ?? []).map(({ command, when }) => [command, when]),
    );
    assert.deepEqual(
      // `false` is for those that are about a row of a tree.
      commands
        .filter(({ command }) => palette.get(command) !== 'false')
        .map(({ command }) => [command, palette.get(command)]),
      commands
        .filter(({ command }) => palette.get(command) !== 'false')
        .map(({ command, enablement }) => [command, enablement]),
    );
  });

  it('in menus exist', () => {
    const ids: readonly string[] = Object.values(CommandId);
    const inMenus = Object.values(menus).flatMap(items =>
      items.flatMap(item => item.command ?? []),
    );
    assert.deepEqual(
      inMenus.filter(id => !ids.includes(id)),
      [],
    );
  });
});

describe('The context keys in the manifest', () => {
  it('are those of the code', () => {
    const conditions = [
      ...commands.map(({ enablement }) => enablement),
      ...Object.values(menus).flatMap(items => items.map(({ when }) => when)),
      ...steps.flatMap(({ completionEvents }) =>
        completionEvents.filter(event => event.startsWith('onContext:')),
      ),
    ];
    const used = conditions.flatMap(condition => {
      return condition?.match(/\bwebsocketMonitor\.\w+/g) ?? [];
    });
    const views: readonly string[] = Object.values(ViewType);
    assert.deepEqual(
      [...new Set(used)].filter(name => !views.includes(name)).sort(),
      Object.values(ContextKey).sort(),
    );
  });
});

describe('The walkthrough', () => {
  it('has four steps, each with a picture in the colours of the theme, and with an end', () => {
    assert.deepEqual(
      walkthroughs.map(({ id }) => `${manifest.publisher}.${manifest.name}#${id}`),
      [walkthroughId],
    );
    assert.equal(steps.length, 4);
    for (const { id, media, description, completionEvents } of steps) {
      const picture = read(media.svg);
      assert.match(picture, /^<svg [^>]*viewBox="0 0 520 360">/, id);
      const colors = [...picture.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, color]) => color);
      assert.deepEqual(
        colors.filter(color => color !== 'none' && !(color ?? '').startsWith('var(--vscode-')),
        [],
      );
      assert.doesNotMatch(picture, /<style|<script|<image|href/);
      assert.ok(texts[media.altText.slice(1, -1)]);
      assert.ok(completionEvents.length > 0);
      const [, button] = (texts[description.slice(1, -1)] ?? '').split('\n');
      assert.match(button ?? '', /^\[[^\]]+\]\(command:[\w.]+\)$/, `${id} has a button`);
    }
  });
});

describe('The welcome of the views', () => {
  it('is there for each view, with one button at most', () => {
    assert.deepEqual(
      [...new Set(viewsWelcome.map(({ view }) => view))].sort(),
      [ViewType.Connections, ViewType.Captures, ViewType.Messages].sort(),
    );
    const buttons = viewsWelcome.map(({ contents }) => {
      const lines = (texts[contents.slice(1, -1)] ?? '').split('\n');
      return lines.filter(line => /^\[[^\]]+\]\([^)]+\)$/.test(line));
    });
    assert.deepEqual(
      buttons.filter(each => each.length > 1),
      [],
    );
    assert.match(buttons[0]?.[0] ?? '', /^\[Connect…\]/);
    assert.ok((texts['welcome.connections'] ?? '').includes(encodeURIComponent(walkthroughId)));
  });

  it('refers only to commands that exist', () => {
    const ids = [...Object.values(CommandId), 'workbench.action.openWalkthrough'];
    const named = Object.entries(texts)
      .filter(([key]) => /^(welcome|walkthrough|setting)\./.test(key))
      .flatMap(([, text]) => [...text.matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id ?? ''));
    const known: readonly string[] = [
      ...ids,
      'workbench.trust.manage',
      'workbench.action.openSettings',
    ];
    assert.deepEqual(
      named.filter(id => !known.includes(id)),
      [],
    );
  });
});

describe('The texts of the manifest', () => {
  it('are there for each key, and each is used', () => {
    const used = textsIn(manifest).flatMap(text => /^%(.+)%$/.exec(text)?.[1] ?? []);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(texts).sort());
    assert.deepEqual(
      Object.keys(texts).filter(key => texts[key]?.trim() === ''),
      [],
    );
  });

  it('refer only to settings that exist', () => {
    const named = Object.values(texts).flatMap(
      text => text.match(/#websocketMonitor\.[^#]+#/g) ?? [],
    );
    assert.ok(named.length > 0);
    assert.deepEqual(
      named.filter(name => !(name.slice(1, -1) in properties)),
      [],
    );
  });

  it('are the same in every language', () => {
    const others = readdirSync(root).filter(name => /^package\.nls\..+\.json$/.test(name));
    for (const name of others) {
      const keys = Object.keys(readJson(name) as object).sort();
      assert.deepEqual(keys, Object.keys(texts).sort(), name);
    }
  });
});
