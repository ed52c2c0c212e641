import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancellationError } from '../../../../src/core/base/errors.ts';
import fc from 'fast-check';
import { namesOf } from '../../../../src/core/variables/needs.ts';
import {
  isVolatile,
  resolve,
  type VariableSource,
} from '../../../../src/core/variables/resolve.ts';
import {
  parseTemplate,
  problemsIn,
  referencesIn,
} from '../../../../src/core/variables/template.ts';
import { peerText, template } from '../../../../src/core/variables/value.ts';
import { variables as variablesOf } from '../../../support/host/variables.ts';

const own = (text: string) => template(text, 'user');

const secrets: Readonly<Record<string, string>> = { token: 's3cr"et', sly: '${env:HOME}$&$1' };
const variables: Readonly<Record<string, string>> = {
  host: '${env:HOME}.example',
  nested: '<${host}>',
  loop: '${pool}',
  pool: 'x${loop}',
  selfish: '${selfish}',
  auth: '${secret:token}',
};

function sourceWith(changes: Partial<VariableSource> = {}): VariableSource {
  const counters = new Map<string, number>();
  return {
    env: name => ({ HOME: 'home', API_TOKEN: 'abcd' })[name],
    secret: name => Promise.resolve(Object.hasOwn(secrets, name) ? secrets[name] : undefined),
    workspaceFolder: () => '/folder',
    now: () => Date.UTC(2026, 1, 28, 23, 59, 59, 7),
    uuid: () => '00000000-0000-4000-8000-000000000000',
    random: () => 0.999,
    counter: name => {
      const next = (counters.get(name) ?? 0) + 1;
      counters.set(name, next);
      return next;
    },
    prompt: label => Promise.resolve(`<${label}>`),
    last: path => Promise.resolve(path === '$.id' ? peerText('7') : undefined),
    named: name => (Object.hasOwn(variables, name) ? own(variables[name] ?? '') : undefined),
    names: Object.keys(variables),
    ...changes,
  };
}

const resolved = async (text: string) =>
  (await resolve(own(text), 'The message', sourceWith())).text;

describe('Variables', () => {
  it('are filled in, each kind', async () => {
    const texts = {
      '${env:HOME}/${workspaceFolder}': 'home//folder',
      '${timestamp} ${isoTimestamp}': '1772323199007 2026-02-28T23:59:59.007Z',
      '${uuid}': '00000000-0000-4000-8000-000000000000',
      '${counter} ${counter} ${counter:b} ${counter}': '1 2 1 3',
      '${random:1-100} ${random:-5--5}': '100 -5',
      '${prompt:Order id}': '<Order id>',
      '${last:$.id}': '7',
      '${nested} ${auth}': '<home.example> s3cr"et',
    };
    for (const [text, expected] of Object.entries(texts)) {
      assert.equal(await resolved(text), expected);
    }
  });

  it('leave other text alone, and what they have filled in', async () => {
    for (const text of [
      '',
      'plain $text {here} ${',
      '${a + b}',
      '${}',
      '$secret:token',
      '${ env:HOME }',
    ]) {
      assert.equal(await resolved(text), text);
      assert.equal(isVolatile(text), false);
    }
    assert.equal(await resolved('<${secret:sly}>'), '<${env:HOME}$&$1>');
    assert.equal(await resolved('$${env:HOME} $${x}$$'), '${env:HOME} ${x}$$');
  });

  it('mask secrets, and say which there were', async () => {
    const text = 'a ${auth} b ${env:API_TOKEN} ${env:HOME}';
    const { used, ...filled } = await resolve(own(text), 'The message', sourceWith());
    assert.deepEqual(namesOf(used, 'secret'), ['token']);
    assert.deepEqual(filled, {
      text: 'a s3cr"et b abcd home',
      masked: 'a ••• b ••• home',
      secrets: ['s3cr"et', 'abcd'],
    });
  });

  it('are secret where a prompt asks for what sounds like one', async () => {
    const source = { ...sourceWith(), prompt: (label: string) => Promise.resolve(`my ${label}`) };
    const { masked, secrets } = await resolve(
      own('${prompt:Room} ${prompt:Password}'),
      'X',
      source,
    );
    assert.deepEqual([masked, secrets], ['my Room •••', ['my Password']]);
  });

  it('are escaped within the strings of JSON', async () => {
    const text = '{"a\\"":"x ${secret:token}","n":${counter}}';
    const { text: json } = await resolve(own(text), 'The message', sourceWith(), { form: 'json' });
    assert.deepEqual(JSON.parse(json), { 'a"': 'x s3cr"et', 'n': 1 });
  });

  it('that are missing are named, with what to do', async () => {
    const cases: Readonly<Record<string, RegExp>> = {
      '${env:NO}': /^The message needs the environment variable NO, which is not set\.$/,
      '${secret:no}': /secret "no".*Store Secret…/,
      '${toString}': /no variable "toString".*\$\{host\}.*\$\$\{toString\}/,
      '${Secret:token}': /no variable "Secret:token"/,
      '${last:$.x}': /\$\.x/,
      '${random:9-1}': /smaller one first/,
      '${loop}': /refers to itself: loop → pool → loop/,
      '${selfish}': /selfish → selfish/,
    };
    for (const [text, message] of Object.entries(cases)) {
      await assert.rejects(resolve(own(text), 'The message', sourceWith()), {
        name: 'UserError',
        message,
      });
    }
  });

  it('that multiply each other are stopped', async () => {
    const named = (name: string) =>
      own(name === 'x0' ? 'x' : '${x0}'.replace('0', String(Number(name.slice(1)) - 1)).repeat(2));
    const filled = (text: string) => resolve(own(text), 'The message', sourceWith({ named }));
    assert.equal((await filled('${x10}')).text, 'x'.repeat(1024));
    await assert.rejects(filled('${x64}'), /^UserError: The message needs variables that refer to/);
  });

  it('stop everything where a prompt is cancelled', async () => {
    const source = sourceWith({ prompt: () => Promise.resolve(undefined) });
    await assert.rejects(resolve(own('${prompt:x}'), 'The message', source), CancellationError);
  });

  it('are found wrong before anything is looked up, with the place', () => {
    assert.deepEqual(
      problemsIn('a ${env:} ${random:x} ${host} ${nobody} ${secret:any}', ['host']).map(
        ({ from, to }) => [from, to],
      ),
      [
        [2, 9],
        [10, 21],
        [30, 39],
      ],
    );
  });

  it('read every text, and put it together again', () => {
    const piece = fc.constantFrom(
      '${',
      '}',
      '$',
      '{',
      ':',
      'env',
      'a',
      '"',
      '\\',
      '${uuid}',
      '$${',
    );
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        const text = pieces.join('');
        const again = parseTemplate(text).map(part =>
          typeof part === 'string' ? part : text.slice(part.from, part.to),
        );
        assert.equal(again.join(''), text.replaceAll('$${', '${'));
        for (const { from, to } of referencesIn(text)) {
          assert.match(text.slice(from, to), /^\$\{.*\}$/s);
        }
      }),
    );
  });
});

describe('A value in a JSON text', () => {
  it('stays within its string, also in a variable that holds JSON itself', async () => {
    const sent = '","admin":true,"x":"';
    const source = variablesOf({
      named: { object: '{"a":"${session}"}', words: 'say "${session}"', outer: '${object}' },
      peer: { session: sent },
    });
    const fill = async (text: string): Promise<unknown> => {
      const filled = await resolve(template(text, 'user'), 'It', source, { form: 'json' });
      return JSON.parse(filled.text);
    };
    assert.deepEqual(await fill('{"o":${object}}'), { o: { a: sent } });
    assert.deepEqual(await fill('[${outer}]'), [{ a: sent }]);
    assert.deepEqual(await fill('{"o":"${words}"}'), { o: `say "${sent}"` });
    assert.deepEqual(await fill('{"o":"${outer}"}'), { o: `{"a":"${sent}"}` });
  });
});
