import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageOf, UserError } from '../../../../src/core/base/errors.ts';
import { checkBody } from '../../../../src/core/message/checkBody.ts';
import { fillBody } from '../../../../src/core/message/fillBody.ts';
import type { MessageBody } from '../../../../src/core/message/messageBody.ts';
import {
  fillHandshake,
  type FilledHandshake,
} from '../../../../src/core/settings/fillHandshake.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { namesOf, neededBy, type Needs } from '../../../../src/core/variables/needs.ts';
import { resolve, type VariableSource } from '../../../../src/core/variables/resolve.ts';
import { referenceKinds, referencesIn } from '../../../../src/core/variables/template.ts';
import { peerText, template, type Value } from '../../../../src/core/variables/value.ts';
import { admitting, userSettings } from '../../../support/host/settings.ts';

/** One of each kind that a text may hold, as a peer would send it. */
const attempts = [
  '${env:AWS_KEY}',
  '${secret:prod}',
  '${workspaceFolder}',
  '${timestamp}',
  '${isoTimestamp}',
  '${uuid}',
  '${counter}',
  '${random:1-9}',
  '${prompt:Your password}',
  '${last:$.x}',
  '${defined}',
  '$${x}',
];
const here = 'wss://feed.example';

/** How a text of the user's names what a peer sent: at once, and by a variable that does. */
const references = ['${said}', '${wrapped}', '${last:$.said}'];

/** Knows everything, and notes whatever it is asked for besides what the user's own text names. */
function watched(said: string, from = here) {
  const asked: string[] = [];
  const noted = <T>(what: string, value: T): T => {
    asked.push(what);
    return value;
  };
  const values: Readonly<Record<string, Value>> = {
    said: peerText(said, from),
    wrapped: template('${said}', 'user'),
    defined: template('DEFINED', 'user'),
  };
  const source: VariableSource = {
    env: name => noted(`env ${name}`, 'ENV'),
    secret: name => noted(`secret ${name}`, Promise.resolve('SECRET')),
    workspaceFolder: () => noted('workspaceFolder', '/FOLDER'),
    now: () => noted('now', 0),
    uuid: () => noted('uuid', 'UUID'),
    random: () => noted('random', 0),
    counter: name => noted(`counter ${name}`, 1),
    prompt: label => noted(`prompt ${label}`, Promise.resolve('ANSWER')),
    last: path =>
      path === '$.said'
        ? Promise.resolve(peerText(said, from))
        : noted(`last ${path}`, Promise.resolve(peerText('LAST'))),
    named: name => (name === 'defined' ? noted(name, values[name]) : values[name]),
    names: Object.keys(values),
  };
  return { source, asked };
}

async function bodyOf(body: MessageBody, source: VariableSource): Promise<string> {
  const read: string[] = [];
  const readFile = (path: string) => {
    read.push(path);
    return Promise.resolve(new Uint8Array());
  };
  const { message } = await fillBody(body, { source, origin: 'user', readFile });
  assert.deepEqual(read, []);
  const payload = message.kind === 'close' ? message.reason : message.data;
  return typeof payload === 'string' ? payload : Buffer.from(payload).toString();
}

async function shake(settings: object, source: VariableSource): Promise<FilledHandshake> {
  const given = { url: `${here}/`, ...settings } as Readonly<Record<string, unknown>>;
  const { profiles, problems } = readSettings(userSettings(key => given[key]));
  assert.deepEqual(problems, []);
  const [profile] = profiles;
  assert.ok(profile);
  return fillHandshake(profile, {
    ...admitting(source),
    readFile: () => Promise.reject(new Error('A file was read')),
    token: () => Promise.reject(new Error('A program was run')),
  });
}

const decoded = (base64 = '') => Buffer.from(base64, 'base64').toString();
const header = (name: string) => (filled: FilledHandshake) => filled.handshake.headers[name];
const urlOf = ({ handshake }: FilledHandshake) => decodeURIComponent(handshake.endpoint.url);

type Settings = (reference: string) => object;
type Found = (filled: FilledHandshake) => string | undefined;

/** Where what a peer sent goes in as it stands. */
const bodies: Readonly<Record<string, (reference: string) => MessageBody>> = {
  'a text': reference => ({ as: 'text', text: `<${reference}>` }),
  'JSON': reference => ({ as: 'json', text: `"<${reference}>"` }),
  'a ping': reference => ({ as: 'ping', text: `<${reference}>` }),
  'the reason of a close': reference => ({ as: 'close', code: 4000, reason: `<${reference}>` }),
};
const taking: Readonly<Record<string, readonly [Settings, Found]>> = {
  'the path of the URL': [said => ({ url: `${here}/<${said}>` }), urlOf],
  'the query of the URL': [said => ({ url: `${here}/?a=<${said}>` }), urlOf],
  'the login of the URL': [
    said => ({ url: `wss://me:<${said}>@feed.example/` }),
    ({ handshake }) => handshake.endpoint.credentials?.password,
  ],
  'a header': [said => ({ headers: { 'X-A': `<${said}>` } }), header('X-A')],
  'auth.username': [
    said => ({ auth: { type: 'basic', username: `<${said}>`, password: 'x' } }),
    filled => decoded(header('Authorization')(filled)?.slice('Basic '.length)),
  ],
  'auth.password': [
    said => ({ auth: { type: 'basic', username: 'me', password: `<${said}>` } }),
    filled => decoded(header('Authorization')(filled)?.slice('Basic '.length)),
  ],
  'auth.token': [
    said => ({ auth: { type: 'bearer', token: `<${said}>` } }),
    header('Authorization'),
  ],
  'auth.value in a header': [
    said => ({ auth: { type: 'apiKey', in: 'header', name: 'X-K', value: `<${said}>` } }),
    header('X-K'),
  ],
  'auth.value in the query': [
    said => ({ auth: { type: 'apiKey', in: 'query', name: 'k', value: `<${said}>` } }),
    urlOf,
  ],
  'tls.passphrase': [
    said => ({ 'tls.passphrase': `<${said}>` }),
    ({ handshake }) => handshake.tls.passphrase,
  ],
};

/** Where it would choose whom to talk to, what to run or what to read. */
const refusing: Readonly<Record<string, Settings>> = {
  'the whole URL': said => ({ url: said }),
  'the scheme of the URL': said => ({ url: `${said}://feed.example/` }),
  'the host of the URL': said => ({ url: `wss://${said}/` }),
  'a part of the host': said => ({ url: `wss://${said}.example/` }),
  'the port of the URL': said => ({ url: `wss://feed.example:${said}/` }),
  'the program of auth.command': said => ({ auth: { type: 'command', command: [said, 'token'] } }),
  'an argument of auth.command': said => ({
    auth: { type: 'command', command: ['gcloud', `--account=${said}`] },
  }),
  'the proxy': said => ({ proxy: `http://${said}:3128` }),
  'tls.ca': said => ({ 'tls.ca': `/etc/${said}` }),
  'tls.cert': said => ({ 'tls.cert': said }),
  'tls.key': said => ({ 'tls.key': said }),
};

describe('What a peer sent', () => {
  it('is tried with every kind of reference', () => {
    const kinds = new Set(attempts.flatMap(text => referencesIn(text).map(({ kind }) => kind)));
    assert.deepEqual([...kinds].toSorted(), referenceKinds.toSorted());
  });

  for (const [where, body] of Object.entries(bodies)) {
    it(`goes into ${where} as it stands, and nothing is looked up for it`, async () => {
      for (const attempt of attempts) {
        for (const reference of references) {
          const { source, asked } = watched(attempt);
          const sent = await bodyOf(body(reference), source);
          assert.ok(sent.includes(`<${attempt}>`), `${reference}: ${sent}`);
          assert.deepEqual(asked, [], attempt);
          const ports = {
            source,
            origin: 'user',
            readFile: () => Promise.reject(new Error()),
          } as const;
          await checkBody(body(reference), ports);
          assert.deepEqual(asked, [], `a look at ${attempt}`);
        }
      }
    });
  }

  for (const [where, [settings, found]] of Object.entries(taking)) {
    it(`goes into ${where} as it stands, and nothing is looked up for it`, async () => {
      // A colon would end a user's name (RFC 7617), and is refused there.
      const fitting = attempts.filter(each => where !== 'auth.username' || !each.includes(':'));
      for (const attempt of fitting) {
        for (const reference of references) {
          const { source, asked } = watched(attempt);
          const text = found(await shake(settings(reference), source));
          assert.ok(text?.includes(`<${attempt}>`), `${reference}: ${String(text)}`);
          assert.deepEqual(asked, [], attempt);
        }
      }
    });
  }

  for (const [where, settings] of Object.entries(refusing)) {
    it(`does not become ${where}`, async () => {
      for (const said of [...attempts, 'evil', 'wss', '99', 'wss://evil.example']) {
        for (const reference of references) {
          const { source, asked } = watched(said);
          await assert.rejects(shake(settings(reference), source), (error: Error) => {
            assert.ok(error instanceof UserError, error.stack);
            assert.match(
              messageOf(error),
              /must not hold what a peer sent, and \$\{.+\} is such text/,
            );
            assert.ok(!messageOf(error).includes(said));
            return true;
          });
          assert.deepEqual(asked, []);
        }
      }
    });
  }

  it('does not become the name of a file that is sent', async () => {
    for (const reference of references) {
      const { source } = watched('/etc/passwd');
      const body: MessageBody = { as: 'file', path: reference, isText: false };
      await assert.rejects(bodyOf(body, source), /^UserError: The name of the file must not hold/);
    }
  });

  it('is not told to another origin than the one that it came from', async () => {
    const other = ['wss://evil.example', 'ws://feed.example', 'wss://feed.example:8443'];
    for (const from of other) {
      for (const [where, [settings]] of Object.entries(taking)) {
        const { source } = watched('token', from);
        await assert.rejects(
          shake(settings('${wrapped}'), source),
          (error: Error) => messageOf(error).includes(`which came from ${from} and is not told`),
          where,
        );
      }
    }
  });

  it('that the user lets serve all connections goes everywhere', async () => {
    const named = () => peerText('shared');
    const source = { ...watched('').source, named };
    const { handshake } = await shake({ headers: { 'X-A': '${said}' } }, source);
    assert.equal(handshake.headers['X-A'], 'shared');
  });

  it('is named as what is waited for where nothing has come yet', async () => {
    const source = { ...watched('').source, named: () => undefined };
    await assert.rejects(
      resolve(template('${said}', 'user'), 'The message', source),
      /The message needs "said" of a received message, and this connection has received none yet/,
    );
  });
});

describe('What a text needs', () => {
  const variables: Readonly<Record<string, Value>> = {
    host: template('${env:HOST}.example', 'workspace'),
    loop: template('${secret:a} ${loop} ${loop2}', 'user'),
    loop2: template('${loop}', 'user'),
    session: peerText('${secret:no}', here),
  };
  const named = (name: string) => variables[name];
  const written = '${host} ${session} ${last:$.id} ${prompt:Room} ${uuid} ${secret:b} $${env:NO}';
  const known = (needs: Needs) =>
    needs.map(({ kind, argument, origin, source, from }) =>
      [kind, argument, origin, source, from].filter(part => part !== undefined).join(' '),
    );
  const expected = [
    'named host user workspace',
    'env HOST workspace machine',
    `named session user peer ${here}`,
    'last $.id user peer',
    'prompt Room user user',
    'uuid  user machine',
    'secret b user user',
  ];

  it('is known with who wrote it and who says it, before any value is looked up', () => {
    const needs = neededBy(template(written, 'user'), named);
    assert.deepEqual(known(needs).toSorted(), expected.toSorted());
    assert.deepEqual(namesOf(needs, 'secret'), ['b']);
    assert.deepEqual(namesOf(needs, 'env'), ['HOST']);
  });

  it('is the same as what is used when it is filled in', async () => {
    const source: VariableSource = {
      ...watched('').source,
      named,
      last: () => Promise.resolve(peerText('7')),
    };
    const { used } = await resolve(template(written, 'user'), 'X', source);
    assert.deepEqual(known(used), expected);
  });

  it('follows each variable once for each author, also in a circle', () => {
    const needs = neededBy([template('${loop}', 'workspace'), template('${loop}', 'user')], named);
    assert.deepEqual(known(needs), [
      'named loop workspace user',
      'named loop user user',
      'secret a workspace user',
      'named loop2 workspace user',
      'secret a user user',
      'named loop2 user user',
    ]);
  });

  it('may come from a peer where nobody has defined it', () => {
    assert.deepEqual(known(neededBy(template('${nobody}', 'workspace'), named)), [
      'named nobody workspace peer',
    ]);
  });

  it('is found in many variables by looking at each once', () => {
    let looked = 0;
    const chained = (name: string): Value => {
      looked++;
      const next = Number(name.slice(1)) + 1;
      return template(next > 1000 ? 'end' : `\${x${next}}\${x${next}}`, 'user');
    };
    assert.equal(neededBy(template('${x0}', 'user'), chained).length, 1001);
    assert.ok(looked <= 2002, String(looked));
  });
});
