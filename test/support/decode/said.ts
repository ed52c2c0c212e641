import { CallTable } from '../../../src/core/decode/callTable.ts';
import { Chain } from '../../../src/core/decode/chain.ts';
import type { AnyDecoder, SessionFacts } from '../../../src/core/decode/decoder.ts';
import { knownReading, type KnownReading } from '../../../src/core/decode/knownReading.ts';
import type { Reading } from '../../../src/core/decode/reading.ts';
import { SessionReader } from '../../../src/core/decode/sessionReader.ts';

type Sent = readonly [direction: 'in' | 'out', content: string | Uint8Array];

/** What is known of each message of a session once all were read; they come one millisecond apart. */
export function said(
  decoders: AnyDecoder | readonly AnyDecoder[],
  session: Partial<SessionFacts>,
  sent: readonly Sent[],
): readonly KnownReading[] {
  const table = new CallTable();
  const chain = new Chain([decoders].flat());
  const facts = { url: 'wss://example.com/ws', subprotocol: '', ...session };
  const reader = new SessionReader(chain, facts, table);
  const bytes = sent.map(([, content]) =>
    typeof content === 'string' ? Buffer.from(content) : content,
  );
  const readings = sent.map(([direction, content], seq): Reading => {
    const isText = typeof content === 'string';
    const message = { seq, direction, bytes: bytes[seq] ?? new Uint8Array(), isText };
    return reader.read(message, seq).reading ?? { summary: () => 'not read' };
  });
  return readings.map((reading, seq) => knownReading(reading, seq, table, part => bytes[part]));
}
