import assert from 'node:assert/strict';
import { tapActionOf, kindOf } from '../../../src/core/record/record.ts';
import { Relay } from '../../../src/core/tap/relay/relay.ts';
import { RuleSet } from '../../../src/core/tap/rules/ruleSet.ts';
import { RuleGates } from '../../../src/core/tap/rules/socketGates.ts';
import { readRules } from '../../../src/core/tap/rules/tapRule.ts';
import type { HeldMessages } from '../../../src/core/slot/heldMessages.ts';
import type { Side } from '../../../src/core/slot/observedSocket.ts';
import { ManualClock } from '../manualClock.ts';

const kinds = new Map([
  [1, ''],
  [2, 'binary '],
  [8, 'close '],
  [9, 'ping '],
  [10, 'pong '],
]);

/** A relay with rules between two sides that note what they get, on a clock that stands still. */
export class GatedRelay {
  readonly clock = new ManualClock();
  readonly relay: Relay;
  readonly rules = new RuleSet();
  /** The rows of messages and control frames, as `action payload`. */
  readonly rows: string[] = [];
  /** The sentences of the other rows. */
  readonly reports: string[] = [];
  /** What each side got: whole frames, END and RESET. */
  readonly got: Readonly<Record<Side, string[]>> = { client: [], server: [] };
  readonly #rest: Record<Side, Buffer> = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  #held: HeldMessages | undefined;

  constructor(rules: readonly unknown[]) {
    const problems: string[] = [];
    const noTime = { now: 0, startOfDay: 0 };
    this.rules.setRules(readRules(rules, 'rules', noTime, problems));
    assert.deepEqual(problems, []);
    const { clock } = this;
    this.relay = new Relay({
      observed: {
        append: (_at, flags, payload) => {
          const kind = (kinds.get(flags & 15) ?? kindOf(flags)).trim();
          this.rows.push(
            `${[tapActionOf(flags), kind].filter(Boolean).join(' ')} ${said(payload)}`,
          );
        },
        report: row => void this.reports.push(row.text),
        isUnderPressure: false,
        onDidChangePressure: () => ({ dispose: () => undefined }),
        end: () => undefined,
      },
      legs: { client: this.#leg('client'), server: this.#leg('server') },
      agreement: { deflates: false, takesOver: { in: false, out: false }, others: [] },
      maxMessageBytes: 64 * 1024 * 1024,
      clock,
      createInflater: () => assert.fail('nothing is compressed'),
      fillRandom: () => undefined,
      openGates: (sink, outlets) => {
        const ports = {
          clock,
          rules: this.rules,
          random: () => 0.5,
          uuid: () => 'id',
          heartbeatTexts: () => [],
        };
        const gates = new RuleGates(sink, outlets, ports);
        this.#held = gates.held;
        return gates;
      },
      onEnd: () => undefined,
    });
  }

  get held(): HeldMessages {
    return this.#held ?? assert.fail('no gates');
  }

  /** How many wait on their way to the client. */
  get heldCount(): number {
    return this.held.queue('in').messages.length;
  }

  /** What the client got since the last call. */
  takeOfClient(): string[] {
    return this.got.client.splice(0);
  }

  /** The rows since the last call. */
  takeRows(): string[] {
    return this.rows.splice(0).map(row => row.trim());
  }

  #leg(side: Side) {
    return {
      write: (bytes: Uint8Array) => this.#take(side, bytes),
      end: () => void this.got[side].push('END'),
      reset: () => void this.got[side].push('RESET'),
      setPaused: () => undefined,
    };
  }

  #take(side: Side, bytes: Uint8Array): void {
    let rest = Buffer.concat([this.#rest[side], bytes]);
    for (;;) {
      const [first = 0, second = 0] = rest;
      const short = second & 0x7f;
      const headLength = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
      if (rest.length < headLength) {
        break;
      }
      const length =
        short === 126
          ? rest.readUInt16BE(2)
          : short === 127
            ? Number(rest.readBigUInt64BE(2))
            : short;
      const begin = headLength + (second > 0x7f ? 4 : 0);
      if (rest.length < begin + length) {
        break;
      }
      const payload = rest.subarray(begin, begin + length);
      const kind = kinds.get(first & 15) ?? '';
      this.got[side].push(`${(first & 0x80) === 0 ? 'begun ' : ''}${kind}${said(payload)}`.trim());
      rest = rest.subarray(begin + length);
    }
    this.#rest[side] = Buffer.from(rest);
  }

  /** The bytes that a side got of a frame that has not ended. */
  restOf(side: Side): string {
    return this.#rest[side].toString('latin1');
  }
}

function said(payload: Uint8Array): string {
  return payload.length > 40 ? `${payload.length} bytes` : Buffer.from(payload).toString('latin1');
}
