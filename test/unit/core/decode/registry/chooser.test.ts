import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import { CallTable } from '../../../../../src/core/decode/callTable.ts';
import type { Message } from '../../../../../src/core/decode/chain.ts';
import { DecodedSession } from '../../../../../src/core/decode/pass/decodedSession.ts';
import { chooserOf } from '../../../../../src/core/decode/registry/chooser.ts';
import { decoderTable } from '../../../../../src/core/decode/registry/decoders.ts';
import { readDecodeRules, rulesFor } from '../../../../../src/core/decode/registry/rules.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';
import { bytesOfVector, type VectorMessage } from '../../../../support/decode/vectors.ts';

interface DetectionCase {
  readonly name: string;
  readonly url: string;
  readonly subprotocol: string;
  readonly messages: readonly Omit<VectorMessage, 'expect'>[];
  readonly setting?: unknown;
  readonly expect: object;
}

const path = join(import.meta.dirname, '../../../../fixtures/decoders/detect.json');
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly DetectionCase[] };

const table = decoderTable(nativeInflate);
const anywhere = { url: 'wss://example.com/ws', subprotocol: '' };

function sessionBy(setting: unknown, facts = anywhere): DecodedSession {
  const problems: string[] = [];
  const rules = rulesFor('prices', readDecodeRules(setting, problems));
  assert.deepEqual(problems, []);
  return new DecodedSession(0, facts, chooserOf(rules, table, nativeInflate), new CallTable());
}

/** Shows a session its messages as the pass does, which goes back where the decoders are others. */
function show(session: DecodedSession, messages: readonly Message[]): void {
  for (const message of messages) {
    if (session.see(message)) {
      for (const earlier of messages.slice(0, message.seq)) {
        session.advance(earlier, 0);
      }
    }
    if (session.isDecoded) {
      session.advance(message, 0);
    }
  }
}

function received(...contents: (string | Uint8Array)[]): readonly Message[] {
  return contents.map((content, seq) => {
    const isText = typeof content === 'string';
    return { seq, direction: 'in', isText, bytes: isText ? Buffer.from(content) : content };
  });
}

/** The decoders that have read each message. */
function readBy(session: DecodedSession, messages: readonly Message[]): readonly string[] {
  return messages.map(message => {
    const read = session.read(message, (from, to) => messages.slice(from, to));
    return read?.layers.map(({ decoder }) => decoder).join(' ') ?? '';
  });
}

describe('The vectors of the detection', () => {
  for (const { name, url, subprotocol, messages, setting, expect } of cases) {
    it(name, () => {
      const session = sessionBy(setting, { url, subprotocol });
      const all = messages.map((message, seq): Message => {
        const isText = message.text !== undefined;
        const bytes = bytesOfVector({ ...message, expect: {} });
        return { seq, direction: message.dir, isText, bytes };
      });
      show(session, all);
      const { as, from, shown, misfits } = session.decoding;
      assert.deepEqual({ as, from, shown, ...(misfits && { warns: true }) }, expect);
    });
  }
});

describe('How messages are decoded', () => {
  const packed = zlib.gzipSync('{"e":"trade","p":1}');

  it('stays what the subprotocol says, with a warning, if messages are something else', () => {
    const session = sessionBy([], { ...anywhere, subprotocol: 'mqtt' });
    const messages = received(...[1, 2, 3, 4, 5, 6].map(index => `{"n":${index}}`));
    show(session, messages.slice(0, 4));
    assert.equal(session.decoding.misfits, undefined);
    show(session, messages.slice(4));
    const { as, shown, misfits } = session.decoding;
    assert.deepEqual([as, shown, misfits], [['mqtt'], 'applied', { count: 6, of: 6 }]);
  });

  it('is found out for messages that the rules are not for', () => {
    const session = sessionBy([
      { connection: 'p*', kind: 'binary', use: ['gzip', 'json'] },
      { kind: 'text', direction: 'out', use: 'off' },
      { connection: 'others', use: 'off' },
    ]);
    const rpc = '{"jsonrpc":"2.0","method":"a"}';
    const messages: readonly Message[] = [
      ...received(packed, rpc, rpc, rpc),
      { seq: 4, direction: 'out', isText: true, bytes: Buffer.from(rpc) },
    ];
    show(session, messages);
    const { as, from } = session.decoding;
    assert.deepEqual([as, from], [['gzip', 'json'], 'setting']);
    const expected = ['gzip json', ...Array<string>(3).fill('json jsonrpc'), ''];
    assert.deepEqual(readBy(session, messages), expected);
  });

  it('leaves messages as they are that a rule turns off, and finds out about the others', () => {
    const session = sessionBy([{ kind: 'text', use: 'off' }]);
    const rpc = '{"jsonrpc":"2.0","method":"a"}';
    const messages = received(rpc, rpc, rpc, packed);
    show(session, messages);
    assert.deepEqual(readBy(session, messages), ['', '', '', 'gzip json']);
  });

  it('goes on with bytes that a value in binary has in a member', () => {
    const session = sessionBy([{ use: ['msgpack', { at: '$.a', as: 'cbor' }] }]);
    // A map with one member, whose bytes are a list in CBOR.
    const messages = received(Buffer.from('81a161c4028101', 'hex'));
    show(session, messages);
    assert.deepEqual(readBy(session, messages), ['msgpack $.a cbor']);
  });
});
