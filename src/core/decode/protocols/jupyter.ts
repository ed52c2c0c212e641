import type { Decoder, MessageFacts } from '../decoder.ts';
import { maxFields } from '../limits.ts';
import type { Asked, Reading } from '../reading.ts';
import { oneLine } from '../summaryText.ts';
import type { JsonSlice } from './json/jsonSlice.ts';
import { unreadLayer } from './json/unreadLayer.ts';
import { kernelFields, readKernelMessage, type KernelMessage } from './jupyterWire.ts';

interface Session {
  readonly isVersion1: boolean;
}

/**
 * Messages between a notebook and its kernel, as Jupyter Server hands them on.
 *
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export const jupyter: Decoder<Session> = {
  name: 'jupyter',
  title: 'Jupyter',
  takes: 'both',
  begin: ({ subprotocol }) => ({
    isVersion1: subprotocol === 'v1.kernel.websocket.jupyter.org',
  }),
  read: (layer, { isVersion1 }, { direction }) => {
    const message = readKernelMessage(layer, isVersion1);
    if ('is' in message) {
      return unreadLayer(layer, message);
    }
    const { header } = message;
    const type = header?.member('msg_type')?.label;
    if (type === undefined) {
      return unreadLayer(layer, { at: header?.begin ?? 0, is: 'unexpected' });
    }
    return readingOf(message, type, direction);
  },
};

function readingOf(
  message: KernelMessage,
  type: string,
  direction: MessageFacts['direction'],
): Reading {
  const { channel, header, content } = message;
  const id = header?.member('msg_id')?.label;
  const reading: Reading = {
    type,
    name: type,
    topic: channel,
    id,
    summary: () => '',
    value: content && (() => content.text),
    envelope: () => envelopeOf(message),
    fields:
      message.parts || message.buffers.length > 0
        ? () => kernelFields(message).slice(0, maxFields)
        : undefined,
  };
  const isRequest = type.endsWith('_request');
  if (direction === 'out' && isRequest) {
    const code = content?.member('code') ?? content;
    return {
      ...reading,
      call: id === undefined ? undefined : { role: 'request', key: id },
      summary: () => oneLine(`${type} ${code?.message ?? ''}`),
    };
  }
  return { ...reading, ...answerOf(message, type, isRequest ? id : undefined) };
}

/** @param asks the id of a message that waits for an answer itself: the kernel asks for input */
function answerOf(
  { parent, content }: KernelMessage,
  type: string,
  asks: string | undefined,
): Partial<Reading> & Pick<Reading, 'summary'> {
  const isReply = type.endsWith('_reply');
  const [status, name, text] = content?.members('status', 'ename', 'evalue') ?? [];
  const isFailed = type === 'error' || status?.string === 'error';
  const key = parent?.member('msg_id')?.label;
  const own = asks === undefined ? undefined : ({ role: 'request', key: asks } as const);
  return {
    severity: isFailed ? 'error' : undefined,
    // Output and the status of the kernel come on another channel, and so may come later.
    call: key
      ? { role: isReply ? 'response' : 'item', key, ...(isReply && { isFailed, isFollowed: true }) }
      : own,
    moreCalls: key && own ? [own] : undefined,
    summary: asked =>
      oneLine(
        isFailed
          ? `${asked?.name ?? type} ! ${failure(name, text) ?? content?.shown ?? ''}`
          : answerText(type, isReply, content, asked),
      ),
  };
}

function failure(name: JsonSlice | undefined, text: JsonSlice | undefined): string | undefined {
  const parts = [name, text].flatMap(each => (each ? [each.message] : []));
  return parts.length > 0 ? parts.join(': ') : undefined;
}

function answerText(
  type: string,
  isReply: boolean,
  content: JsonSlice | undefined,
  asked: Asked | undefined,
): string {
  const shown = (member: JsonSlice | undefined) => (member ?? content)?.message ?? '';
  if (isReply) {
    return `${asked?.name ?? type} = ${shown(content?.member('status'))}`;
  }
  if (type === 'stream') {
    const [name, text] = content?.members('name', 'text') ?? [];
    return `${name?.message ?? type} > ${shown(text)}`;
  }
  return type === 'status'
    ? `status ${shown(content?.member('execution_state'))}`
    : `${type} > ${shown(content?.member('data')?.member('text/plain'))}`;
}

function envelopeOf({ channel, header, parent, metadata, buffers }: KernelMessage): string {
  const members = [
    ['channel', channel === undefined ? undefined : JSON.stringify(channel)],
    ['header', header?.text],
    ['parent_header', parent?.text],
    ['metadata', metadata?.text],
    ['buffers', buffers.length > 0 ? String(buffers.length) : undefined],
  ] as const;
  const written = members.flatMap(([name, json]) =>
    json === undefined ? [] : [`"${name}":${json}`],
  );
  return `{${written.join(',')}}`;
}
