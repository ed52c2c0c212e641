import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sourcesOf, type SettingLayer } from '../../../../../src/core/settings/settingLayers.ts';
import { readTaps, tapFor } from '../../../../../src/core/settings/taps/tapProfile.ts';

const upstream = 'http://localhost:5173';

function read(taps: unknown, isTrusted = true, ...others: readonly SettingLayer[]) {
  return readTaps(sourcesOf([...others, { scope: 'user', values: { taps } }], isTrusted));
}

/** The problems of a tap with these settings. */
function problemsOf(settings: object): readonly string[] {
  return read([{ name: 'x', upstream, ...settings }]).problems;
}

describe('The setting taps', () => {
  it('has defaults for all but the upstream', () => {
    const { taps, problems } = read([{ upstream }]);
    assert.deepEqual(problems, []);
    const [tap] = taps;
    assert.equal(tap?.name, 'localhost:5173');
    assert.equal(tap.upstream.url, upstream);
    assert.deepEqual(tap.routes, []);
    assert.equal(tap.values.port, undefined);
    assert.equal(tap.values.host, 'upstream');
    assert.equal(tap.values.token, undefined);
    assert.equal(tap.values.waitForUpstream, 0);
  });

  it('has the longest route first', () => {
    const routes = {
      '/': 'http://localhost:1',
      '/api/v1': 'http://localhost:3',
      '/api': 'http://localhost:2',
    };
    const [tap] = read([{ name: 'x', upstream, routes }]).taps;
    assert.deepEqual(
      tap?.routes.map(({ prefix, upstream: { port } }) => [prefix, port]),
      [
        ['/api/v1', 3],
        ['/api', 2],
        ['/', 1],
      ],
    );
  });

  it('takes groups as a path or as one name with dots', () => {
    const one = read([{ name: 'x', upstream, tls: { cert: 'a', key: 'b' } }]);
    const other = read([{ 'name': 'x', upstream, 'tls.cert': 'a', 'tls.key': 'b' }]);
    assert.deepEqual([...one.problems, ...other.problems], []);
    assert.deepEqual(one.taps[0]?.values, other.taps[0]?.values);
  });

  for (const [what, settings, says] of [
    [
      'a port that is none',
      { port: 0 },
      /taps\[0\]\.port must be a port from 1 to 65535, but is 0\. It is ignored/,
    ],
    ['a port that is a text', { port: '9300' }, /but is "9300"/],
    [
      'a route without a slash',
      { routes: { cable: upstream } },
      /routes must be path prefixes.*cannot be started/,
    ],
    [
      'a route to nothing',
      { routes: { '/cable': 'localhost' } },
      /routes must be.*but is \{"\/cable":"localhost"\}/,
    ],
    [
      'another host',
      { host: 'mine' },
      /host must be "upstream" or "keep", but is "mine"\. The default is used/,
    ],
    [
      'an origin with a path',
      { allowedOrigins: ['http://a/'] },
      /allowedOrigins must be a list of origins/,
    ],
    ['a wait that is too long', { waitForUpstream: 301 }, /a number from 0 to 300, but is 301/],
    ['a certificate without its key', { tls: { cert: 'a' } }, /tls needs both cert and key/],
    ['a key without its certificate', { tls: { key: 'a' } }, /tls needs both cert and key/],
    [
      'an unknown setting',
      { upstreams: [] },
      /taps\[0\]\.upstreams is no setting of a tap.*name, upstream, port/,
    ],
    [
      'an unknown part of a group',
      { tls: { ca: 'a' } },
      /tls\.ca is no setting of a tap.*tls\.cert, tls\.key/,
    ],
    ['a group that is no object', { tls: 1 }, /tls must be an object, but is a number/],
    ['a name that is none', { name: ' ' }, /name must be a text\. It is named after its upstream/],
  ] as const) {
    it(`names ${what}, once`, () => {
      const problems = problemsOf(settings);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', says);
    });
  }

  for (const [what, entry, says] of [
    ['a text', 'x', /taps\[0\] must be an object with name and upstream, but is a string/],
    ['null', null, /but is null/],
    ['a list', [], /but is a list/],
    ['no upstream', { name: 'x' }, /has no upstream, such as/],
    ['an upstream that is a number', { upstream: 5173 }, /upstream must be a URL.*but is a number/],
    [
      'an upstream without a scheme',
      { upstream: 'localhost:5173' },
      /as in http:\/\/localhost:5173/,
    ],
  ] as const) {
    it(`ignores ${what}, and reads the others`, () => {
      const { taps, problems } = read([entry, { name: 'fine', upstream }]);
      assert.deepEqual(
        taps.map(({ name }) => name),
        ['fine'],
      );
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', says);
    });
  }

  it('names a value that is no list', () => {
    assert.match(read({ name: 'x' }).problems[0] ?? '', /must be a list of taps, but is an object/);
  });

  it('shows no value of a header', () => {
    const [problem = ''] = problemsOf({ headers: { Authorization: 7, Cookie: 'sesame' } });
    assert.match(problem, /headers must be header names with texts.*not shown here/);
    assert.ok(!problem.includes('sesame'));
  });

  it('keeps a tap from being started for what it cannot do without', () => {
    const [tap] = read([
      { name: 'x', upstream, headers: 1, token: 'yes', waitForUpstream: -1 },
    ]).taps;
    assert.equal(tap?.unusable.length, 2);
    assert.match(tap.unusable.join(' '), /headers.*token/);
  });

  it('takes the taps of all places, the workspace first, and tells names apart', () => {
    const workspace = {
      scope: 'workspace',
      values: { taps: [{ name: 'x', upstream: 'http://localhost:1' }] },
    } as const;
    const { taps, problems } = read(
      [
        { name: 'x', upstream },
        { name: 'y', upstream },
      ],
      true,
      workspace,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      taps.map(({ name, scope }) => [name, scope]),
      [
        ['x', 'workspace'],
        ['x (User)', 'user'],
        ['y', 'user'],
      ],
    );
  });

  it('numbers two of one name in one place, and says so', () => {
    const { taps, problems } = read([
      { name: 'x', upstream },
      { name: 'x', upstream },
    ]);
    assert.deepEqual(
      taps.map(({ name }) => name),
      ['x', 'x (2)'],
    );
    assert.match(problems[0] ?? '', /two taps named "x"\. This is "x \(2\)"/);
  });

  it('ignores those of a workspace that is not trusted', () => {
    const workspace = { scope: 'workspace', values: { taps: [{ name: 'w', upstream }] } } as const;
    assert.deepEqual(
      read([{ name: 'u', upstream }], false, workspace).taps.map(({ name }) => name),
      ['u'],
    );
  });

  it('names the file where both user and workspace have taps', () => {
    const workspace = { scope: 'workspace', values: { taps: [1] } } as const;
    assert.deepEqual(
      read([2], true, workspace).problems.map(problem => problem.replace(/ must.*/, '')),
      ['Workspace settings: websocketMonitor.taps[0]', 'User settings: websocketMonitor.taps[0]'],
    );
  });

  it('reads the rules, and leaves out a faulty one', () => {
    const rules = [
      { match: 'in: $.type:trade', do: 'hold' },
      { match: 'in:', do: 'vanish' },
      { match: '"', do: 'drop' },
      { match: 'out:', do: 'duplicate' },
    ];
    const { taps, problems } = read([{ name: 'x', upstream, rules }]);
    assert.deepEqual(
      taps[0]?.rules.map(({ action }) => action.do),
      ['hold', 'duplicate'],
    );
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /taps\[0\]\.rules\[1\]\.do must be hold, drop.*"vanish"/);
    assert.match(problems[1] ?? '', /taps\[0\]\.rules\[2\]\.match is no filter/);
  });

  it('reads the object of a command in the same way', () => {
    const problems: string[] = [];
    assert.equal(tapFor({ upstream }, problems)?.name, 'localhost:5173');
    assert.deepEqual(problems, []);
    assert.equal(tapFor({ upstream, port: 'x' }, problems)?.name, 'localhost:5173');
    assert.match(problems.join(), /The tap\.port must be/);
  });
});
