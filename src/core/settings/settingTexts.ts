// Only `npm run manifest` and tests read this file: no bundle contains it.
import type { SettingKey } from './settingsTable.ts';

/** The titles of the sections in the settings editor and in docs/settings.md, in their order. */
export const settingSections = {
  connections: 'Connections',
  handshake: 'Opening Handshake',
  sending: 'Sending',
  reconnect: 'Reconnect',
  keepAlive: 'Keep-Alive',
  security: 'TLS and Proxy',
  decoders: 'Decoders',
  taps: 'Taps',
  limits: 'Timeouts and Limits',
  history: 'History',
  debug: 'Debugging',
  output: 'Output and Status Bar',
} as const;

export interface SettingText {
  readonly section: keyof typeof settingSections;
  /** Markdown. `#websocketMonitor.key#` becomes a link to another setting. */
  readonly text: string;
  /** What each value of a choice means. */
  readonly choices?: Readonly<Record<string, string>>;
  /** What the editor completes as an item of a list; the first one also where the list itself is missing. */
  readonly snippets?: readonly ItemSnippet[];
}

interface ItemSnippet {
  readonly label: string;
  /** JSON with `${1:place}` for what is to be typed; a text that begins with `^` is no text but what follows. */
  readonly body: unknown;
}

/** How each member of a rule of `decoders` reads. */
export const decoderTexts = {
  connection: 'The name of a connection, tap or capture. Without it the rule is for all.',
  url: 'The URL of the WebSocket, with `*` for any characters.',
  subprotocol: 'The subprotocol that client and server have agreed on.',
  direction: 'Only messages that were received (`in`) or sent (`out`).',
  kind: 'Only text messages or only binary ones.',
  use: 'A decoder, a list of decoders in which each reads what the one before has left, `{ "at": "$.data", "as": "base64" }` for one member of a value, `{ "map": { … } }` for JSON with names in it, `{ "protobuf": { … } }`, a decoder of your own in a file as `{ "script": "decoder.mjs" }`, the name of one that another extension contributes, or `off`.',
  at: 'The path of the member of a decoded value that is read on, such as `$.data`.',
  as: 'The decoder that reads this member. Without it, the next one of the list does.',
  map: 'What the members of JSON say: which one names the event, which one has the id that an answer repeats.',
  protobuf: 'Protobuf by a schema, or without one.',
  schema:
    'The `.proto` file of the messages, a list of such files, or a set of descriptors (`.binpb`, `.pb`, `.desc`, `.protoset`). Relative to the folder of the workspace, absolute, or below `~/`; a workspace may only name files that are in it.',
  message:
    'The type of the messages, by its full name; `{ "in": …, "out": … }` by direction; `{ "at": [0], "u8": { "1": …, "2": … } }` by a number before the message; `{ "envelope": "Any" }`, or a type of the schema with a `typeField` that names the type of what is in its `bodyField`.',
  prefix:
    'What is before each message: its length (`varint`, `u32be`, `u16be`), so that there may be several; the five bytes of gRPC (`grpc-web`); or some bytes to `skip`.',
  includes:
    'Folders in which imports are looked for, after that of the importing file. The folders above the schema need not be named.',
  fields:
    'Without a schema: what is in a field, by the numbers that lead to it, such as `{ "2.4": "bytes", "3": "message" }`.',
  script:
    'A decoder of your own: a JavaScript or TypeScript file, which `New Decoder…` writes. Relative to the folder of the workspace, absolute, or below `~/`; a workspace may only name files that are in it. It runs in a process of its own once the workspace is trusted.',
} as const;

/** How each setting reads, by its key below `websocketMonitor`. */
export const settingTexts: Readonly<
  Record<'url' | 'connections' | 'taps' | 'decoders' | SettingKey, SettingText>
> = {
  'url': {
    section: 'connections',
    text: 'The endpoint of the simplest setup, for example `wss://example.com/feed`: one connection. For several, use `#websocketMonitor.connections#`. Host, port, path and query may contain variables such as `${env:HOST}` and `${secret:token}`; values in path and query are percent-encoded.',
  },
  'connections': {
    section: 'connections',
    text: 'Named connections. [New Connection…](command:websocketMonitor.addConnection) adds one with a form. Each may override any setting that a connection has, by the same path: `{ "name": "prices", "url": "wss://example.com/feed", "reconnect": { "maxAttempts": 3 } }`.',
    snippets: [
      { label: 'Connection', body: { name: '${1:name}', url: '${2:wss://example.com/feed}' } },
    ],
  },
  'autoConnect': {
    section: 'connections',
    text: 'Connect when the window opens, without being asked. Only in a trusted workspace.',
  },
  'preset': {
    section: 'connections',
    text: 'Where the defaults come from. A setting that you set yourself takes precedence over the preset.',
    choices: {
      default: 'The defaults of each setting.',
      classic:
        'Wait 2 s, give up after 11 refused attempts, retry only a refused connection and close code 1006, send `start` on each open, and the text `ping` at once and every 10 s.',
    },
  },
  'subprotocols': {
    section: 'handshake',
    text: 'Subprotocols to offer, the preferred one first. A subprotocol that is a token may contain a reference, for example `bearer.${secret:name}`.',
  },
  'headers': {
    section: 'handshake',
    text: 'Headers of the opening handshake. Values may contain references such as `${secret:name}` and `${env:NAME}`.',
  },
  'auth': {
    section: 'handshake',
    text: 'How to sign in. `basic`: `username` and `password`; `bearer`: `token`; `apiKey`: a `value` under a `name` `in` the `header` or the `query`; `command`: a program with its arguments, run without a shell, whose output is the token. The token is kept until the server refuses it. A program only runs in a trusted workspace. Values may contain `${secret:name}`, `${env:NAME}` and other variables.',
  },
  'onOpen': {
    section: 'sending',
    text: 'The messages to send, in this order, when the connection opens: texts, or `{ "text": … }`, `{ "json": … }`, `{ "base64": … }`, `{ "sequence": "Folder/Name" }` of the saved messages. `"when"` is `"every"` (each open), `"first"` (after you connected) or `"reconnect"`; `"delay"` waits this number of seconds before; `"waitFor": { "match": "$.ok:true", "timeout": 30 }` waits for a received message that matches this filter. References such as `${secret:name}` are filled in; write `$${` for a dollar sign and a brace. If one fails, the rest is not sent, and the monitor says which one failed. [Edit Connection…](command:websocketMonitor.editConnection) sets it for one connection, with fields.',
    snippets: [
      { label: 'JSON message', body: { json: { '${1:type}': '${2:subscribe}' } } },
      { label: 'Text message', body: '${1:text}' },
      { label: 'Saved message or sequence', body: { sequence: '${1:Folder/Name}' } },
      {
        label: 'Message that waits for an answer',
        body: { text: '${1:text}', waitFor: { match: '${2:$.ok:true}', timeout: '^${3:30}' } },
      },
    ],
  },
  'queue.maxMessages': {
    section: 'sending',
    text: 'How many messages may wait while the connection is being opened. `0`: none; sending fails while not connected. Waiting messages are discarded when you disconnect or the URL changes.',
  },
  'queue.maxKilobytes': {
    section: 'sending',
    text: 'How many kilobytes of messages may wait while the connection is being opened.',
  },
  'queue.maxAge': {
    section: 'sending',
    text: 'Seconds after which a waiting message is discarded without being sent.',
  },
  'connectTimeout': {
    section: 'limits',
    text: 'Seconds that opening a connection may take in total: DNS, TCP, proxy, TLS, handshake and redirects together.',
  },
  'closeTimeout': {
    section: 'limits',
    text: 'Seconds to wait for the server to answer a close frame.',
  },
  'maxMessageSize': {
    section: 'limits',
    text: 'Size in bytes of the largest message that is accepted. A larger one ends the connection.',
  },
  'compression': {
    section: 'handshake',
    text: 'Offer compression (permessage-deflate).',
  },
  'followRedirects': {
    section: 'handshake',
    text: 'Follow redirects of the opening handshake, at most five.',
  },
  'reconnect.enabled': {
    section: 'reconnect',
    text: 'Reconnect automatically after the connection was lost or could not be opened.',
  },
  'reconnect.initialDelay': {
    section: 'reconnect',
    text: 'Seconds before the first retry.',
  },
  'reconnect.factor': {
    section: 'reconnect',
    text: 'The factor by which each delay is longer than the one before.',
  },
  'reconnect.maxDelay': {
    section: 'reconnect',
    text: 'The longest delay, in seconds. For a server on this machine the default is 5.',
  },
  'reconnect.jitter': {
    section: 'reconnect',
    text: 'The share of each delay that is random, from 0 to 1, so that many clients do not return at the same moment.',
  },
  'reconnect.maxAttempts': {
    section: 'reconnect',
    text: 'Failures in a row after which to give up. A connection that is accepted and dropped counts as one. `0`: never give up. A value that you set always applies; the default applies until the connection has been stable once since you connected.',
  },
  'reconnect.maxAttemptsAfterSuccess': {
    section: 'reconnect',
    text: 'Failures in a row after which to give up, once the connection has been stable (`#websocketMonitor.reconnect.stableAfter#`) since you connected. A message alone does not make it stable. `0`: never give up.',
  },
  'reconnect.stableAfter': {
    section: 'reconnect',
    text: 'Seconds that a connection must be open before earlier failures are forgotten.',
  },
  'reconnect.rules': {
    section: 'reconnect',
    text: 'Your own rules for what happens after a failure; the first that matches applies. Each names a `close` code, an HTTP `status` (a number, a range such as `"500-599"`, or `"*"`) or an `error` such as `"ECONNREFUSED"`, and the `action`: `retry` (optionally with a `delay` in seconds) or `stop`. [Edit Connection…](command:websocketMonitor.editConnection) sets it for one connection, with fields.',
    snippets: [
      { label: 'Rule for a close code', body: { close: '^${1:4000}', action: '${2|stop,retry|}' } },
      {
        label: 'Rule for an HTTP status',
        body: { status: '^${1:503}', action: '${2|retry,stop|}' },
      },
      {
        label: 'Rule for an error',
        body: { error: '${1:ECONNREFUSED}', action: '${2|retry,stop|}' },
      },
    ],
  },
  'heartbeat.ping': {
    section: 'keepAlive',
    text: 'Send protocol pings, and treat the connection as lost if the server shows no sign of life.',
  },
  'heartbeat.interval': {
    section: 'keepAlive',
    text: 'Seconds between protocol pings.',
  },
  'heartbeat.timeout': {
    section: 'keepAlive',
    text: 'Seconds to wait for a sign of life after a ping. A second ping follows before the connection is given up.',
  },
  'heartbeat.message': {
    section: 'keepAlive',
    text: 'A text to send repeatedly while the connection is open. Empty: none.',
  },
  'heartbeat.messageInterval': {
    section: 'keepAlive',
    text: 'Seconds between heartbeat messages.',
  },
  'heartbeat.expect': {
    section: 'keepAlive',
    text: 'The answer to the heartbeat message: a text, or a `/regular expression/`. Empty: no answer is expected.',
  },
  'tls.rejectUnauthorized': {
    section: 'security',
    text: 'Refuse certificates that cannot be verified. Turn it off for tests only.',
  },
  'tls.ca': {
    section: 'security',
    text: 'A PEM file with the certificate authorities to trust instead of the usual ones.',
  },
  'tls.cert': {
    section: 'security',
    text: 'The client certificate: a PEM file, or a PKCS #12 file if `#websocketMonitor.tls.key#` is empty.',
  },
  'tls.key': {
    section: 'security',
    text: 'A PEM file with the key of the client certificate.',
  },
  'tls.passphrase': {
    section: 'security',
    text: 'The passphrase of the key, as `${secret:name}`.',
  },
  'tls.servername': {
    section: 'security',
    text: 'The server name to ask for, if it is not the host of the URL.',
  },
  'proxy': {
    section: 'security',
    text: 'A proxy for this connection: an `http://`, `https://` or `socks5://` URL, with its credentials as `${secret:name}`. Empty: the proxy settings of VS Code apply.',
  },
  'history.maxMessages': {
    section: 'history',
    text: 'How many messages to keep per connection. The oldest are removed first.',
  },
  'history.maxMegabytes': {
    section: 'history',
    text: 'How many megabytes of messages to keep per connection. The oldest are removed first.',
  },
  'history.overflow': {
    section: 'history',
    text: 'What to do when messages arrive faster than they can be stored.',
    choices: {
      pause: 'Stop reading until they are stored, which slows the server down.',
      drop: 'Leave messages out, and show how many.',
    },
  },
  'history.keepDays': {
    section: 'history',
    text: 'How many days to keep the captures of a closed window. Older ones are listed in the view *Captures* for a day before they are deleted. Only your user settings apply, whatever a workspace sets.',
  },
  'history.keepMegabytes': {
    section: 'history',
    text: 'How many megabytes the captures of closed windows may use together. The window that ended first is removed first, with all its captures. The window that ended last always stays, and so does what a crash left, until a day after it was offered. Only your user settings apply, whatever a workspace sets.',
  },
  'debug.watch': {
    section: 'debug',
    text: 'Whose WebSockets are watched when you debug a program with F5. Only in a trusted workspace, and only with the JavaScript debugger of VS Code.',
    choices: {
      browsers:
        'Pages and workers in Chrome and Edge. Node programs after you were asked, once for each workspace.',
      all: 'Node programs too: clients and servers. Code of this extension runs in them while they are debugged.',
      off: 'None, unless you run *Watch WebSockets of Debug Session*.',
    },
  },
  'debug.closeCodes': {
    section: 'debug',
    text: 'Show close codes and reasons of a watched page. The debugger does not tell them, so a small script is added to the page, which notes the end of each WebSocket.',
  },
  'output.enabled': {
    section: 'output',
    text: 'Write messages to the output channel “WebSocket Messages”.',
  },
  'output.decoded': {
    section: 'output',
    text: 'Write to the output channel what decoders read, such as `chat {"text":"hi"}`, in place of what was sent, where the monitor is sure how messages are decoded. They are then decoded also while the monitor is closed.',
  },
  'output.maxCharacters': {
    section: 'output',
    text: 'How many characters of each message the output channel shows.',
  },
  'statusBar.showRate': {
    section: 'output',
    text: 'Show messages per second in the status bar.',
  },
  'decoders': {
    section: 'decoders',
    text: 'How messages are decoded: the first rule that fits a connection and a message decides; without one, the monitor looks at the subprotocol, the URL and the first messages. A rule names a `connection`, a `url` with `*` for any characters, or a `subprotocol`, perhaps also a `direction` (`in`, `out`) and a `kind` (`text`, `binary`), and in `use` a decoder, a list of them such as `["gzip", "json"]`, a mapping, Protobuf with a schema, a decoder of your own in a file, or `off`. `Decode As…` in the monitor writes such rules.',
    snippets: [
      { label: 'Rule by URL', body: { url: '${1:*/socket.io/*}', use: '${2:socketio}' } },
      {
        label: 'Rule for the binary messages of a connection',
        body: { connection: '${1:name}', kind: 'binary', use: ['${2:gzip}', '${3:json}'] },
      },
      {
        label: 'Protobuf with a schema',
        body: {
          url: '${1:*}',
          kind: 'binary',
          use: { protobuf: { schema: '${2:proto/feed.proto}', message: '${3:feed.Envelope}' } },
        },
      },
    ],
  },
  'taps': {
    section: 'taps',
    text: 'Taps: ports on this machine that pass everything on to an upstream and show its WebSockets, for programs that the monitor does not dial itself. `{ "name": "shop", "upstream": "http://localhost:5173" }` is a tap in front of a dev server; a browser then opens the address of the tap. [Start Tap…](command:websocketMonitor.startTap) starts one, and `${input:…}` of launch.json and tasks.json does so with the command `websocketMonitor.tapUrl`.',
    snippets: [
      {
        label: 'Tap in front of a dev server',
        body: { name: '${1:app}', upstream: '${2:http://localhost:5173}' },
      },
      {
        label: 'Tap with a port and a header',
        body: {
          name: '${1:api}',
          upstream: '${2:wss://api.example.com}',
          port: '^${3:9300}',
          headers: { Authorization: 'Bearer \\${secret:${4:api}}' },
        },
      },
    ],
  },
};
