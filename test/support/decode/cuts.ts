import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { CallTable } from '../../../src/core/decode/callTable.ts';
import { Chain, type Message } from '../../../src/core/decode/chain.ts';
import type { AnyDecoder } from '../../../src/core/decode/decoder.ts';
import { SessionReader } from '../../../src/core/decode/sessionReader.ts';
import { bytesOfVector, type VectorFile } from './vectors.ts';

type Sent = Pick<Message, 'direction' | 'bytes' | 'isText'>;

/** Of a protocol whose frames need not be messages: what is read does not depend on how they are cut. */
export function testCuts(
  file: VectorFile,
  decoders: readonly AnyDecoder[],
  isSound: (name: string) => boolean,
): void {
  it(`says the same of frames of ${file.decoder} however they are cut into messages`, () => {
    const names = file.sessions.map(({ name }) => name);
    const sessions = sessionsOf(file).filter((_, index) => isSound(names[index] ?? ''));
    fc.assert(
      fc.property(
        fc.constantFrom(...sessions),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        (session, lengths) => {
          const pieces: Sent[] = [];
          for (const message of session) {
            let turn = 0;
            for (let at = 0; at < message.bytes.length;) {
              const length = lengths[turn++ % lengths.length] ?? 1;
              pieces.push({ ...message, bytes: message.bytes.subarray(at, at + length) });
              at += length;
            }
          }
          assert.deepEqual(wholeFrames(pieces, decoders), wholeFrames(session, decoders));
        },
      ),
    );
  });
}

function sessionsOf(file: VectorFile): readonly (readonly Sent[])[] {
  return file.sessions.map(({ messages }) =>
    messages.map(message => ({
      direction: message.dir,
      bytes: bytesOfVector(message),
      isText: message.text !== undefined,
    })),
  );
}

const session = { url: 'wss://example.com/ws', subprotocol: '' };

/** What is said of each frame, apart from the message that it came in. */
function wholeFrames(sent: readonly Sent[], decoders: readonly AnyDecoder[]): readonly object[] {
  const reader = new SessionReader(new Chain(decoders), session, new CallTable());
  return sent.flatMap((message, seq) => {
    const { reading } = reader.read({ ...message, seq }, seq);
    const records = reading ? (reading.records ?? [reading]) : [];
    return (
      records
        // An end of line between frames is a heart-beat where it is alone.
        .filter(({ partOf, type }) => partOf === undefined && type !== 'heart-beat')
        .map(({ type, name, topic, id, severity, summary, value, envelope, call }) => ({
          type,
          name,
          topic,
          id,
          severity,
          summary: summary(),
          value: value?.(),
          envelope: envelope?.(),
          call,
        }))
    );
  });
}
