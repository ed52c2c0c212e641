import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uniqueName } from '../../../../src/core/endpoint/endpointName.ts';
import { profileOf, readSettings } from '../../../../src/core/settings/profile.ts';
import { sourcesOf, type SettingLayer } from '../../../../src/core/settings/settingLayers.ts';
import {
  presets,
  problemWith,
  settingKeys,
  settingOf,
  settingsTable,
  type SettingKey,
  type SettingValues,
} from '../../../../src/core/settings/settingsTable.ts';
import { gotFrom, userSettings } from '../../../support/host/settings.ts';

type Json = Readonly<Record<string, unknown>>;

const getFrom = (settings: Json) => (key: string) =>
  Object.hasOwn(settings, key) ? settings[key] : undefined;
const read = (settings: Json) => readSettings(userSettings(getFrom(settings)));
const defaults = Object.fromEntries(
  settingKeys.map(key => [key, settingsTable[key].fallback]),
) as unknown as SettingValues;

/** What a connection's values are beside the defaults. */
function changed(values: SettingValues): Partial<Record<SettingKey, unknown>> {
  return Object.fromEntries(
    settingKeys.filter(key => values[key] !== defaults[key]).map(key => [key, values[key]]),
  );
}

/** The only connection of these settings; nothing may be wrong with them. */
function onlyProfile(settings: Json) {
  const { profiles, problems } = read(settings);
  const [profile] = profiles;
  assert.deepEqual(problems, []);
  assert.ok(profile);
  return profile;
}

describe('Reading the settings', () => {
  it('finds nothing to connect to where nothing is set', () => {
    assert.deepEqual(read({}), { values: defaults, profiles: [], problems: [] });
    assert.deepEqual(read({ url: ' ', connections: [] }).profiles, []);
  });

  it('makes a connection of the URL, named after it, and of each in the list', () => {
    const { profiles, problems } = read({
      url: ' ws://a.test:8080/x ',
      connections: [{ name: ' prices ', url: 'wss://b.test/' }, { url: 'wss://c.test/' }],
    });
    assert.deepEqual(
      { problems, profiles: profiles.map(({ name, url }) => `${name}: ${url}`) },
      {
        problems: [],
        profiles: [
          'a.test:8080/x: ws://a.test:8080/x',
          'prices: wss://b.test/',
          'c.test: wss://c.test/',
        ],
      },
    );
  });

  it('replaces each value that will not do by its default, and says so', () => {
    const settings = Object.fromEntries(
      settingKeys.map(key => [key, typeof settingsTable[key].fallback === 'number' ? 'x' : -1]),
    );
    const { values, problems } = read(settings);
    assert.deepEqual(values, defaults);
    const essential = [
      'subprotocols',
      'headers',
      'auth',
      'proxy',
      'tls.rejectUnauthorized',
      'tls.ca',
      'tls.cert',
      'tls.key',
      'tls.passphrase',
      'tls.servername',
    ];
    assert.deepEqual(
      problems,
      settingKeys.map(key => {
        const problem = problemWith(settingOf(key), settings[key]) ?? '';
        const used = key.startsWith('history.keep')
          ? 'Until it is corrected, no capture is deleted for it.'
          : essential.includes(key)
            ? 'Nothing is dialled until it is corrected.'
            : 'The default is used.';
        return `websocketMonitor.${key} ${problem}. ${used}`;
      }),
    );
  });

  it('knows which connection cannot be dialled as it is configured', () => {
    const { profiles } = read({
      headers: { 'X A': '1' },
      proxy: 7,
      connections: [
        { name: 'a', url: 'ws://a.test/' },
        { name: 'b', url: 'ws://b.test/', headers: {}, proxy: '' },
        { name: 'c', url: 'ws://c.test/', headers: {}, proxy: '', tls: { ca: 1 }, auth: 'me' },
        { name: 'd', url: 'ws://d.test/', headers: {}, proxy: '', connectTimeout: 'x' },
      ],
    });
    const keys = profiles.map(({ name, unusable }) => [
      name,
      ...unusable.map(sentence => /^\S*/.exec(sentence)?.[0]),
    ]);
    const own = 'websocketMonitor.connections[2]';
    assert.deepEqual(keys, [
      ['a', 'websocketMonitor.headers', 'websocketMonitor.proxy'],
      ['b'],
      ['c', `${own}.auth`, `${own}.tls.ca`],
      ['d'],
    ]);
  });

  it('names what is wrong with the URL, the list and its entries, and ignores them', () => {
    const { profiles, problems } = read({
      url: 5,
      connections: [
        'ws://a.test/',
        null,
        [],
        { name: 'no url' },
        { name: 'bad', url: 'http://u:SECRET@b.test/' },
        { name: 7, url: 'ws://c.test/' },
        { name: ' ', url: 'ws://d.test/' },
      ],
    });
    const path = (index: number) => `websocketMonitor.connections[${index}]`;
    const noObject = 'must be an object with name and url. It is ignored.';
    const noText = 'must be a text. It is named after its URL.';
    const http = 'is no WebSocket URL. Use ws:// in place of http://. It is ignored.';
    assert.deepEqual(
      { problems, names: profiles.map(({ name }) => name) },
      {
        problems: [
          'websocketMonitor.url must be a text. It is ignored.',
          ...[0, 1, 2].map(index => `${path(index)} ${noObject}`),
          `${path(3)} has no url. It is ignored.`,
          `${path(4)}: "http://•••@b.test/" ${http}`,
          `${path(5)}.name ${noText}`,
          `${path(6)}.name ${noText}`,
        ],
        names: ['c.test', 'd.test'],
      },
    );
    assert.deepEqual(read({ connections: {} }).problems, [
      'websocketMonitor.connections must be a list. It is ignored.',
    ]);
    assert.deepEqual(read({ url: 'h.test' }).problems, [
      'websocketMonitor.url: "h.test" is no WebSocket URL: it must begin with ws:// or wss://, as in wss://h.test/. ' +
        'It is ignored.',
    ]);
  });

  it('tells connections of one name apart by a number, and says so', () => {
    const named = (name: string) => ({ name, url: 'ws://h.test/' });
    const { profiles, problems } = read({
      url: 'ws://h.test/',
      connections: [...['a', 'a', 'a (2)', 'a', 'h.test'].map(named), { url: 'ws://h.test/' }],
    });
    assert.deepEqual(
      profiles.map(({ name }) => name),
      ['h.test', 'a', 'a (2)', 'a (2) (2)', 'a (3)', 'h.test (2)', 'h.test (3)'],
    );
    assert.equal(
      problems[0],
      'websocketMonitor.connections[1]: there are two connections named "a". This is "a (2)".',
    );
    // An endpoint without a name asked for none.
    assert.equal(problems.length, 4);
  });

  it('never throws, whatever JSON the settings hold, and uses only what is allowed', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const key = fc.constantFrom<string>(
      ...settingKeys,
      'url',
      'name',
      'reconnect',
      'heartbeat',
      'tls',
      'history',
      '__proto__',
      'toString',
    );
    const url = fc.constantFrom('ws://h.test/', 'wss://u:p@h.test/?q', 'http://h.test/', 'h', '');
    const url$ = fc.oneof({ weight: 3, arbitrary: url }, value);
    const entry = fc.oneof(
      value,
      fc
        .tuple(url$, fc.dictionary(key, value, { maxKeys: 6 }))
        .map(([url, rest]) => ({ ...rest, url })),
    );
    const settings = fc.record(
      {
        rest: fc.dictionary(key, value),
        url: url$,
        connections: fc.oneof(value, fc.array(entry, { maxLength: 4 })),
        preset: fc.oneof(fc.constantFrom('default', 'classic'), value),
      },
      { requiredKeys: ['rest'] },
    );
    fc.assert(
      fc.property(settings, ({ rest, ...top }) => {
        const { values, profiles, problems } = read({ ...rest, ...top });
        for (const each of [values, ...profiles.map(profile => profile.values)]) {
          for (const key of settingKeys) {
            const isOfPreset = each[key] === presets[each.preset][key];
            assert.ok(isOfPreset || problemWith(settingOf(key), each[key]) === undefined, key);
          }
        }
        const names = profiles.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        for (const problem of problems) {
          assert.match(problem, /^websocketMonitor\..*[.]$/s);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('A connection in the list', () => {
  const url = 'ws://h.test/';

  it('overrides settings by path, by dotted key, or by a mixture', () => {
    const { values, explicit } = onlyProfile({
      'reconnect.factor': 3,
      'heartbeat.interval': 7,
      'connections': [
        {
          url,
          'reconnect': { maxAttempts: 3, enabled: false },
          'heartbeat.interval': 5,
          'heartbeat': { ping: false },
          'preset': 'default',
          'compression': false,
        },
      ],
    });
    assert.deepEqual(
      { changed: changed(values), explicit: [...explicit.keys()].sort() },
      {
        changed: {
          'compression': false,
          'reconnect.enabled': false,
          'reconnect.factor': 3,
          'reconnect.maxAttempts': 3,
          'heartbeat.ping': false,
          'heartbeat.interval': 5,
        },
        explicit: [
          'compression',
          'heartbeat.interval',
          'heartbeat.ping',
          'preset',
          'reconnect.enabled',
          'reconnect.factor',
          'reconnect.maxAttempts',
        ],
      },
    );
  });

  it('prefers a dotted key to a path', () => {
    const entry = { url, 'tls.ca': 'dotted', 'tls': { ca: 'path' } };
    assert.deepEqual(changed(onlyProfile({ connections: [entry] }).values), { 'tls.ca': 'dotted' });
  });

  it('takes a preset, over which what is set anywhere wins', () => {
    const settings = {
      'reconnect.jitter': 0.25,
      'connections': [{ url, preset: 'classic', onOpen: ['hello'] }],
    };
    const { 'reconnect.rules': rules, ...rest } = changed(onlyProfile(settings).values);
    assert.deepEqual(
      { rest, rules },
      {
        rest: {
          'preset': 'classic',
          'onOpen': ['hello'],
          'reconnect.initialDelay': 2,
          'reconnect.factor': 1,
          'reconnect.maxDelay': 2,
          'reconnect.jitter': 0.25,
          'reconnect.maxAttempts': 11,
          'reconnect.maxAttemptsAfterSuccess': 11,
          'reconnect.stableAfter': Infinity,
          'heartbeat.timeout': 20,
          'heartbeat.message': 'ping',
        },
        rules: presets.classic['reconnect.rules'],
      },
    );
  });

  it('goes back to no preset where the window has one', () => {
    const settings = { preset: 'classic', connections: [{ url, preset: 'default' }] };
    assert.deepEqual(changed(onlyProfile(settings).values), {});
    assert.equal(read(settings).values['reconnect.maxAttempts'], 11);
  });

  it('cannot set what holds for the window, and may misspell', () => {
    const { profiles, problems } = read({
      connections: [
        {
          url,
          'output': { enabled: false },
          'statusBar.showRate': false,
          'history': { maxMessages: 5, extra: 1 },
          'reconect': {},
          'reconnect': { maxAttempt: 3 },
          'heartbeat': true,
          'tls': null,
          'toString': 1,
          'autoConnect': 'yes',
        },
      ],
    });
    const path = 'websocketMonitor.connections[0]';
    const unknown = 'is no setting of a connection. It is ignored.';
    const forWindow = 'cannot be set for one connection. It is ignored.';
    assert.deepEqual(
      { changed: profiles.map(({ values }) => changed(values)), problems: [...problems].sort() },
      {
        changed: [{}],
        problems: [
          `${path}.autoConnect must be true or false, but is "yes". The default is used.`,
          `${path}.heartbeat must be an object. It is ignored.`,
          `${path}.history.extra ${unknown}`,
          `${path}.history.maxMessages ${forWindow}`,
          `${path}.output.enabled ${forWindow}`,
          `${path}.reconect ${unknown}`,
          `${path}.reconnect.maxAttempt ${unknown}`,
          `${path}.statusBar.showRate ${forWindow}`,
          `${path}.tls must be an object. It is ignored.`,
          `${path}.toString ${unknown}`,
        ],
      },
    );
  });
});

describe('The connection that a command names', () => {
  it('is read like one in the list, on top of the settings', () => {
    const problems: string[] = [];
    const entry = { name: 'x', url: 'ws://h.test/', heartbeat: { interval: 0 }, a: 1 };
    const profile = profileOf(
      entry,
      gotFrom(getFrom({ compression: false, closeTimeout: -1 })),
      problems,
    );
    assert.deepEqual(
      { name: profile?.name, changed: profile && changed(profile.values), problems },
      {
        name: 'x',
        changed: { compression: false },
        problems: [
          'The connection.heartbeat.interval must be a number from 1 to 86400, but is 0. ' +
            'The default is used.',
          'The connection.a is no setting of a connection. It is ignored.',
        ],
      },
    );
  });

  it('may be anything at all', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true }), fc.anything(), (entry, value) => {
        const problems: string[] = [];
        assert.equal(profileOf(entry, gotFrom(getFrom({})), problems), undefined);
        assert.equal(problems.length, 1);
        const named = { url: 'ws://h.test/', onOpen: [{ json: value }], tls: value };
        assert.ok(profileOf(named, gotFrom(getFrom({})), problems));
      }),
    );
  });
});

describe('A unique name', () => {
  it('is the name itself, or takes the first number that is free', () => {
    const taken = ['a', 'a (2)', 'b'].map(name => ({ name }));
    assert.deepEqual(
      ['a', 'b', 'c', 'a (2)'].map(name => uniqueName(name, taken)),
      ['a (3)', 'b (2)', 'c', 'a (2) (2)'],
    );
  });
});

describe('A workspace of several folders', () => {
  /** What the settings of the folders, of the workspace file and of the user make of each other. */
  function readAll(folders: Readonly<Record<string, Json>>, workspace: Json = {}, user: Json = {}) {
    const ofFolders = Object.entries(folders).map(([folder, values]): SettingLayer => {
      return { scope: 'workspace', folder, values };
    });
    const ofWindow: readonly SettingLayer[] = [
      { scope: 'workspace', values: workspace },
      { scope: 'user', values: user },
    ];
    return readSettings(sourcesOf([...ofFolders, ...ofWindow], true));
  }
  const facts = ({ profiles }: ReturnType<typeof readAll>) =>
    profiles.map(({ name, folder, scope }) => [name, folder, scope]);

  it('has the connections of each, with its name where two are called the same', () => {
    const prices = { name: 'prices', url: 'ws://p/' };
    const read = readAll(
      {
        api: { connections: [prices, { name: 'log', url: 'ws://l/' }] },
        web: { connections: [prices], url: 'ws://single/' },
        docs: {},
      },
      { connections: [{ name: 'all', url: 'ws://a/' }] },
      { connections: [{ name: 'mine', url: 'ws://m/' }] },
    );
    assert.deepEqual(read.problems, []);
    assert.deepEqual(facts(read), [
      ['all', undefined, 'workspace'],
      ['prices (api)', 'api', 'workspace'],
      ['log', 'api', 'workspace'],
      ['single', 'web', 'workspace'],
      ['prices (web)', 'web', 'workspace'],
      ['mine', undefined, 'user'],
    ]);
  });

  it('leaves the user’s connections where no folder has any', () => {
    const user = { connections: [{ name: 'mine', url: 'ws://m/' }], url: 'ws://single/' };
    assert.deepEqual(facts(readAll({ api: {}, web: {} }, {}, user)), [
      ['single', undefined, 'user'],
      ['mine', undefined, 'user'],
    ]);
  });

  it('gives each folder’s connections what the folder sets for all, and names its mistakes', () => {
    const { profiles, problems, values } = readAll(
      {
        api: {
          connections: [{ url: 'ws://a/' }],
          connectTimeout: 4,
          closeTimeout: -1,
          output: { maxCharacters: 7 },
        },
        web: { connections: [{ url: 'ws://b/' }, 3] },
      },
      { connectTimeout: 5 },
      { headers: { 'X-Key': 'k' } },
    );
    assert.deepEqual(
      profiles.map(({ values: { connectTimeout, headers } }) => [connectTimeout, headers]),
      [
        [4, { 'X-Key': 'k' }],
        [5, { 'X-Key': 'k' }],
      ],
    );
    assert.deepEqual(
      [...(profiles[0]?.explicit ?? [])],
      [
        ['headers', 'user'],
        ['connectTimeout', 'workspace'],
      ],
    );
    assert.equal(values['output.maxCharacters'], 2000);
    assert.deepEqual(problems, [
      'api: websocketMonitor.closeTimeout must be a number from 0.1 to 60, but is -1. The default is used.',
      'web: websocketMonitor.connections[1] must be an object with name and url. It is ignored.',
    ]);
  });
});

describe('Connections of the user and of a workspace', () => {
  const place = fc.record(
    {
      url: fc.constantFrom('ws://one/', 'ws://two/'),
      connections: fc.array(
        fc.record({ name: fc.constantFrom('a', 'b', 'one'), url: fc.constant('ws://h/') }),
        { maxLength: 3 },
      ),
      autoConnect: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const entriesOf = (values: Json) => {
    const { url, connections = [] } = values as { url?: string; connections?: readonly Json[] };
    return [...(url === undefined ? [] : [{ url }]), ...connections];
  };
  const layersOf = (workspace: Json, user: Json, folders: readonly Json[] = []): SettingLayer[] => [
    ...folders.map((values, at): SettingLayer => {
      return { scope: 'workspace', folder: `f${at}`, values };
    }),
    { scope: 'workspace', values: workspace },
    { scope: 'user', values: user },
  ];

  it('are all there, whichever of them there are, once each and under names of their own', () => {
    fc.assert(
      fc.property(place, place, fc.array(place, { maxLength: 2 }), (workspace, user, folders) => {
        const { profiles } = readSettings(sourcesOf(layersOf(workspace, user, folders), true));
        assert.deepEqual(
          profiles.map(({ scope, folder, entry }) => [scope, folder, entry]),
          [
            ...entriesOf(workspace).map(entry => ['workspace', undefined, entry]),
            ...folders.flatMap((values, at) =>
              entriesOf(values).map(entry => ['workspace', `f${at}`, entry]),
            ),
            ...entriesOf(user).map(entry => ['user', undefined, entry]),
          ],
        );
        assert.equal(new Set(profiles.map(({ name }) => name)).size, profiles.length);
        for (const { name, ownName, scope } of profiles) {
          const others = profiles.filter(each => each.ownName === ownName);
          const isOfWorkspaceToo = others.some(each => each.scope === 'workspace');
          assert.ok(name.startsWith(ownName));
          assert.ok(scope === 'workspace' || !isOfWorkspaceToo || name !== ownName, name);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are in Restricted Mode those that there are without the workspace', () => {
    fc.assert(
      fc.property(place, place, fc.array(place, { maxLength: 2 }), (workspace, user, folders) => {
        const restricted = readSettings(sourcesOf(layersOf(workspace, user, folders), false));
        assert.deepEqual(restricted, readSettings(sourcesOf(layersOf({}, user), false)));
        assert.ok(restricted.profiles.every(({ scope }) => scope === 'user'));
      }),
      { numRuns: 100 },
    );
  });

  it('share a name so that the workspace’s has it, and each keeps its own values', () => {
    const prices = (url: string, more: Json = {}) => ({ name: 'prices', url, ...more });
    const { profiles, problems } = readSettings(
      sourcesOf(
        layersOf(
          { connections: [prices('ws://theirs/', { connectTimeout: 3 })], closeTimeout: 1 },
          { connections: [prices('ws://mine/')], headers: { 'X-Key': 'k' }, connectTimeout: 4 },
        ),
        true,
      ),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      profiles.map(({ name, ownName, url, values, explicit }) => [
        [name, ownName, url, values.connectTimeout],
        [...explicit].sort(),
      ]),
      [
        [
          ['prices', 'prices', 'ws://theirs/', 3],
          [
            ['closeTimeout', 'workspace'],
            ['connectTimeout', 'workspace'],
            ['headers', 'user'],
          ],
        ],
        [
          ['prices (User)', 'prices', 'ws://mine/', 4],
          [
            ['closeTimeout', 'workspace'],
            ['connectTimeout', 'user'],
            ['headers', 'user'],
          ],
        ],
      ],
    );
  });

  it('are dialled when the window opens as far as their own place says so', () => {
    const list = (name: string, more: Json = {}) => ({
      connections: [{ name, url: 'ws://h/' }],
      ...more,
    });
    const dialled = (workspace: Json, user: Json) =>
      readSettings(sourcesOf(layersOf(workspace, user), true))
        .profiles.filter(({ values }) => values.autoConnect)
        .map(({ name }) => name);
    const on = { autoConnect: true };
    assert.deepEqual(
      [
        dialled(list('w', on), list('u', on)),
        dialled(list('w'), list('u', on)),
        dialled(list('w', on), list('u')),
        dialled(list('w', { autoConnect: false }), list('u', on)),
        // Without connections of its own, a workspace means the user's.
        dialled(on, list('u')),
        dialled({ autoConnect: false }, list('u', on)),
      ],
      [['w', 'u'], ['w', 'u'], ['w'], ['u'], ['u'], []],
    );
  });

  it('have problems that name the file, where both have the setting', () => {
    const bad = { connections: [3], url: 'h' };
    const { problems } = readSettings(sourcesOf(layersOf(bad, bad), true));
    assert.deepEqual(
      problems.map(problem => /^(.*?websocketMonitor\.\w+)/.exec(problem)?.[1]),
      [
        'Workspace settings: websocketMonitor.url',
        'Workspace settings: websocketMonitor.connections',
        'User settings: websocketMonitor.url',
        'User settings: websocketMonitor.connections',
      ],
    );
  });
});

describe('Who wrote a connection', () => {
  it('stays known where it is no longer in the settings', () => {
    const get = gotFrom(key => ({ headers: { 'X-Key': 'k' }, closeTimeout: 1 })[key]);
    const entry = { url: 'ws://theirs/', closeTimeout: 2 };
    const theirs = profileOf(entry, get, [], 'workspace');
    assert.deepEqual(
      [theirs?.scope, [...(theirs?.explicit ?? [])]],
      [
        'workspace',
        [
          ['headers', 'user'],
          ['closeTimeout', 'workspace'],
        ],
      ],
    );
    assert.equal(profileOf(entry, get, [])?.scope, 'user');
  });
});
