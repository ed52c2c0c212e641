import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { dataOf } from '../../core/message/fillBody.ts';
import { jsonProblem } from '../../core/message/messageBody.ts';
import type { MessageData } from '../../core/message/outgoingMessage.ts';
import { preview, previewByteLength } from '../../core/record/preview.ts';
import { flagsOf, type Direction } from '../../core/record/record.ts';
import type { HeldMessage, HeldMessages, HeldQueue } from '../../core/slot/heldMessages.ts';
import type { EditedBody, HeldBody, HeldQueueView, HeldState } from '../../shared/heldProtocol.ts';
import { maxBodyLength } from '../../shared/limits.ts';
import type { RequestHandlers } from '../../shared/monitorProtocol.ts';
import type { Slot } from '../slots/slot.ts';
import type { Slots } from '../slots/slots.ts';

/** The page shows so many of a queue. */
const maxShown = 50;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export interface HeldPorts {
  readonly slots: Pick<Slots, 'all' | 'find' | 'get' | 'onDidChange'>;
  readonly clock: Clock;
  /** What the monitor shows. */
  readonly selected: () => string | undefined;
  /** Proposes a rule for a row of a slot, see `addRuleLike`. */
  readonly addRule: (slot: Slot, seq: number) => Promise<void>;
}

type HeldRequest =
  | 'held.release'
  | 'held.releaseEdited'
  | 'held.drop'
  | 'held.inject'
  | 'held.releaseAll'
  | 'held.body'
  | 'rule.add';

/** What is held in the taps of this window, for the page and for commands. */
export class HeldModel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: HeldPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  readonly #followed = new Map<Slot, { readonly held: HeldMessages; readonly watch: Disposable }>();

  /** What is held may have changed. */
  readonly onDidChange = this.#onDidChange.event;

  readonly handlers: Pick<RequestHandlers, HeldRequest> = {
    'held.release': ({ connection, number }) => {
      this.release(connection, number);
      return undefined;
    },
    'held.releaseEdited': ({ connection, number, body }) => {
      this.release(connection, number, dataOf(body.as, body.text));
      return undefined;
    },
    'held.drop': ({ connection, number }) => {
      this.drop(connection, number);
      return undefined;
    },
    'held.inject': async ({ connection, to, body }) => {
      const data = dataOf(body.as, body.text);
      await this.#ports.slots.get(connection).submit({ kind: 'message', data }, to).done;
      return undefined;
    },
    'held.releaseAll': ({ connection, direction }) => {
      this.releaseAll(connection, direction);
      return undefined;
    },
    'held.body': ({ connection, number }) => this.bodyOf(connection, number),
    'rule.add': async ({ connection, seq }) => {
      await this.#ports.addRule(this.#ports.slots.get(connection), seq);
      return undefined;
    },
  };

  constructor(ports: HeldPorts) {
    this.#ports = ports;
    this.#store.add(ports.slots.onDidChange(slot => this.#follow(slot)));
    ports.slots.all.forEach(slot => this.#follow(slot));
  }

  /** What is held of the selected slot; `undefined` if it is of no tap. */
  view(selected: string | undefined): HeldState | undefined {
    const slot = selected === undefined ? undefined : this.#ports.slots.find(selected);
    if (slot?.owner.kind !== 'tap') {
      return undefined;
    }
    const held = slot.control?.held;
    return {
      connection: slot.id,
      queues: (['in', 'out'] as const).flatMap(direction => {
        const queue = held?.queue(direction);
        return !queue || queue.messages.length === 0 ? [] : [this.#queueView(direction, queue)];
      }),
    };
  }

  /**
   * Lets a message go on.
   *
   * @param number absent: the one that came first
   * @throws UserError if it is not held any more
   */
  release(slot: string, number?: number, edited?: MessageData): void {
    const held = this.#heldOf(slot);
    const wanted = number ?? this.#firstOf(held).number;
    if (!held.release(wanted, edited)) {
      throw goneError();
    }
  }

  /** @throws UserError if it is not held any more */
  drop(slot: string, number?: number): void {
    const held = this.#heldOf(slot);
    if (!held.drop(number ?? this.#firstOf(held).number)) {
      throw goneError();
    }
  }

  /** @param direction absent: both */
  releaseAll(slot: string, direction?: Direction): void {
    this.#heldOf(slot).releaseAll(direction);
  }

  /** The payload of a held message, to be edited: JSON as it came, binary as hex. */
  bodyOf(slot: string, number: number): HeldBody {
    const found = messagesOf(this.#heldOf(slot)).find(each => each.number === number);
    if (!found) {
      throw goneError();
    }
    const body = bodyFrom(found);
    if (body.text.length > maxBodyLength) {
      throw new UserError(l10n.t('The message is too large to be edited. Release it or drop it.'));
    }
    return { body, direction: found.direction, at: found.at };
  }

  /** @throws UserError if that message is not held */
  numberOf(slot: string, number?: number): number {
    const held = this.#heldOf(slot);
    if (number === undefined) {
      return this.#firstOf(held).number;
    }
    if (!messagesOf(held).some(each => each.number === number)) {
      throw goneError();
    }
    return number;
  }

  /** The slots of which something is held, the one that the monitor shows before others. */
  get holding(): readonly Slot[] {
    const { slots, selected } = this.#ports;
    const shown = selected();
    return slots.all
      .filter(({ heldCount }) => heldCount > 0)
      .toSorted((one, other) => Number(other.id === shown) - Number(one.id === shown));
  }

  dispose(): void {
    this.#followed.forEach(({ watch }) => watch.dispose());
    this.#store.dispose();
  }

  #follow(slot: Slot): void {
    const held = this.#ports.slots.all.includes(slot) ? slot.control?.held : undefined;
    const known = this.#followed.get(slot);
    if (known?.held === held) {
      return;
    }
    known?.watch.dispose();
    this.#followed.delete(slot);
    if (held) {
      const watch = held.onDidChange(() => this.#onDidChange.fire(undefined));
      this.#followed.set(slot, { held, watch });
    }
    this.#onDidChange.fire(undefined);
  }

  #heldOf(slot: string): HeldMessages {
    const { control } = this.#ports.slots.get(slot);
    if (!control?.held) {
      throw new UserError(l10n.t('Nothing is held there: no socket of a tap is open.'));
    }
    return control.held;
  }

  #firstOf(held: HeldMessages): HeldMessage {
    const [first] = messagesOf(held).toSorted((one, other) => one.number - other.number);
    if (!first) {
      throw new UserError(l10n.t('No message is held there.'));
    }
    return first;
  }

  #queueView(direction: 'in' | 'out', queue: HeldQueue): HeldQueueView {
    const { messages, isFull, releasedAt } = queue;
    return {
      direction,
      count: messages.length,
      isFull,
      messages: messages.slice(0, maxShown).map(({ number, at, kind, payload, heldBy }) => {
        const flags = flagsOf(kind, direction);
        return {
          number,
          at,
          kind,
          byteLength: payload.length,
          preview: preview(flags, payload.subarray(0, previewByteLength(flags))),
          ...(heldBy !== undefined && { heldBy }),
        };
      }),
      ...(releasedAt !== undefined && {
        releasesInMs: Math.max(0, releasedAt - this.#ports.clock.now()),
      }),
    };
  }
}

function messagesOf(held: HeldMessages): readonly HeldMessage[] {
  return [...held.queue('in').messages, ...held.queue('out').messages];
}

function goneError(): UserError {
  return new UserError(l10n.t('This message is not held any more.'));
}

function bodyFrom({ kind, payload }: HeldMessage): EditedBody {
  if (kind !== 'text') {
    const digits = Array.from(payload, byte => byte.toString(16).padStart(2, '0'));
    return { as: 'hex', text: digits.join(' ') };
  }
  const text = decoder.decode(payload);
  const isJson = /^\s*[[{]/.test(text) && jsonProblem(text) === undefined;
  return { as: isJson ? 'json' : 'text', text };
}
