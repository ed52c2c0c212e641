import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runnablesOf, type SavedSequence } from '../../../../src/core/library/library.ts';
import { libraryLimits } from '../../../../src/core/library/librarySchema.ts';
import {
  base64Problem,
  closeProblem,
  hexProblem,
  jsonProblem,
  parseBase64,
  parseHex,
  pingProblem,
} from '../../../../src/core/message/messageBody.ts';
import { readLibrary } from '../../../../src/core/library/readLibrary.ts';
import { assertLinear } from '../../../support/growth.ts';

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

  it('calls a step of JSON by what is sent of it', () => {
    const steps = [{ json: { op: 'log in', ids: [1, 2] } }];
    const { library } = readLibrary({ version: 1, items: [{ name: 'All', steps }] }, 'user');
    const [all] = runnablesOf(library.items) as SavedSequence[];
    assert.equal(all?.steps[0]?.name, '{"op":"log in","ids":[1,2]}');
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

  it('of very many things that are named alike, or refer to others, takes no more for each', () => {
    assertLinear(
      size => ({
        version: 1,
        items: [
          ...Array.from({ length: size }, () => ({ name: 'a', text: '' })),
          ...Array.from({ length: size }, () => ({ name: 's', steps: ['a'] })),
        ],
      }),
      value => readLibrary(value, 'user'),
      2400,
    );
  });

  it('of nothing but mistakes names the first hundred, and says how many there are', () => {
    assertLinear(
      size => ({ version: 1, items: Array.from({ length: size }, () => ({ name: 1 })) }),
      value => readLibrary(value, 'user'),
      4000,
    );
    const { problems } = readLibrary(
      {
        version: 1,
        items: Array.from({ length: 5000 }, () => ({ name: 'A', text: 'a', colour: 1 })),
        environments: [{ name: 'e', variables: Object.fromEntries(Array(300).entries()) }],
      },
      'user',
    );
    assert.equal(problems.length, libraryLimits.problems + 1);
    assert.match(problems.at(-1) ?? '', /^There are \d{4,} more\./);
  });

  it('quotes what is in the file as plain text of bearable length', () => {
    const key = `\u202e\u0007[x](command:y)${'z'.repeat(100_000)}`;
    const { problems } = readLibrary(
      { version: 1, [key]: 1, items: [{ name: key, text: '' }] },
      'user',
    );
    for (const problem of problems) {
      assert.ok(problem.length < 1500, `${problem.length}`);
      assert.doesNotMatch(problem, /[\u202e\u0007]/);
    }
    assert.match(problems[0] ?? '', /⟨U\+202E⟩/);
  });

  it('with more than anybody writes is used as far as the limits go, and says so', () => {
    const many = <T>(count: number, make: (index: number) => T) =>
      Array.from({ length: count }, (_, index) => make(index));
    const message = (index: number) => ({ name: `m${index}`, text: '' });
    const { items, steps, environments, extractors, variables } = libraryLimits;
    const pairs = (count: number) => Object.fromEntries(many(count, index => [`v${index}`, '']));
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ items: many(items + 1, message) }, /items: only 10000 of 10001/],
      [{ items: [{ folder: 'f', items: many(items, message) }] }, /items: only 9999 of 10000/],
      [{ items: [{ name: 's', steps: many(steps + 5, () => ({ text: '' })) }] }, /only 20000 of/],
      [{ environments: many(environments + 1, n => ({ name: `${n}` })) }, /environments: only the/],
      [{ environments: [{ name: 'e', variables: pairs(variables + 1) }] }, /at most 2000 are/],
      [
        { extractors: many(extractors + 1, () => ({ name: 'a', path: '$.a' })) },
        /extractors: only/,
      ],
    ];
    for (const [content, sentence] of cases) {
      const { problems, excess } = readLibrary({ version: 1, ...content }, 'user');
      assert.deepEqual([problems.length, excess], [1, problems[0]], problems.join('\n'));
      assert.match(problems[0] ?? '', sentence);
    }
    assert.equal(readLibrary(file, 'user').excess, undefined);
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
