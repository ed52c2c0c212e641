import type { Direction } from '../../../record/record.ts';
import type { Asked, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import type { JsonSlice } from '../json/jsonSlice.ts';

/** What a command, a reply or a push has besides the member that says what it is. */
const common = ['id', 'error'];
/** Commands whose data are shown. Others may have tokens. */
const withData = ['rpc', 'publish', 'send'];

/**
 * One command, reply or push of Centrifugo's client protocol 2, as JSON; `undefined` if it is none. No mapping can say
 * it, for the name of a member says what a message is.
 *
 * @see https://github.com/centrifugal/protocol/blob/master/definitions/client.proto
 */
export function centrifugeRecord(json: JsonSlice, direction: Direction): Reading | undefined {
  if (!json.isObject) {
    return undefined;
  }
  const [idMember, error] = json.members('id', 'error');
  const given = idMember?.label;
  const id = given === '0' || given === '' ? undefined : given;
  const [kind, body] = firstOf(json, common) ?? [];
  if (kind === undefined && id === undefined && !error) {
    const type = direction === 'in' ? 'ping' : 'pong';
    return { type, isHeartbeat: true, summary: () => type };
  }
  const value = () => json.text;
  if (direction === 'out') {
    return kind === undefined ? undefined : { ...command(kind, body, id), value };
  }
  return kind === 'push' && body
    ? { ...push(body), value }
    : { ...reply(kind, body, id, error), value };
}

function firstOf(
  json: JsonSlice,
  besides: readonly string[],
): readonly [name: string, value: JsonSlice] | undefined {
  for (const entry of json.entries()) {
    if (!besides.includes(entry[0])) {
      return entry;
    }
  }
  return undefined;
}

function command(kind: string, body: JsonSlice | undefined, id: string | undefined): Reading {
  const [method, channel, data] = body?.members('method', 'channel', 'data') ?? [];
  const name = kind === 'rpc' ? (method?.label ?? kind) : kind;
  const topic = channel?.label;
  return {
    type: kind,
    name,
    topic,
    id,
    ...(id !== undefined && { call: { role: 'request', key: id } }),
    summary: () => {
      const shown = withData.includes(kind) ? data?.shown : undefined;
      return oneLine([name, topic, shown].filter(Boolean).join(' '));
    },
  };
}

function push(body: JsonSlice): Reading {
  const topic = body.member('channel')?.label;
  const [kind = 'push', content] = firstOf(body, ['channel']) ?? [];
  return {
    type: kind,
    name: kind,
    topic,
    summary: () => {
      const shown = kind === 'pub' ? content?.member('data')?.shown : content?.shown;
      return oneLine([kind, topic, shown].filter(Boolean).join(' '));
    },
  };
}

function reply(
  kind: string | undefined,
  body: JsonSlice | undefined,
  id: string | undefined,
  error: JsonSlice | undefined,
): Reading {
  const key = id ?? '';
  if (error) {
    return {
      type: 'error',
      id,
      severity: 'error',
      call: { role: 'response', key, isFailed: true },
      summary: asked => {
        const [code, message] = error.members('code', 'message');
        const parts = [nameOf(asked, id), '!', code?.shown, message?.message];
        return oneLine(parts.filter(Boolean).join(' '));
      },
    };
  }
  return {
    type: kind ?? 'reply',
    id,
    call: { role: 'response', key },
    summary: asked => {
      const shown = (kind === 'rpc' ? body?.member('data') : body)?.shown ?? '{}';
      return oneLine(`${nameOf(asked, id)} = ${shown}`);
    },
  };
}

function nameOf(asked: Asked | undefined, id: string | undefined): string {
  return [asked?.name ?? `#${id ?? ''}`, asked?.topic].filter(Boolean).join(' ');
}
