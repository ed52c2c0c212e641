import type { Direction } from '../../record/record.ts';
import { compactJson } from '../../json/compactJson.ts';
import { batchOf } from '../batch.ts';
import type { AnyDecoder } from '../decoder.ts';
import { bytesJson } from '../exportForm.ts';
import type { Asked, Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import { centrifugeTable } from './centrifugeTable.ts';
import { type PrefixedRecord, prefixedRecords } from './prefix.ts';
import { summaryLength } from './raw/rawReading.ts';
import { readTyped } from './typed/readTyped.ts';
import { Schema } from './typed/schema.ts';
import { TypedText } from './typed/typedText.ts';

const schema = new Schema(centrifugeTable);
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Centrifugo's client protocol of version 2 in Protobuf (subprotocol `centrifuge-protobuf`): commands of the client, and
 * replies and pushes of the server, each with its length before it.
 *
 * @see https://centrifugal.dev/docs/transports/client_protocol
 */
export const centrifugeProtobuf: AnyDecoder = {
  name: 'centrifuge-protobuf',
  title: 'Centrifugo (Protobuf)',
  takes: 'bytes',
  read: ({ bytes }, _context, { direction }) => {
    const records = prefixedRecords(bytes, 'varint');
    if (records.length === 0) {
      return { severity: 'error', problem: { at: 0, is: 'empty' }, summary: () => '' };
    }
    return batchOf(records.map(record => recordReading(bytes, record, direction)));
  },
};

function recordReading(bytes: Uint8Array, record: PrefixedRecord, direction: Direction): Reading {
  const { body, problem: cut } = record;
  const [begin, end] = record.range;
  const type = schema.type(direction === 'out' ? 'Command' : 'Reply');
  const read = cut ? undefined : readTyped(bytes, body, end, type, schema);
  const problem = cut ?? read?.problem;
  if (!read || read.severity === 'error') {
    return {
      severity: 'error',
      ...(problem && { problem }),
      summary: () => byteCount(end - begin),
      range: record.range,
    };
  }
  const text = new TypedText(read.tree, dataJson);
  return {
    ...factsOf(text, direction),
    ...(problem && { problem, severity: 'warning' }),
    range: record.range,
  };
}

/** What is in bytes is JSON in most uses of the protocol, and a text in most others. */
function dataJson(bytes: Uint8Array): string {
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    return bytesJson(bytes);
  }
  try {
    JSON.parse(text);
    return compactJson(text);
  } catch {
    return JSON.stringify(text);
  }
}

/** A message within a command or a reply. */
interface Body {
  readonly kind: string;
  readonly node: number;
}

function factsOf(text: TypedText, direction: Direction): Reading {
  const idText = scalarOf(text, 0, 'id');
  const id = idText === '0' ? undefined : idText;
  const isEmpty = text.tree.membersOf(0).every(({ field }) => field?.name === 'id');
  if (isEmpty && id === undefined) {
    const type = direction === 'in' ? 'ping' : 'pong';
    return { type, isHeartbeat: true, summary: () => type };
  }
  const body = bodyOf(text, 0, 'error');
  const said = { value: () => text.json(), fields: () => text.fields() };
  if (direction === 'out') {
    return { ...said, ...commandFacts(text, id, body) };
  }
  return {
    ...said,
    ...(body?.kind === 'push' ? pushFacts(text, body) : replyFacts(text, id, body)),
  };
}

function commandFacts(text: TypedText, id: string | undefined, body: Body | undefined): Reading {
  const method = body?.kind === 'rpc' ? textOf(text, body.node, 'method') : undefined;
  const name = method ?? body?.kind;
  const topic = body && textOf(text, body.node, 'channel');
  const hasData = body !== undefined && ['rpc', 'publish', 'send'].includes(body.kind);
  return {
    type: body?.kind,
    name,
    topic,
    id,
    ...(id !== undefined && { call: { role: 'request', key: id } }),
    summary: () => {
      const data = hasData ? jsonOf(text, body.node, 'data') : undefined;
      return lineOf(name ?? `#${id ?? ''}`, topic, data);
    },
  };
}

function pushFacts(text: TypedText, push: Body): Reading {
  const topic = textOf(text, push.node, 'channel');
  const body = bodyOf(text, push.node);
  const kind = body?.kind ?? 'push';
  return {
    type: kind,
    name: kind,
    topic,
    summary: () => {
      const shown =
        body?.kind === 'pub'
          ? jsonOf(text, body.node, 'data')
          : body && text.json(body.node, summaryLength);
      return lineOf(kind, topic, shown);
    },
  };
}

function replyFacts(text: TypedText, id: string | undefined, body: Body | undefined): Reading {
  const error = memberOf(text, 0, 'error');
  const isFailed = error !== undefined;
  const asked = (request: Asked | undefined) =>
    lineOf(request?.name ?? `#${id ?? ''}`, request?.topic);
  return {
    type: isFailed ? 'error' : (body?.kind ?? 'reply'),
    id,
    ...(id !== undefined && { call: { role: 'response', key: id, isFailed } }),
    ...(isFailed && { severity: 'error' }),
    summary: request => {
      if (isFailed) {
        const said = [scalarOf(text, error, 'code'), textOf(text, error, 'message')];
        return oneLine([asked(request), '!', ...said].filter(each => each !== undefined).join(' '));
      }
      const result =
        body?.kind === 'rpc'
          ? jsonOf(text, body.node, 'data')
          : body && text.json(body.node, summaryLength);
      return oneLine(`${asked(request)} = ${result ?? '{}'}`);
    },
  };
}

function lineOf(name: string, topic: string | undefined, body?: string): string {
  return oneLine([name, topic, body].filter(each => each !== undefined && each !== '').join(' '));
}

/** The first message within one, besides that of the name `except`. */
function bodyOf(text: TypedText, node: number, except?: string): Body | undefined {
  const members = text.tree.membersOf(node);
  const found = members.find(({ field }) => field?.type === 'message' && field.name !== except);
  const last = found?.nodes.at(-1);
  return found?.field && last !== undefined && text.tree.kindOf(last) === 'message'
    ? { kind: found.field.name, node: last }
    : undefined;
}

/** The last value of a field, if it is one of its type. */
function memberOf({ tree }: TypedText, node: number, name: string): number | undefined {
  const fields = tree.typeOf(node)?.fields ?? [];
  const number = [...fields].find(([, field]) => field.name === name)?.[0];
  const found = number === undefined ? undefined : tree.lastOf(node, number);
  return found === undefined || tree.kindOf(found) === 'mismatch' ? undefined : found;
}

function textOf(text: TypedText, node: number, name: string): string | undefined {
  const found = memberOf(text, node, name);
  return found === undefined ? undefined : text.textOf(found);
}

function scalarOf(text: TypedText, node: number, name: string): string | undefined {
  const found = memberOf(text, node, name);
  return found === undefined ? undefined : text.valueJson(found);
}

function jsonOf(text: TypedText, node: number, name: string): string | undefined {
  const found = memberOf(text, node, name);
  return found === undefined ? undefined : text.json(found, summaryLength);
}
