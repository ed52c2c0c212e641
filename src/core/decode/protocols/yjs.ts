import { otherDirection } from '../../record/record.ts';
import type { Decoder, MessageFacts } from '../decoder.ts';
import { bytesJson } from '../exportForm.ts';
import { maxFields, maxRecords } from '../limits.ts';
import type { Field, Problem, ProblemCode, Reading } from '../reading.ts';
import { byteCount, counted, oneLine } from '../summaryText.ts';
import { JsonSlice } from './json/jsonSlice.ts';
import { textIn } from '../values/utf8Text.ts';
import { headText } from './json/headText.ts';

/**
 * Shared documents of Yjs, as y-websocket sends them: what is missing, updates, and who is there.
 *
 * @see https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md
 */
export const yjs: Decoder = {
  name: 'yjs',
  title: 'Yjs',
  takes: 'bytes',
  read: ({ bytes }, _, message) => readMessage(new Lib0Reader(bytes), message),
};

/** Numbers, texts and bytes as lib0 writes them. After a problem there is nothing more to read. */
class Lib0Reader {
  readonly bytes: Uint8Array;
  at = 0;
  problem: Problem | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A number of 53 bits, seven in each byte, the lowest first; -1 after a problem. */
  number(): number {
    const begin = this.at;
    let value = 0;
    for (let scale = 1; !this.problem; scale *= 0x80) {
      const byte = this.bytes[this.at];
      if (byte === undefined) {
        this.fail(this.at, 'truncated');
        break;
      }
      this.at++;
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER || scale > maxScale) {
        this.fail(begin, 'bad-varint');
      } else if (byte < 0x80) {
        return value;
      }
    }
    return -1;
  }

  /** The place of bytes with their length in front; if they are cut, of those that are there. */
  place(): readonly [begin: number, end: number] {
    const length = this.number();
    const begin = this.at;
    if (length > this.left) {
      this.fail(this.bytes.length, 'truncated');
    }
    this.at += Math.max(0, Math.min(length, this.left));
    return [begin, this.at];
  }

  isFine(): boolean {
    return this.problem === undefined;
  }

  fail(at: number, is: ProblemCode): void {
    this.problem ??= { at, is };
  }
}

/** That of the eighth byte; the bits of a ninth would be too many. */
const maxScale = 0x80 ** 7;

const types = ['sync', 'awareness', 'auth', 'query awareness'];
const syncTypes = ['sync step 1', 'sync step 2', 'sync update'];

function readMessage(reader: Lib0Reader, message: MessageFacts): Reading {
  const number = reader.number();
  const type = types[number];
  const { length } = reader.bytes;
  if (type === undefined) {
    reader.fail(0, 'unexpected');
    return finished(
      reader,
      { summary: () => byteCount(length) },
      length === 0 ? 'empty' : undefined,
    );
  }
  const head: Field = ['@.type', 0, reader.at, 'uint', String(number)];
  switch (type) {
    case 'sync':
      return readSync(reader, head, message);
    case 'awareness':
      return readAwareness(reader, head);
    case 'auth':
      return readAuth(reader, head);
    default:
      return finished(reader, { type, name: type, fields: () => [head], summary: () => type });
  }
}

/** With the problem that the reader has met, if any. */
function finished(reader: Lib0Reader, reading: Reading, other?: ProblemCode): Reading {
  const { problem, left, at } = reader;
  if (problem) {
    return {
      ...reading,
      value: undefined,
      severity: 'error',
      problem: other ? { ...problem, is: other } : problem,
    };
  }
  return left > 0
    ? { ...reading, severity: reading.severity ?? 'warning', problem: { at, is: 'trailing' } }
    : reading;
}

function readSync(reader: Lib0Reader, head: Field, { direction }: MessageFacts): Reading {
  const begin = reader.at;
  const number = reader.number();
  const name = syncTypes[number];
  const { length } = reader.bytes;
  if (name === undefined) {
    reader.fail(begin, 'unexpected');
    const summary = () => `sync, ${byteCount(length - begin)}`;
    return finished(reader, { type: 'sync', fields: () => [head], summary });
  }
  const fields: Field[] = [head, ['@.sync', begin, reader.at, 'uint', String(number)]];
  const reading = { type: 'sync', name };
  if (number === 0) {
    return readStep1(reader, fields, reading, direction);
  }
  const [from, to] = reader.place();
  const content = reader.bytes.subarray(from, to);
  const other = otherDirection(direction);
  return finished(reader, {
    ...reading,
    call: number === 1 ? { role: 'response', key: `sync ${other}` } : undefined,
    value: () => bytesJson(content),
    fields: () => [...fields, ['$', from, to, 'update', byteCount(to - from)]],
    summary: () => `${name}, ${byteCount(to - from)}`,
  });
}

/** How far each client's changes are known; the other side answers with those that are missing. */
function readStep1(
  reader: Lib0Reader,
  fields: readonly Field[],
  reading: Pick<Reading, 'type' | 'name'>,
  direction: MessageFacts['direction'],
): Reading {
  const [begin, end] = reader.place();
  const vector = new Lib0Reader(reader.bytes.subarray(0, end));
  vector.at = begin;
  const count = vector.number();
  const clocks: (readonly [client: number, clock: number])[] = [];
  while (vector.isFine() && clocks.length < count) {
    const clock = [vector.number(), vector.number()] as const;
    if (vector.isFine()) {
      clocks.push(clock);
    }
  }
  if (vector.problem) {
    reader.fail(vector.problem.at, vector.problem.is);
  }
  const shown = counted(clocks.length, 'client', 'clients');
  return finished(reader, {
    ...reading,
    call: { role: 'request', key: `sync ${direction}`, mayRepeat: true },
    value: () => `{"$map":[${clocks.map(([client, clock]) => `[${client},${clock}]`).join(',')}]}`,
    fields: () => [...fields, ['$', begin, end, 'state vector', shown]],
    summary: () => `sync step 1, ${shown}`,
  });
}

/** What one client says of itself. */
interface ClientState {
  readonly begin: number;
  readonly client: number;
  readonly clock: number;
  /** JSON; `null` if the client has left. */
  readonly place: readonly [begin: number, end: number];
  readonly isJson: boolean;
}

function readAwareness(reader: Lib0Reader, head: Field): Reading {
  const { bytes } = reader;
  const [begin, end] = reader.place();
  const list = new Lib0Reader(bytes.subarray(0, end));
  list.at = begin;
  const count = list.number();
  const states: ClientState[] = [];
  let warning: Problem | undefined;
  while (list.isFine() && states.length < count) {
    if (states.length === maxRecords) {
      list.fail(list.at, 'too-long');
      break;
    }
    const from = list.at;
    const [client, clock, place] = [list.number(), list.number(), list.place()];
    if (list.isFine()) {
      const json = JsonSlice.read(bytes, ...place);
      const isJson = typeof json === 'object';
      warning ??= isJson ? undefined : { at: json, is: 'bad-json' };
      states.push({ begin: from, client, clock, place, isJson });
    }
  }
  if (list.problem) {
    reader.fail(list.problem.at, list.problem.is);
  }
  return finished(reader, {
    type: 'awareness',
    name: 'awareness',
    severity: warning && 'warning',
    problem: warning,
    value: () => `[${states.map(state => stateJson(bytes, state)).join(',')}]`,
    fields: () => [head, ...stateFields(bytes, states, begin, end)].slice(0, maxFields),
    summary: () => oneLine(`awareness ${shownStates(bytes, states)}`),
  });
}

function stateJson(bytes: Uint8Array, { client, clock, place, isJson }: ClientState): string {
  const text = textIn(bytes, ...place);
  return `{"client":${client},"clock":${clock},"state":${isJson ? text : JSON.stringify(text)}}`;
}

function stateFields(
  bytes: Uint8Array,
  states: readonly ClientState[],
  begin: number,
  end: number,
): readonly Field[] {
  const shown = counted(states.length, 'client', 'clients');
  return [
    ['$', begin, end, 'awareness', shown],
    ...states.flatMap(({ begin: from, client, place }, index): Field[] => [
      [`$[${index}]`, from, place[1], 'client', String(client)],
      [`$[${index}].state`, ...place, 'json', headText(bytes, ...place)],
    ]),
  ];
}

/** Of more clients a summary has no room. */
const maxShown = 64;

function shownStates(bytes: Uint8Array, states: readonly ClientState[]): string {
  return states
    .slice(0, maxShown)
    .map(({ client, place }) => `${client} ${headText(bytes, ...place)}`)
    .join(' | ');
}

/** There is one message so far: permission is denied. */
function readAuth(reader: Lib0Reader, head: Field): Reading {
  const begin = reader.at;
  if (reader.number() !== 0) {
    reader.fail(begin, 'unexpected');
  }
  const [from, to] = reader.place();
  const { bytes } = reader;
  return finished(reader, {
    type: 'auth',
    name: 'auth',
    severity: 'error',
    value: () => JSON.stringify(textIn(bytes, from, to)),
    fields: () => [head, ['$', from, to, 'text', JSON.stringify(headText(bytes, from, to))]],
    summary: () => oneLine(`auth ! ${headText(bytes, from, to)}`).trimEnd(),
  });
}
