import { readBase64 } from '../../base/base64.ts';
import type { Decoder, ReadingStep } from '../decoder.ts';
import { Payload } from '../framing/payload.ts';
import type { Layer } from '../layer.ts';
import type { Field, Problem, Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import { firstInvalidUtf8 } from '../values/utf8Text.ts';
import { JsonSlice } from './json/jsonSlice.ts';
import { headText } from './json/headText.ts';

interface Session {
  readonly isPortForward: boolean;
  /** A digit and base64, for clients that have no binary messages. */
  readonly isBase64: boolean;
  /** Whether there is a channel that closes others: since version 5. */
  readonly closes: boolean;
  /** Of port forwarding: the channels whose first message, which names the port, has come. */
  readonly named: ReadonlySet<number>;
}

const channels = ['stdin', 'stdout', 'stderr', 'error', 'resize'];
const closeChannel = 255;

/**
 * Streams of a container or of a port, of which each message names one in its first byte: exec, attach and port forwarding
 * of Kubernetes.
 *
 * @see https://pkg.go.dev/k8s.io/apimachinery/pkg/util/remotecommand
 * @see https://pkg.go.dev/k8s.io/apimachinery/pkg/util/httpstream/wsstream
 */
export const kubernetes: Decoder<Session> = {
  name: 'kubernetes',
  title: 'Kubernetes',
  takes: 'both',
  begin: ({ url, subprotocol }) => ({
    isPortForward: /\/portforward(?:[/?#]|$)/.test(url),
    isBase64: subprotocol.includes('base64.channel.k8s.io'),
    closes: subprotocol.startsWith('v5.'),
    named: new Set(),
  }),
  read: (layer, session, { direction }) => {
    const message = session.isBase64 ? base64Message(layer) : plainMessage(layer);
    if (!message) {
      return unread(layer);
    }
    const { problem } = message;
    const reading: ReadingStep<Session> = session.isPortForward
      ? readPort(message, session, direction === 'in')
      : readStream(message, session);
    return problem ? { ...reading, severity: reading.severity ?? 'warning', problem } : reading;
  },
};

interface ChannelMessage {
  readonly channel: number;
  readonly body: Payload;
  /** Of what is around the body. */
  readonly problem?: Problem;
  readonly fields: () => readonly Field[];
}

function plainMessage(layer: Layer): ChannelMessage | undefined {
  const { begin, bytes } = layer;
  const [channel] = bytes;
  const payload = bytes.subarray(1);
  return channel === undefined
    ? undefined
    : channelMessage(channel, payload, begin === undefined ? undefined : begin + 1, bytes.length);
}

function base64Message({ text, bytes }: Layer): ChannelMessage | undefined {
  const channel = text.charCodeAt(0) - 0x30;
  if (!(channel >= 0 && channel <= 9)) {
    return undefined;
  }
  const { bytes: payload, badAt } = readBase64(text.slice(1));
  const message = channelMessage(channel, payload, undefined, bytes.length);
  if (badAt === undefined) {
    return message;
  }
  // All before it is ASCII, so that characters count as bytes.
  const at = 1 + badAt;
  return {
    ...message,
    problem: { at, is: at === text.length ? 'truncated' : 'unexpected' },
  };
}

function channelMessage(
  channel: number,
  payload: Uint8Array,
  begin: number | undefined,
  end: number,
): ChannelMessage {
  // What a terminal shows has control characters and is a text all the same.
  const isText = firstInvalidUtf8(payload) === undefined;
  const body = new Payload(payload, begin, isText ? true : undefined);
  return {
    channel,
    body,
    fields: () => [
      ['@.channel', 0, 1, 'uint', String(channel)],
      ...(body.isEmpty
        ? []
        : [['$', 1, end, 'payload', byteCount(payload.length)] satisfies Field]),
    ],
  };
}

function unread(layer: Layer): Reading {
  const { bytes } = layer;
  return {
    severity: 'error',
    problem: { at: 0, is: bytes.length === 0 ? 'empty' : 'unexpected' },
    summary: () => oneLine(headText(bytes)),
  };
}

/** Ports have two channels each, data and error; what comes first on each says which port it is. */
function readPort(
  { channel, body, fields }: ChannelMessage,
  session: Session,
  isReceived: boolean,
): ReadingStep<Session> {
  const kind = channel % 2 === 1 ? 'error' : 'data';
  const index = channel >> 1;
  const topic = `${kind} ${index}`;
  const isFirst = isReceived && !session.named.has(channel);
  const context = isFirst ? { ...session, named: new Set([...session.named, channel]) } : session;
  const [low = 0, high = 0] = body.bytes;
  if (isFirst && body.bytes.length === 2) {
    const summary = `port ${index}, ${kind}: ${low | (high << 8)}`;
    return { type: 'port', topic, summary: () => summary, fields, context };
  }
  const lead = () => `port ${index}, ${kind}`;
  return {
    type: kind,
    topic,
    severity: kind === 'error' && !body.isEmpty ? 'error' : undefined,
    summary: () => oneLine(`${lead()} ${body.shown}`),
    lead,
    value: body.value,
    fields,
    next: body.layer,
    context,
  };
}

function readStream(message: ChannelMessage, session: Session): Reading {
  const { channel, body, fields } = message;
  if (channel === closeChannel && session.closes) {
    return readClose(message);
  }
  const type = channels[channel];
  if (type === undefined) {
    return {
      severity: 'error',
      problem: { at: 0, is: 'unexpected' },
      summary: () => `channel ${channel}, ${byteCount(body.bytes.length)}`,
    };
  }
  const reading: Reading = {
    type,
    topic: type,
    value: body.isEmpty ? undefined : body.value,
    fields,
    summary: () => oneLine(`${type} ${body.shown}`).trimEnd(),
  };
  switch (type) {
    case 'error':
      return { ...reading, ...statusFacts(body) };
    case 'resize':
      return { ...reading, ...sizeFacts(body) };
    default:
      return { ...reading, lead: () => type, next: body.layer };
  }
}

/** Half of a stream ends: its number is all that follows. */
function readClose({ body, fields }: ChannelMessage): Reading {
  const [channel] = body.bytes;
  const name = channel === undefined ? '' : (channels[channel] ?? String(channel));
  const problem: Problem | undefined =
    body.bytes.length === 1 ? undefined : { at: 1, is: 'bad-length' };
  return {
    type: 'close',
    topic: 'close',
    severity: problem && 'error',
    problem,
    fields,
    summary: () => `close ${name}`.trimEnd(),
  };
}

/** Since version 4 a `Status` says how the command has ended; before, a text says what went wrong. */
function statusFacts(body: Payload): Partial<Reading> {
  const json = JsonSlice.read(body.bytes);
  const members = ['status', 'message', 'reason', 'details'] as const;
  const [status, message, reason, details] =
    typeof json === 'object' ? json.members(...members) : [];
  if (!status) {
    return {};
  }
  if (status.string === 'Success') {
    return { summary: () => 'exit 0' };
  }
  const said = exitCode(details) ?? message ?? reason ?? status;
  return { severity: 'error', summary: () => oneLine(`exit ! ${said.message}`) };
}

function exitCode(details: JsonSlice | undefined): JsonSlice | undefined {
  for (const cause of details?.member('causes')?.elements() ?? []) {
    const [reason, message] = cause.members('reason', 'message');
    if (reason?.string === 'ExitCode') {
      return message;
    }
  }
  return undefined;
}

function sizeFacts(body: Payload): Partial<Reading> {
  const json = JsonSlice.read(body.bytes);
  if (typeof json === 'number') {
    return { severity: 'error', problem: { at: 1 + json, is: 'bad-json' } };
  }
  const [width, height, lowerWidth, lowerHeight] = json.members(
    'Width',
    'Height',
    'width',
    'height',
  );
  const sizes = [width ?? lowerWidth, height ?? lowerHeight].map(each => each?.shown ?? '?');
  return { summary: () => oneLine(`resize ${sizes.join(' x ')}`) };
}
