import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runnablesOf, type SavedSequence } from '../../../../src/core/library/library.ts';
import {
  base64Problem,
  closeProblem,
  hexProblem,
  jsonProblem,
  parseBase64,
  parseHex,
  pingProblem,
} from '../../../../src/core/library/messageBody.ts';
import { readLibrary } from '../../../../src/core/library/readLibrary.ts';

const file = {
  version: 1,
  items: [
    { name: 'Login', json: { op: 'login', token: '${secret:t}' }, waitFor: { match: '$.ok:true' } },
    {
      folder: 'Orders',
      items: [
        { name: 'New', text: 'new', delay: 0.5, repeat: { every: 2, times: 3 } },
        { name: 'Close', close: { code: 4000 } },
      ],
    },
    { name: 'All', steps: ['Login', { message: 'Orders/New', delay: 2 }, { hex: '00 ff' }] },
  ],
  environments: [{ name: 'prod', isProduction: true, variables: { host: 'example.com' } }],
  extractors: [{ name: 'token', path: '$.token' }],
};

describe('A library', () => {
  it('is read with its folders, order, timing and steps', () => {
    const { library, problems, isLater } = readLibrary(file, 'user');
    assert.deepEqual([problems, isLater], [[], false]);
    const all = runnablesOf(library.items);
    assert.deepEqual(
      all.map(({ path }) => path),
      ['Login', 'Orders/New', 'Orders/Close', 'All'],
    );
    const { steps } = all[3] as SavedSequence;
    assert.deepEqual(
      steps.map(({ name, body, timing }) => [name, body.as, timing.delayMs]),
      [
        ['Login', 'json', 0],
        ['New', 'text', 2000],
        ['00 ff', 'hex', 0],
      ],
    );
    assert.deepEqual(steps[1]?.timing.repeat, { everyMs: 2000, times: 3 });
    assert.deepEqual(steps[0]?.timing.waitFor, { match: '$.ok:true', timeoutMs: 30_000 });
    assert.deepEqual(library.environments, [
      { name: 'prod', origin: 'user', isProduction: true, variables: { host: 'example.com' } },
    ]);
    assert.deepEqual(library.extractors, [
      { name: 'token', origin: 'user', path: '$.token', when: '' },
    ]);
  });

  it('keeps what is good of a bad file, and names the rest with its place', () => {
    const { library, problems } = readLibrary(
      {
        version: 1,
        color: 'red',
        items: [
          { name: 'A', text: 'a', colour: 1 },
          { name: 'A', text: 'again' },
          { name: 'B' },
          { name: 'C', text: 'x', hex: '00' },
          { text: 'nameless' },
          { name: 'S', steps: ['Nobody', { text: 'x' }, 7] },
          { name: 'D', text: 'x', repeat: { every: -1 } },
          'text',
        ],
        environments: {},
        extractors: [{ name: '1', path: 'x' }],
      },
      'user',
    );
    assert.deepEqual(
      runnablesOf(library.items).map(({ path }) => path),
      ['A', 'A (2)', 'S'],
    );
    for (const place of [
      'color',
      'items[0].colour',
      'items[1]: "A" is there already',
      'items[2] needs one of',
      'items[3] needs one of',
      'items[4].name',
      'items[5].steps[0]: there is no saved message "Nobody"',
      'items[5].steps[2]',
      'items[6].repeat.every',
      'items[7]',
      'environments must be a list',
      'extractors[0].name',
      'extractors[0].path',
    ]) {
      assert.ok(
        problems.some(problem => problem.includes(place)),
        `${place} in ${problems.join('\n')}`,
      );
    }
  });

  it('names the second and third of a name, also where such a name is taken', () => {
    const items = ['a', 'a (2)', 'a', 'a'].map(name => ({ name, text: '' }));
    assert.deepEqual(
      runnablesOf(readLibrary({ version: 1, items }, 'user').library.items).map(({ path }) => path),
      ['a', 'a (2)', 'a (3)', 'a (4)'],
    );
  });

  it('of very many things that are named alike, or refer to others, is read within a minute', () => {
    const messages = Array.from({ length: 60_000 }, () => ({ name: 'a', text: '' }));
    const sequences = Array.from({ length: 60_000 }, () => ({ name: 's', steps: ['a'] }));
    const begin = performance.now();
    readLibrary({ version: 1, items: [...messages, ...sequences] }, 'user');
    assert.ok(performance.now() - begin < 60_000);
  });

  it('of a later version is not read, and says so', () => {
    const { isLater, problems, library } = readLibrary({ version: 2, items: [] }, 'user');
    assert.deepEqual([isLater, library.items], [true, []]);
    assert.match(problems[0] ?? '', /version 2/);
  });

  it('never fails, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        assert.ok(Array.isArray(readLibrary(value, 'user').problems));
        assert.ok(Array.isArray(readLibrary({ version: 1, items: [value] }, 'user').problems));
      }),
    );
  });
});

describe('What is typed as bytes', () => {
  it('is read, or named wrong with its place', () => {
    assert.deepEqual([...parseHex('0x00 FF,a0:1b\n2C')], [0, 255, 160, 27, 44]);
    assert.deepEqual(hexProblem('00 fg')?.at, 4);
    assert.deepEqual(hexProblem('00 f')?.at, 4);
    assert.throws(() => parseHex('0x0'), /missing.*See character 4/);
    assert.deepEqual([...parseBase64('-_8=')], [251, 255]);
    assert.deepEqual(base64Problem('AB*D')?.at, 2);
    assert.deepEqual(base64Problem('A=BC')?.at, 1);
    assert.deepEqual(base64Problem('ABCDE')?.at, 5);
    assert.throws(() => parseBase64('AB?D'), /"\?".*See character 3/);
  });

  it('comes back as it was, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        assert.deepEqual(parseHex(Buffer.from(bytes).toString('hex')), new Uint8Array(bytes));
        assert.deepEqual(parseBase64(Buffer.from(bytes).toString('base64')), new Uint8Array(bytes));
      }),
    );
  });

  it('is told where JSON stops being JSON', () => {
    assert.equal(jsonProblem('{"a":[1,2]}'), undefined);
    assert.equal(jsonProblem('{"a":1,}')?.at, 7);
    assert.equal(jsonProblem('{"a":')?.at, 5);
    assert.equal(jsonProblem('')?.at, 0);
    assert.equal(jsonProblem('{"ä":[1],"b":u}')?.at, 13);
    assert.equal(jsonProblem('\ufeff{}')?.at, 0);
  });

  it('is held against the limits of control frames', () => {
    assert.equal(closeProblem(1000, ''), undefined);
    assert.equal(closeProblem(4999, 'x'.repeat(123)), undefined);
    assert.match(closeProblem(1006, '')?.message ?? '', /1000/);
    assert.match(closeProblem(3000, 'é'.repeat(62))?.message ?? '', /123 bytes/);
    assert.equal(pingProblem('x'.repeat(125)), undefined);
    assert.ok(pingProblem('é'.repeat(63)));
  });
});
