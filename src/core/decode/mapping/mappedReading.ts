import { otherDirection, type Direction } from '../../record/record.ts';
import type { Asked, Call, Reading } from '../reading.ts';
import { oneLine } from '../summaryText.ts';
import type { CompiledCase } from './compiledMapping.ts';
import { exportJson, isEmptyBut } from './exportJson.ts';
import type { FilteredMessage } from './mappedFilters.ts';
import { membersBelow, type TextMap } from './mappedText.ts';

/** Enough for a summary, whatever is in it. */
const shownLength = 2048;

/** What one message of a case says. `summary` and `value` are worked out when they are asked for. */
export function mappedReading(
  mapped: CompiledCase,
  message: FilteredMessage,
  call: Call | undefined,
  json: () => string,
): Reading {
  const { texts, tests, types } = mapped;
  const { value } = message;
  const test = (member: keyof typeof tests) => tests[member]?.(message) === true;
  const isFailed = test('error');
  const isWarning = !isFailed && test('warning');
  const isHeartbeat = test('heartbeat');
  const type = texts.type?.textIn(value);
  const facts = {
    type: type === undefined ? undefined : (types?.get(type) ?? type),
    name: texts.event?.textIn(value),
    topic: texts.topic?.textIn(value),
    id: texts.id?.textIn(value),
  };
  const line = new SummaryLine(mapped, value, facts, json);
  return {
    ...facts,
    severity: isFailed ? 'error' : isWarning ? 'warning' : undefined,
    isHeartbeat: isHeartbeat ? true : undefined,
    call: call && isFailed ? { role: call.role, key: call.key, isFailed } : call,
    value: texts.value ? valueOf(texts.value, value) : json,
    summary: asked =>
      oneLine(
        isHeartbeat
          ? line.name(false, asked) || 'heartbeat'
          : isFailed || isWarning
            ? line.failure(call, asked)
            : line.told(call, asked),
      ),
  };
}

/** The calls are kept apart by who asks: both sides may use the same ids. */
export function callOf(
  { texts, tests }: CompiledCase,
  message: FilteredMessage,
  direction: Direction,
): Call | undefined {
  const { value } = message;
  const scope = texts.scope?.keyIn(value) ?? '';
  const own = texts.key ?? texts.id;
  const key = own?.keyIn(value);
  const keyOf = (asker: Direction, name = '') => `${asker} ${scope} ${name}`;
  const other = otherDirection(direction);
  const isMet = (member: keyof typeof tests) => tests[member]?.(message) === true;
  if (key !== undefined && isMet('cancel')) {
    return { role: 'cancel', key: keyOf(direction, key) };
  }
  if (key !== undefined && isMet('request')) {
    return { role: 'request', key: keyOf(direction, key) };
  }
  if (isMet('response')) {
    const isLast = !tests.end || isMet('end');
    const handle = isLast ? nameIn(texts.handle, value) : undefined;
    return {
      role: isLast ? 'response' : 'item',
      key: keyOf(other, key),
      ...(handle !== undefined && { handle: `handle ${keyOf(other, handle)}` }),
    };
  }
  const item = nameIn(texts.item, value);
  const topic = item === undefined ? undefined : texts.item?.textIn(value);
  return item === undefined
    ? undefined
    : {
        role: 'item',
        key: `handle ${keyOf(other, item)}`,
        isOptional: true,
        ...(topic !== undefined && { topic }),
      };
}

/** Only texts and numbers are names of what goes on. */
function nameIn(text: TextMap | undefined, value: unknown): string | undefined {
  const key = text?.keyIn(value);
  return key !== undefined && /^["\d-]/.test(key) ? key : undefined;
}

function valueOf(text: TextMap, value: unknown): (() => string) | undefined {
  const found = text.valueIn(value);
  return found && (() => exportJson(found.value));
}

interface Facts {
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly id: string | undefined;
}

/** The summary of one message, see the forms in docs/decoders.md. */
class SummaryLine {
  readonly #mapped: CompiledCase;
  readonly #value: unknown;
  readonly #facts: Facts;
  readonly #json: () => string;

  constructor(mapped: CompiledCase, value: unknown, facts: Facts, json: () => string) {
    this.#mapped = mapped;
    this.#value = value;
    this.#facts = facts;
    this.#json = json;
  }

  /** @param isOfCall it is an answer, or a failure: its id says more than its type */
  name(isOfCall: boolean, asked: Asked | undefined): string {
    const { type, name, id } = this.#facts;
    const own = this.#mapped.texts.label?.textIn(this.#value) ?? name ?? asked?.name;
    if (own !== undefined) {
      return own;
    }
    const hasId = isOfCall && this.#mapped.texts.id !== undefined;
    return hasId ? `#${id ?? 'null'}` : (type ?? '');
  }

  failure(call: Call | undefined, asked: Asked | undefined): string {
    const message = this.#mapped.texts.message?.textIn(this.#value) ?? this.#body() ?? '';
    const isOfCall = call !== undefined || this.#facts.id !== undefined;
    return `${this.name(isOfCall, asked)} ! ${message}`.trim();
  }

  told(call: Call | undefined, asked: Asked | undefined): string {
    const role = call?.role;
    const isItem = role === 'item' && this.#facts.name === undefined;
    const isOfCall = role === 'response' || role === 'cancel' || (isItem && !call?.isOptional);
    const name = this.name(isOfCall, asked);
    if (role === 'cancel') {
      return `${name} cancelled`;
    }
    const body = this.#body();
    if (role === 'response') {
      return body === undefined ? `${name} done` : `${name} = ${body}`;
    }
    if (isItem && asked && body !== undefined) {
      return `${name} > ${body}`;
    }
    const line = `${name} ${body ?? ''}`.trim();
    return line === '' ? this.#json() : line;
  }

  #body(): string | undefined {
    const { texts, named } = this.#mapped;
    const args = texts.args?.valueIn(this.#value);
    if (args) {
      return Array.isArray(args.value)
        ? argumentsOf(args.value)
        : exportJson(args.value, shownLength);
    }
    const body = texts.body?.valueIn(this.#value);
    if (!body) {
      return undefined;
    }
    const except = membersBelow(body.path, named);
    const isSaid = body.path.length === 0 && isEmptyBut(body.value, except);
    return isSaid ? undefined : exportJson(body.value, shownLength, except);
  }
}

function argumentsOf(values: readonly unknown[]): string {
  const parts: string[] = [];
  for (let index = 0, length = 0; index < values.length && length < shownLength; index++) {
    const part = exportJson(values[index], shownLength);
    parts.push(part);
    length += part.length + 2;
  }
  return parts.join(', ');
}
