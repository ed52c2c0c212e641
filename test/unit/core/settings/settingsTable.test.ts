import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  presets,
  problemWith,
  settingKeys,
  settingOf,
  settingsTable,
  type SettingKey,
} from '../../../../src/core/settings/settingsTable.ts';

/** Values of every JSON type. */
const wrong: readonly unknown[] = [
  null,
  true,
  'text',
  '',
  -1,
  1.5,
  1e300,
  [],
  [null],
  {},
  { a: 1 },
];

function problems(key: SettingKey, values: readonly unknown[]): readonly (string | undefined)[] {
  return values.map(value => problemWith(settingOf(key), value));
}

/** The values that a setting takes. */
function taken(key: SettingKey, values: readonly unknown[]): readonly unknown[] {
  return values.filter(value => problemWith(settingOf(key), value) === undefined);
}

describe('The settings table', () => {
  it('takes its own defaults', () => {
    assert.deepEqual(
      settingKeys.filter(key => problemWith(settingOf(key), settingsTable[key].fallback)),
      [],
    );
  });

  it('refuses wrong types with what was found and what is allowed, for every setting', () => {
    for (const key of settingKeys) {
      const setting = settingOf(key);
      for (const value of wrong) {
        const problem = problemWith(setting, value);
        const found = setting.isSecret ? 'that is not shown here' : JSON.stringify(value);
        if (problem !== undefined) {
          assert.ok(
            problem.startsWith(`must be ${setting.allowed}, but is `),
            `${key}: ${problem}`,
          );
          assert.ok(problem.endsWith(found), `${key}: ${problem}`);
        }
      }
      assert.ok(taken(key, wrong).length <= 3, `${key} takes ${taken(key, wrong).length} of them`);
    }
  });

  it('names what is allowed as its readers would', () => {
    assert.deepEqual(
      [
        problems('autoConnect', ['yes'])[0],
        problems('preset', ['blog'])[0],
        problems('connectTimeout', [0])[0],
        problems('reconnect.maxAttempts', [2.5])[0],
        problems('heartbeat.expect', ['/[/'])[0],
        problems('tls.ca', [7])[0],
        problems('subprotocols', [['a b']])[0],
      ],
      [
        'must be true or false, but is "yes"',
        'must be "default" or "classic", but is "blog"',
        'must be a number from 0.1 to 600, but is 0',
        'must be a whole number from 0 to 1000000, but is 2.5',
        'must be a text, or a valid /regular expression/ without references to groups such as \\1, and without repeats of repeats beside looks ahead or behind, but is "/[/"',
        'must be a text, but is 7',
        'must be a list of different subprotocol names without spaces, but is a list that is not shown here',
      ],
    );
  });

  it('refuses a pattern of an answer that may take for ever', () => {
    const usable = [
      '(a+)+b',
      '/^pong:.*$/',
      '/"type":\\s*"pong"/i',
      '/(a+)+b/',
      '/(a|a)*$/',
      '/(?<=a)b*/',
    ];
    const endless = ['/(a+)\\1b/', '/(?=(a+)+)b/', '/(?<x>a*)\\k<x>$/'];
    assert.deepEqual(taken('heartbeat.expect', [...endless, ...usable]), usable);
  });

  it('never shows a value that may be a credential', () => {
    assert.deepEqual(
      [
        ...problems('headers', [{ Authorization: 'SECRET\n' }, 'SECRET']),
        ...problems('tls.passphrase', [123, null]),
        ...problems('onOpen', [[{ token: 'SECRET' }]]),
      ],
      [
        'must be header names with texts of one line, but is an object that is not shown here',
        'must be header names with texts of one line, but is a string that is not shown here',
        'must be a text, but is a number that is not shown here',
        'must be a text, but is an object that is not shown here',
        'must be a list of texts or of { "text": … }, { "json": … }, { "base64": … } or ' +
          '{ "sequence": … }, perhaps with "when", "delay" and "waitFor", but is a list that is not shown here',
      ],
    );
  });

  it('shows the beginning of a long value, and the type of one that JSON does not know', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    assert.deepEqual(problems('tls.ca', [cycle, 1n, Symbol.iterator]), [
      'must be a text, but is a list',
      'must be a text, but is a bigint',
      'must be a text, but is a symbol',
    ]);
    const [problem = ''] = problems('tls.ca', [Array(10_000).fill('long')]);
    assert.equal(problem.length, 'must be a text, but is '.length + 81);
  });

  it('takes limits, and nothing beyond them', () => {
    assert.deepEqual(
      {
        connectTimeout: taken('connectTimeout', [0.05, 0.1, 600, 600.1, NaN, Infinity]),
        jitter: taken('reconnect.jitter', [-0.1, 0, 0.5, 1, 1.1]),
        maxAttempts: taken('reconnect.maxAttempts', [-1, 0, 1.5, 1_000_000, 1_000_001]),
      },
      { connectTimeout: [0.1, 600], jitter: [0, 0.5, 1], maxAttempts: [0, 1_000_000] },
    );
  });

  it('takes header names and subprotocols that HTTP takes', () => {
    const names = ['X-A', '', 'a b', 'a:b', 'ä', 'a\n'];
    const values = ['', 'a b', 'ä', 'a\r\nb', 'a\0b', 1, null];
    assert.deepEqual(
      {
        headerNames: names.filter(name => taken('headers', [{ [name]: 'x' }]).length > 0),
        headerValues: values.filter(value => taken('headers', [{ a: value }]).length > 0),
        subprotocols: taken(
          'subprotocols',
          names.map(name => [name]),
        ),
        doubled: taken('subprotocols', [
          ['a', 'a'],
          ['a', 'A'],
        ]),
      },
      {
        headerNames: ['X-A'],
        headerValues: ['', 'a b', 'ä'],
        subprotocols: [['X-A']],
        doubled: [['a', 'A']],
      },
    );
  });

  it('takes header values of one line also under names that objects bring along', () => {
    const values = ['{"constructor":5}', '{"__proto__":{"a":1}}', '{"prototype":"a\\nb"}'];
    assert.deepEqual(
      values.filter(json => taken('headers', [JSON.parse(json)]).length > 0),
      [],
    );
  });

  it('takes messages of each form, and no mixture', () => {
    const messages = [
      '',
      'start',
      { text: 'a' },
      { json: null },
      { json: { a: [1] } },
      { base64: 'AQID' },
      { base64: '' },
      { sequence: 'a/b', when: 'first', delay: 1 },
      { text: 'a', when: 'reconnect', waitFor: { match: '$.ok', timeout: 1 } },
      1,
      null,
      {},
      { text: 1 },
      { base64: '%' },
      { base64: 'YQ' },
      { text: 'a', json: 1 },
      { text: 'a', when: 'never' },
      { text: 'a', delay: -1 },
      { text: 'a', waitFor: {} },
      { text: 'a', waitFor: { match: 'size:>' } },
      { sequence: '' },
      { sequence: 'a', waitFor: { match: 'a' } },
    ];
    assert.deepEqual(
      messages.filter(message => taken('onOpen', [[message]]).length > 0),
      messages.slice(0, 9),
    );
  });

  it('takes rules with exactly one condition and an action', () => {
    const rules = [
      { close: 1006, action: 'retry' },
      { close: '4000-4099', action: 'stop' },
      { status: '*', action: 'retry', delay: 0.5 },
      { error: 'ECONNREFUSED', action: 'stop' },
      { action: 'retry' },
      { close: 1006 },
      { close: 1006, action: 'explode' },
      { close: 1006, status: 500, action: 'stop' },
      { close: '1006-', action: 'stop' },
      { close: 1.5, action: 'stop' },
      { error: 1, action: 'stop' },
      { close: 1, action: 'retry', delay: -1 },
      { error: '*', action: 'stop', counts: false },
    ];
    assert.deepEqual(
      rules.filter(rule => taken('reconnect.rules', [[rule]]).length > 0),
      rules.slice(0, 4),
    );
  });

  it('never throws, whatever a value is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...settingKeys),
        fc.anything({ withBigInt: true }),
        (key, value) => {
          problems(key, [value]);
        },
      ),
    );
  });
});

describe('A preset', () => {
  it('sets only settings that a connection may override', () => {
    const keys = Object.values(presets).flatMap(preset => Object.keys(preset));
    assert.deepEqual(
      keys.filter(
        key => !(settingsTable as Record<string, { perConnection: boolean }>)[key]?.perConnection,
      ),
      [],
    );
  });
});
