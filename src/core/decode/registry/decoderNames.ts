/** A decoder as people choose it. */
export interface DecoderName {
  /** In the setting `decoders` and after `as:`. */
  readonly name: string;
  readonly title: string;
  /** What it reads, in a few words. */
  readonly about: string;
}

/** All decoders, those that most people look for first. */
export const decoderNames: readonly DecoderName[] = [
  {
    name: 'json',
    title: 'JSON',
    about: 'also with a byte order mark, NaN, or several texts in one',
  },
  { name: 'socketio', title: 'Socket.IO', about: 'revisions 3 to 5, with Engine.IO' },
  { name: 'signalr', title: 'SignalR', about: 'JSON and MessagePack, also of Blazor Server' },
  { name: 'graphql-transport-ws', title: 'GraphQL', about: 'the protocol of graphql-ws' },
  {
    name: 'subscriptions-transport-ws',
    title: 'GraphQL, old protocol',
    about: 'whose subprotocol is "graphql-ws"',
  },
  { name: 'jsonrpc', title: 'JSON-RPC', about: 'requests, answers, subscriptions and batches' },
  { name: 'msgpack', title: 'MessagePack', about: 'values in binary' },
  { name: 'protobuf-raw', title: 'Protobuf without schema', about: 'fields by their numbers' },
  { name: 'gzip', title: 'gzip', about: 'compressed' },
  { name: 'zlib', title: 'zlib', about: 'compressed' },
  { name: 'deflate', title: 'raw deflate', about: 'compressed, without a mark' },
  { name: 'brotli', title: 'Brotli', about: 'compressed, without a mark' },
  { name: 'zstd', title: 'Zstandard', about: 'compressed' },
  { name: 'zlib-stream', title: 'zlib stream', about: 'all messages as one stream, as of Discord' },
  { name: 'base64', title: 'base64', about: 'bytes as text' },
  { name: 'mqtt', title: 'MQTT', about: '3.1, 3.1.1 and 5' },
  { name: 'stomp', title: 'STOMP', about: '1.0 to 1.2' },
  { name: 'sockjs', title: 'SockJS', about: 'its frames; what is inside is read on' },
  { name: 'phoenix', title: 'Phoenix', about: 'channels of Phoenix and Supabase' },
  { name: 'cbor', title: 'CBOR', about: 'values in binary' },
  { name: 'cbor-sequence', title: 'CBOR sequence', about: 'several items in one message' },
  { name: 'bson', title: 'BSON', about: 'documents of MongoDB' },
  { name: 'wamp', title: 'WAMP', about: 'calls and events; after json, msgpack or cbor' },
  { name: 'ocpp', title: 'OCPP', about: 'charging stations' },
  { name: 'cdp', title: 'Chrome DevTools Protocol', about: 'also of Node' },
  { name: 'lsp', title: 'Language Server Protocol', about: 'JSON-RPC of editors' },
  { name: 'dap', title: 'Debug Adapter Protocol', about: 'debuggers of editors' },
  { name: 'actioncable', title: 'Action Cable', about: 'channels of Rails' },
  { name: 'pusher', title: 'Pusher', about: 'channels' },
  { name: 'centrifuge', title: 'Centrifugo', about: 'JSON and Protobuf' },
  { name: 'kubernetes', title: 'Kubernetes', about: 'exec, attach and port forwarding' },
  { name: 'jupyter', title: 'Jupyter', about: 'messages of kernels' },
  { name: 'nats', title: 'NATS', about: 'operations of clients and servers' },
  { name: 'grpc-web', title: 'gRPC-web', about: 'frames and trailers' },
  { name: 'yjs', title: 'Yjs', about: 'updates and awareness' },
  { name: 'homeassistant', title: 'Home Assistant', about: 'commands and events' },
  { name: 'discord', title: 'Discord', about: 'gateway events' },
  { name: 'ably', title: 'Ably', about: 'channels' },
  { name: 'openai-realtime', title: 'OpenAI Realtime', about: 'client and server events' },
  { name: 'obs', title: 'OBS', about: 'requests and events of obs-websocket' },
  { name: 'ddp', title: 'DDP', about: 'methods and subscriptions of Meteor' },
  { name: 'rosbridge', title: 'rosbridge', about: 'topics and services of ROS' },
  { name: 'binance', title: 'Binance', about: 'streams and requests' },
  { name: 'kraken', title: 'Kraken', about: 'both versions' },
  { name: 'text', title: 'Text', about: 'also of binary messages' },
  { name: 'firebase', title: 'Firebase Realtime Database', about: 'requests and pushes' },
];

const names: ReadonlySet<string> = new Set(decoderNames.map(({ name }) => name));

export function isDecoderName(name: string): boolean {
  return names.has(name);
}

const codecs: ReadonlySet<string> = new Set([
  'gzip',
  'zlib',
  'deflate',
  'brotli',
  'zstd',
  'zlib-stream',
  'base64',
]);

/** Whether a decoder only unpacks what others read. */
export function isCodec(name: string): boolean {
  return codecs.has(name);
}

/** Of decoders that are no names in the setting, but objects. */
const otherTitles: ReadonlyMap<string, string> = new Map([
  ['map', 'Mapping'],
  ['protobuf', 'Protobuf'],
]);

/** The title of a decoder, for people; its name if it has none. */
export function titleOfDecoder(name: string): string {
  return titleInChain(name, name);
}

/** The title of a decoder of a chain, for people. @param own of one that is not among `decoderNames` */
export function titleInChain(name: string, own: string): string {
  return decoderNames.find(each => each.name === name)?.title ?? otherTitles.get(name) ?? own;
}
