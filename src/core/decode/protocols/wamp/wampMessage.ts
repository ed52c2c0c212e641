import { otherDirection, type Direction } from '../../../record/record.ts';
import type { Asked, Call, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import type { JsonSlice } from '../json/jsonSlice.ts';
import type { NameLog } from './nameLog.ts';

/** wamp-proto.org, section 5.4 (message codes), and those of the advanced profile. */
const types: Readonly<Record<number, string>> = {
  1: 'HELLO',
  2: 'WELCOME',
  3: 'ABORT',
  4: 'CHALLENGE',
  5: 'AUTHENTICATE',
  6: 'GOODBYE',
  8: 'ERROR',
  16: 'PUBLISH',
  17: 'PUBLISHED',
  32: 'SUBSCRIBE',
  33: 'SUBSCRIBED',
  34: 'UNSUBSCRIBE',
  35: 'UNSUBSCRIBED',
  36: 'EVENT',
  48: 'CALL',
  49: 'CANCEL',
  50: 'RESULT',
  64: 'REGISTER',
  65: 'REGISTERED',
  66: 'UNREGISTER',
  67: 'UNREGISTERED',
  68: 'INVOCATION',
  69: 'INTERRUPT',
  70: 'YIELD',
};

/** The words for requests, by their codes; calls have none. */
const words: Readonly<Record<number, string>> = {
  16: 'PUBLISH',
  32: 'SUBSCRIBE',
  34: 'UNSUBSCRIBE',
  64: 'REGISTER',
  66: 'UNREGISTER',
};

const helloKey = 'hello';

/** What a message says, and the names that later ones need. */
export interface WampReading {
  readonly reading: Reading;
  readonly names: NameLog;
}

/** @returns `undefined` if it is no message of WAMP */
export function readWampMessage(
  json: JsonSlice,
  direction: Direction,
  names: NameLog,
): WampReading | undefined {
  const members = membersOf(json);
  const [first] = members;
  const code = first?.isNumber ? Number(first.text) : NaN;
  const type = Object.hasOwn(types, code) ? types[code] : undefined;
  if (type === undefined) {
    return undefined;
  }
  const message = new WampMessage(code, members, direction, names);
  const { summary, ...facts } = message.read();
  return {
    reading: {
      type,
      ...facts,
      value: () => json.text,
      summary: asked => oneLine(summary(asked)),
    },
    names: message.names,
  };
}

/** No message has more that say anything. */
const maxMembers = 8;

function membersOf(json: JsonSlice): readonly JsonSlice[] {
  const members: JsonSlice[] = [];
  for (const element of json.elements()) {
    members.push(element);
    if (members.length === maxMembers) {
      break;
    }
  }
  return members;
}

class WampMessage {
  names: NameLog;
  readonly #code: number;
  readonly #members: readonly JsonSlice[];
  /** Who asks, if this is a request; if it is an answer, who has asked. */
  readonly #sender: Direction;
  readonly #receiver: Direction;

  constructor(code: number, members: readonly JsonSlice[], direction: Direction, names: NameLog) {
    this.#code = code;
    this.#members = members;
    this.#sender = direction;
    this.#receiver = otherDirection(direction);
    this.names = names;
  }

  read(): Reading {
    switch (this.#code) {
      case 1:
        return {
          call: { role: 'request', key: helloKey },
          summary: () => `HELLO ${this.#shown(1)}`,
        };
      case 2:
        return {
          id: this.#label(1),
          call: { role: 'response', key: helloKey },
          summary: () => `HELLO = ${this.#shown(1)}`,
        };
      case 3:
        return this.#abort();
      case 4:
        return { summary: () => `CHALLENGE ${this.#shown(1)}` };
      case 5:
        // What follows is a signature or a ticket.
        return { summary: () => 'AUTHENTICATE' };
      case 6:
        return { summary: () => `GOODBYE ${this.#shown(2)}` };
      case 8:
        return this.#error();
      case 16:
        return this.#publish();
      case 32:
      case 64:
        return this.#announce();
      case 34:
      case 66:
        return this.#withdraw();
      case 17:
      case 33:
      case 35:
      case 65:
      case 67:
        return this.#confirm();
      case 36:
        return this.#event();
      case 48:
      case 68:
        return this.#call();
      case 49:
      case 69:
        return this.#cancel();
      default:
        return this.#result();
    }
  }

  #abort(): Reading {
    const why = this.#members[1]?.member('message')?.message;
    const tail = [this.#shown(2), why].filter(Boolean).join(' ');
    return {
      severity: 'error',
      call: { role: 'response', key: helloKey, isFailed: true, isOptional: true },
      summary: asked => `${asked ? 'HELLO' : 'ABORT'} ! ${tail}`,
    };
  }

  /** [ERROR, code of the request, its id, details, error, arguments, arguments by name] */
  #error(): Reading {
    const id = this.#label(2);
    const code = Number(this.#members[1]?.label);
    return {
      id,
      severity: 'error',
      call: { role: 'response', key: keyOf(code, this.#receiver, id), isFailed: true },
      summary: asked =>
        `${nameOf(asked, id)} ! ${this.#shown(4)} ${this.#argumentsFrom(5)}`.trimEnd(),
    };
  }

  /** [PUBLISH, id, options, topic, arguments, arguments by name] */
  #publish(): Reading {
    const id = this.#label(1);
    const topic = this.#label(3);
    const isAnswered = this.#members[2]?.member('acknowledge')?.text === 'true';
    return {
      id,
      topic,
      ...(isAnswered && { call: this.#request(id) }),
      summary: () => `PUBLISH ${topic ?? ''} ${this.#argumentsFrom(4)}`.trimEnd(),
    };
  }

  /** [SUBSCRIBE or REGISTER, id, options, topic or procedure] */
  #announce(): Reading {
    const id = this.#label(1);
    const name = this.#label(3);
    if (name !== undefined) {
      this.names = this.names.with(keyOf(this.#code, this.#sender, id), name);
    }
    return {
      id,
      ...(this.#code === 32 ? { topic: name } : { name }),
      call: this.#request(id),
      summary: () => `${words[this.#code] ?? ''} ${name ?? ''}`.trimEnd(),
    };
  }

  /** [UNSUBSCRIBE or UNREGISTER, id, what SUBSCRIBED or REGISTERED has given] */
  #withdraw(): Reading {
    const id = this.#label(1);
    const given = this.#label(2);
    const key = givenKey(this.#code - 2, this.#sender, given);
    const name = this.names.get(key);
    const isSubscription = this.#code === 34;
    return {
      id,
      ...(isSubscription ? { topic: name } : { name }),
      call: this.#request(id),
      // Events that were on their way come behind it.
      ...(isSubscription && {
        moreCalls: [{ role: 'cancel', key, isOptional: true, isFollowed: true }],
      }),
      summary: () => `${words[this.#code] ?? ''} ${name ?? given ?? ''}`.trimEnd(),
    };
  }

  /** [PUBLISHED, SUBSCRIBED or REGISTERED, id of the request, given id], or without the last */
  #confirm(): Reading {
    const id = this.#label(1);
    const given = this.#label(2);
    const code = this.#code - 1;
    const revoked = id === '0' ? this.#revoked(code) : undefined;
    if (revoked) {
      return revoked;
    }
    const key = keyOf(code, this.#receiver, id);
    const name = this.names.get(key);
    if (name !== undefined && given !== undefined) {
      this.names = this.names.with(givenKey(code, this.#receiver, given), name);
    }
    const handle =
      code === 32 && given !== undefined ? givenKey(code, this.#receiver, given) : undefined;
    return {
      id,
      call: { role: 'response', key, ...(handle !== undefined && { handle }) },
      summary: asked => {
        const about = `${words[code] ?? ''} ${nameOf(asked, id)}`;
        return given === undefined ? `${about} done` : `${about} = ${given}`;
      },
    };
  }

  /**
   * [UNSUBSCRIBED or UNREGISTERED, 0, details]: a router ends a subscription or registration by itself (advanced profile,
   * "Subscription Revocation" and "Registration Revocation").
   */
  #revoked(code: number): Reading | undefined {
    const member = code === 34 ? 'subscription' : code === 66 ? 'registration' : undefined;
    const details = this.#members[2];
    if (member === undefined || !details?.isObject) {
      return undefined;
    }
    const [given, reason] = details.members(member, 'reason');
    const key = givenKey(code - 2, this.#receiver, given?.label);
    const name = this.names.get(key);
    const type = types[this.#code] ?? '';
    return {
      severity: 'warning',
      ...(code === 34
        ? { topic: name, call: { role: 'cancel', key, isOptional: true } }
        : { name }),
      summary: () =>
        [type, name ?? `#${given?.label ?? ''}`, reason?.message].filter(Boolean).join(' '),
    };
  }

  /** [EVENT, subscription, publication, details, arguments, arguments by name] */
  #event(): Reading {
    const subscription = this.#label(1);
    const topic = this.#members[3]?.member('topic')?.label;
    return {
      id: this.#label(2),
      topic,
      call: { role: 'item', key: givenKey(32, this.#receiver, subscription) },
      summary: asked => {
        const name = topic ?? asked?.topic ?? `#${subscription ?? ''}`;
        return `EVENT ${name} ${this.#argumentsFrom(4)}`.trimEnd();
      },
    };
  }

  /** [CALL, id, options, procedure, …] and [INVOCATION, id, registration, details, …] */
  #call(): Reading {
    const id = this.#label(1);
    const registration = this.#label(2);
    const name =
      this.#code === 48
        ? this.#label(3)
        : (this.#members[3]?.member('procedure')?.label ??
          this.names.get(givenKey(64, this.#receiver, registration)));
    return {
      id,
      name,
      call: this.#request(id),
      summary: () => `${name ?? `#${registration ?? ''}`} ${this.#argumentsFrom(4)}`.trimEnd(),
    };
  }

  /** [CANCEL or INTERRUPT, id, options]: the call is answered all the same. */
  #cancel(): Reading {
    const id = this.#label(1);
    const key = keyOf(this.#code - 1, this.#sender, id);
    return {
      id,
      call: { role: 'cancel', key, handle: key },
      summary: asked => `${nameOf(asked, id)} cancelled`,
    };
  }

  /** [RESULT or YIELD, id, details, arguments, arguments by name] */
  #result(): Reading {
    const id = this.#label(1);
    const isItem = this.#members[2]?.member('progress')?.text === 'true';
    const code = this.#code === 50 ? 48 : 68;
    return {
      id,
      call: { role: isItem ? 'item' : 'response', key: keyOf(code, this.#receiver, id) },
      summary: asked =>
        `${nameOf(asked, id)} ${isItem ? '>' : '='} ${this.#argumentsFrom(3)}`.trimEnd(),
    };
  }

  #request(id: string | undefined): Call {
    return { role: 'request', key: keyOf(this.#code, this.#sender, id) };
  }

  #label(index: number): string | undefined {
    return this.#members[index]?.label;
  }

  #shown(index: number): string {
    return this.#members[index]?.message ?? '';
  }

  /** The list of arguments at `index`, and those by name behind it. */
  #argumentsFrom(index: number): string {
    const list = this.#members[index];
    const named = this.#members[index + 1];
    const shown = list?.isArray ? list.shownElements() : (list?.shown ?? '');
    const others = named === undefined || named.shown === '{}' ? '' : named.shown;
    return [shown, others].filter(each => each !== '').join(' ');
  }
}

function nameOf(asked: Asked | undefined, id: string | undefined): string {
  return asked?.name ?? asked?.topic ?? `#${id ?? ''}`;
}

/** Names a request. */
function keyOf(code: number, asker: Direction, id: string | undefined): string {
  return `${code} ${asker} ${id ?? ''}`;
}

/** Names a subscription (32) or a registration (64). */
function givenKey(code: number, asker: Direction, id: string | undefined): string {
  return `given ${keyOf(code, asker, id)}`;
}
