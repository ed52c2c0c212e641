import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parseEndpoint } from '../../../src/core/endpoint/endpoint.ts';
import { textsOf, type TextRun } from '../../../src/core/record/textRun.ts';
import type { HandshakeFacts } from '../../../src/core/record/handshakeFacts.ts';
import type {
  Ended,
  Handshake,
  Opened,
  Transport,
  TransportListener,
} from '../../../src/core/connection/wire/transport.ts';
import { openWsTransport } from '../../../src/node/transport/wsTransport.ts';

const decoder = new TextDecoder();

/** Everything that a transport reports, in order; whoever waits for a line is told of it. */
export class TransportRecorder implements TransportListener {
  /** Without the handshakes, whose place is always the same. */
  readonly lines: string[] = [];
  readonly ends: Ended[] = [];
  readonly handshakes: HandshakeFacts[] = [];
  /** The payloads of the pongs that the transport sent by itself. */
  readonly pongsSent: string[] = [];
  #waiting: (() => void)[] = [];
  #inputCount = 0;

  #add(line: string): void {
    if (/^(open|end)/.test(line)) {
      const isAfterOpening = this.lines.some(seen => seen.startsWith('open'));
      assert.equal(this.handshakes.length, 1, `There are facts before the ${line}`);
      assert.ok(line === 'end' || !isAfterOpening, 'It opens once');
    }
    this.lines.push(line);
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach(check => check());
  }

  onPhase(phase: string): void {
    this.#add(phase);
  }
  onHandshake(facts: HandshakeFacts): void {
    assert.ok(!this.lines.some(line => /^(open|end)/.test(line)), 'The facts come first');
    this.handshakes.push(facts);
  }
  onOpen({ subprotocol, extensions }: Opened): void {
    this.#add(`open [${subprotocol}] [${extensions}]`);
  }
  onInput(): void {
    this.#inputCount++;
  }
  onMessage(payload: Uint8Array, isText: boolean): void {
    assert.ok(this.#inputCount > 0, 'Its bytes were told of');
    this.#add(`${isText ? 'text' : 'binary'} ${decoder.decode(payload)}`);
  }
  onTexts(run: TextRun): void {
    for (const payload of textsOf(run)) {
      this.onMessage(payload, true);
    }
  }
  onPing(payload: Uint8Array): void {
    this.#add(`ping ${decoder.decode(payload)}`);
  }
  onPongSent(payload: Uint8Array): void {
    this.pongsSent.push(decoder.decode(payload));
  }
  onPong(payload: Uint8Array): void {
    this.#add(`pong ${decoder.decode(payload)}`);
  }
  onEnd(ended: Ended): void {
    this.ends.push(ended);
    this.#add('end');
  }

  /**
   * Resolves when a line begins with `beginning`, at once where one does already; rejects when it
   * has ended without one.
   */
  async has(beginning: string): Promise<void> {
    while (!this.lines.some(line => line.startsWith(beginning))) {
      assert.deepEqual(this.ends, [], `It ended without "${beginning}"`);
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  /** How it ended. */
  async ended(): Promise<Ended> {
    await this.has('end');
    await turn();
    assert.equal(this.ends.length, 1, 'The end is reported once');
    assert.equal(this.lines.at(-1), 'end', 'Nothing is reported after the end');
    const [ended] = this.ends;
    assert.ok(ended);
    return ended;
  }

  /** What was said of the handshake, once it is over. */
  async facts(): Promise<HandshakeFacts> {
    while (this.handshakes.length === 0) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    const [facts] = this.handshakes;
    assert.ok(facts);
    return facts;
  }
}

/** Lets what is due in this turn of the event loop happen. */
export const turn = () => new Promise(resolve => setImmediate(resolve));

/** Asks for little, and gives up quickly. */
export function handshakeFor(url: string, changed: Partial<Handshake> = {}): Handshake {
  return {
    endpoint: parseEndpoint(url),
    subprotocols: [],
    headers: {},
    tls: { rejectUnauthorized: true },
    compression: false,
    maxMessageBytes: 1024,
    followRedirects: false,
    closeTimeoutMs: 50,
    ...changed,
  };
}

export interface OpenedTransport {
  readonly seen: TransportRecorder;
  readonly transport: Transport;
}

/** Opens a transport that is gone when the test is over. */
export function openTransport(
  t: TestContext,
  url: string,
  changed?: Partial<Handshake>,
): OpenedTransport {
  const seen = new TransportRecorder();
  const transport = openWsTransport(handshakeFor(url, changed), seen);
  t.after(() => transport.dispose());
  assert.deepEqual(seen.lines, [], 'Nothing is reported before it has returned');
  return { seen, transport };
}

/** Disposes of what a helper made when the test is over. */
export async function during<T extends { dispose(): Promise<void> }>(
  t: TestContext,
  making: Promise<T>,
): Promise<T> {
  const made = await making;
  t.after(() => made.dispose());
  return made;
}
