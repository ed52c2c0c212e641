import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import type { DecodeStep } from '../../../../../src/core/decode/decodeRule.ts';
import { chooserOf } from '../../../../../src/core/decode/registry/chooser.ts';
import { decoderNames } from '../../../../../src/core/decode/registry/decoderNames.ts';
import { decodersOf, decoderTable } from '../../../../../src/core/decode/registry/decoders.ts';
import { readersOf } from '../../../../../src/core/decode/registry/readers.ts';
import { readDecodeRules, rulesFor } from '../../../../../src/core/decode/registry/rules.ts';
import { matchesUrl } from '../../../../../src/core/decode/registry/urlPattern.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';

const table = decoderTable(nativeInflate);
const session = { url: 'wss://h/socket.io/?EIO=4', subprotocol: '' };
const messageOf = (content: string | Uint8Array) => ({
  seq: 0,
  direction: 'in' as const,
  isText: typeof content === 'string',
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
});

describe('The decoders', () => {
  it('have a name for people and a line in the docs, each of them', () => {
    const names = decoderNames.map(({ name }) => name);
    assert.deepEqual([...table.keys()].sort(), [...names].sort());
    const docs = readFileSync('docs/decoders.md', 'utf8');
    for (const { name, title } of decoderNames) {
      assert.match(docs, new RegExp(`\\| \`${name}\` +\\| ${title.replace(/[.()]/g, '\\$&')}`));
    }
  });

  it('read one member of a value on', () => {
    const packed = gzipSync('{"price":5}').toString('base64');
    const steps = ['json', { at: '$.data', as: 'base64' }, 'gzip', 'json'];
    const chain = new Chain(decodersOf(steps, table));
    const message = messageOf(JSON.stringify({ data: packed }));
    const { reading } = chain.read(message, chain.begin(session));
    assert.equal(reading?.value?.(), '{"price":5}');
    const other = chain.read(messageOf('{"other":1}'), chain.begin(session));
    assert.equal(other.reading?.problem?.is, 'unexpected');
  });

  it('say in one line what the value is whose member is not there, and what the member is', () => {
    const summaryOf = (steps: readonly DecodeStep[], content: string | Uint8Array) => {
      const chain = new Chain(decodersOf(steps, table));
      return chain.read(messageOf(content), chain.begin(session)).reading?.summary();
    };
    const member = { at: '$.data' };
    assert.equal(summaryOf(['msgpack', member], Uint8Array.of(0x81, 0xa1, 0x61, 1)), '{"a":1}');
    assert.equal(summaryOf([member], '{\n"a":1}'), '{ "a":1}');
    assert.equal(summaryOf([member], '{"data":"b\\nc"}'), 'b c');
  });

  it('are offered by what they can read', () => {
    assert.ok(
      readersOf(messageOf('{"jsonrpc":"2.0","method":"a","id":1}'), table).includes('jsonrpc'),
    );
    assert.ok(readersOf(messageOf(gzipSync('{}')), table).includes('gzip'));
    assert.ok(!readersOf(messageOf('hello'), table).includes('json'));
    const records = '{"type":6}\u001e{"type":6}\u001e';
    assert.ok(readersOf(messageOf(records), table).includes('signalr'));
    assert.ok(!readersOf(messageOf(`${records}{"type"`), table).includes('signalr'));
  });

  it('are offered last where they wonder at what they read', () => {
    const readers = readersOf(messageOf(Buffer.from('0a0461626364', 'hex')), table);
    assert.ok(readers.includes('protobuf-raw'));
    assert.equal(readers.at(-1), 'socketio');
  });
});

describe('readDecodeRules', () => {
  const problemsOf = (value: unknown) => {
    const problems: string[] = [];
    const rules = readDecodeRules(value, problems);
    return { rules, problems };
  };

  it('reads what the docs show', () => {
    const docs = readFileSync('docs/decoders.md', 'utf8');
    const blocks = [...docs.matchAll(/```jsonc\n"websocketMonitor.decoders": (\[[^]*?\n\])\n```/g)];
    assert.ok(blocks.length >= 2);
    for (const [, text = ''] of blocks) {
      const { rules, problems } = problemsOf(JSON.parse(text));
      assert.deepEqual(problems, []);
      assert.equal(rules.length, (JSON.parse(text) as unknown[]).length);
    }
  });

  it('has no steps for "off"', () => {
    assert.deepEqual(problemsOf([{ url: '*', use: 'off' }]).rules, [{ url: '*', use: [] }]);
  });

  it('says what is wrong with each rule, and keeps the others', () => {
    const wrong: readonly [unknown, RegExp][] = [
      [5, /must be an object/],
      [{ use: 'nothing' }, /names the decoder "nothing"/],
      [{ use: [] }, /takes "off", a decoder, or a list/],
      [{ use: 'json', urll: 'x' }, /has the member "urll"/],
      [{ use: 'json', url: 5 }, /"url" of "decoders\[0\]" must be a text/],
      [{ use: 'json', direction: 'both' }, /"direction"/],
      [{ use: 'json', kind: 'ping' }, /"kind"/],
      [{ use: [{ at: 'data' }] }, /must be a path/],
      [{ use: [{ at: '$.a', as: 'x' }] }, /names the decoder "x"/],
      [{ use: [{ map: { event: 5 } }] }, /"map" of/],
      [{ use: [{ scripts: 'x.mjs' }] }, /takes names of decoders/],
      [{ use: { script: 'x.wasm' } }, /"script" of "decoders\[0\]" must be a file that ends in/],
      [{ use: { script: 'x.d.ts' } }, /must be a file that ends in/],
      [{ use: { script: '' } }, /must be a file/],
      [{ use: { script: 'x.mjs', as: 'json' } }, /has the member "as"/],
    ];
    for (const [rule, sentence] of wrong) {
      const { rules, problems } = problemsOf([rule, { use: 'json' }]);
      assert.match(problems.join(' '), sentence);
      assert.deepEqual(rules, [{ use: ['json'] }]);
    }
    assert.match(problemsOf({}).problems.join(), /must be a list/);
  });

  it('takes decoders in files, and those that other extensions contribute', () => {
    const problems: string[] = [];
    const use = [{ script: '~/decoders/acme.mts' }, { at: '$.a', as: 'acme' }, 'acme'];
    const rules = readDecodeRules([{ use }], problems, name => name === 'acme');
    assert.deepEqual([rules, problems], [[{ use }], []]);
    const { problems: wrong } = problemsOf([{ use: 'acme' }]);
    assert.match(wrong.join(), /"acme", which is not built in, and which no extension/);
  });

  it('survives whatever a file says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        readDecodeRules(value, []);
        readDecodeRules([value], []);
      }),
    );
  });

  it('are for a connection by its name, in which a star is any characters', () => {
    const rules = [{ connection: 'a*', use: ['json'] }, { use: ['text'] }];
    // Captures have no use for the name.
    assert.deepEqual(rulesFor('ab', rules), [{ use: ['json'] }, { use: ['text'] }]);
    assert.deepEqual(rulesFor('b', rules), [{ use: ['text'] }]);
  });
});

describe('chooserOf', () => {
  const choose = chooserOf(
    [
      { url: '*/chat', kind: 'binary', use: ['msgpack'] },
      { url: '*/chat', use: [] },
      { subprotocol: 'acme', use: ['json'] },
    ],
    table,
    nativeInflate,
  );

  it('takes the rules that fit, up to the first that is for all messages', () => {
    const { choice } = choose({ url: 'ws://h/chat', subprotocol: '' });
    assert.deepEqual(
      choice.routes.map(({ kind, chain }) => [kind, chain.names]),
      [
        ['binary', ['msgpack']],
        [undefined, []],
      ],
    );
    assert.deepEqual([choice.decoding.from, choice.decoding.shown], ['setting', 'applied']);
    assert.equal(choose({ url: 'ws://h/x', subprotocol: 'acme' }).choice.decoding.title, 'JSON');
  });

  it('looks at the session where no rule fits', () => {
    const chooser = choose(session);
    assert.deepEqual(chooser.choice.decoding.as, ['socketio']);
    const plain = choose({ url: 'ws://h/', subprotocol: '' });
    assert.equal(plain.choice.decoding.shown, 'none');
    for (let id = 0; id < 3; id++) {
      plain.take(messageOf(`{"jsonrpc":"2.0","method":"a","id":${id}}`));
    }
    const { decoding, routes } = plain.choice;
    assert.deepEqual([decoding.title, decoding.from], ['JSON-RPC', 'messages']);
    assert.equal(routes.length, 1);
  });
});

describe('matchesUrl', () => {
  it('takes any characters for a star', () => {
    assert.ok(matchesUrl('*/socket.io/*', 'wss://h/socket.io/?EIO=4'));
    assert.ok(matchesUrl('*', ''));
    assert.ok(!matchesUrl('ws://h', 'ws://h/'));
    assert.ok(!matchesUrl('a*a', 'a'));
    assert.ok(!matchesUrl('*', 'x'.repeat(5000)));
  });

  it('is what a regular expression would say', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const plain = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(text, plain, (pattern, url) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(url);
        assert.equal(matchesUrl(pattern, url), expected);
      }),
    );
  });
});
