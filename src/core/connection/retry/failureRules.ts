import { CauseCode, type Cause } from '../state/cause.ts';
import { CloseCode } from '../wire/closeCode.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';

/** What a rule says is to be done. */
export interface Outcome {
  /** `stop` ends quietly, `fail` ends as an error that needs the user. */
  readonly action: 'retry' | 'stop' | 'fail';
  /** What the user can do; absent if waiting is all there is. */
  readonly advice?: string;
  /** The setting that helps: one of ours, or one of the editor's by its full name. */
  readonly setting?: string;
  /** With `retry`: after so many failures in a row by this rule, `fail`. */
  readonly limit?: number;
  /** With `retry`: the back-off begins at this many milliseconds, if it would begin lower. */
  readonly initialMs?: number;
  /** With `retry`: exactly this delay. */
  readonly delayMs?: number;
  /** With `retry`: the delay is at least a random number of milliseconds in this range. */
  readonly spreadMs?: readonly [number, number] | undefined;
  /** With `retry`: the very first retry comes after a random number of milliseconds in this range. */
  readonly firstSpreadMs?: readonly [number, number] | undefined;
  /** The next attempt is made without compression, which something on the way may have broken. */
  readonly withoutCompression?: boolean;
  /** If credentials are read again for each attempt, one more attempt is made with them. */
  readonly refreshes?: boolean;
  /** What stopped may have gone when the user or the machine comes back, so it is tried again then. */
  readonly resumes?: boolean;
}

/** What is known of one kind of failure. */
export interface Rule {
  readonly name: string;
  readonly matches: (cause: Cause, endpoint: Pick<Endpoint, 'secure'>) => boolean;
  readonly outcome: Outcome;
  /** Takes the place of `outcome` once the endpoint has been good. */
  readonly provenGood?: Outcome;
}

const retry: Outcome = { action: 'retry' };
const retryAtMost = (limit: number, advice?: string, setting?: string): Outcome => ({
  ...retry,
  limit,
  ...(advice ? { advice } : {}),
  ...(setting === undefined ? {} : { setting }),
});
const fail = (advice: string, setting?: string): Outcome => ({
  action: 'fail',
  advice,
  ...(setting === undefined ? {} : { setting }),
});

const errors = (...codes: readonly string[]) => {
  const set = new Set(codes);
  return (cause: Cause) => cause.error !== undefined && set.has(cause.error);
};
const errorLike = (pattern: RegExp) => (cause: Cause) =>
  cause.error !== undefined && pattern.test(cause.error);
const says = (matches: (cause: Cause) => boolean, pattern: RegExp) => (cause: Cause) =>
  matches(cause) && pattern.test(cause.message ?? '');
const status = (...ranges: readonly (number | readonly [number, number])[]) => {
  return (cause: Cause) => cause.status !== undefined && within(cause.status, ranges);
};
const close = (...ranges: readonly (number | readonly [number, number])[]) => {
  // A code counts only where a close frame brought it; what we refused ourselves is an error.
  return (cause: Cause) =>
    (cause.kind === 'closeframe' || cause.kind === 'lost') &&
    cause.phase === undefined &&
    cause.close !== undefined &&
    within(cause.close, ranges);
};

function within(value: number, ranges: readonly (number | readonly [number, number])[]): boolean {
  return ranges.some(range =>
    typeof range === 'number' ? value === range : value >= range[0] && value <= range[1],
  );
}

const refusedLogin = [status(401, 403), close(1008, 3000, 3003, 4401, 4403)] as const;

/** Whether the peer may have refused the login, so that another one could help. */
export function refusesLogin(cause: Cause): boolean {
  return cause.phase !== 'proxy' && refusedLogin.some(matches => matches(cause));
}

const busySpread = [5000, 30_000] as const;
/** RFC 6455, section 7.2.3: a first delay for clients that were cut off together. */
const firstSpread = [500, 5000] as const;
const massRetry: Outcome = { ...retry, firstSpreadMs: firstSpread };
const tlsSettings = fail(
  'Check the TLS settings; the peer may ask for a client certificate (tls.cert).',
  'tls.cert',
);
const trustAdvice = 'Check the certificate; trust its authority with the setting tls.ca.';
const useWs = 'This port does not speak TLS: use ws:// instead of wss:// in the URL.';
const useWss = 'This port speaks TLS: use wss:// instead of ws:// in the URL.';

/** The built-in rules. The first that matches decides; errors go by code, never by their message. */
export const failureRules: readonly Rule[] = [
  { name: 'configuration', matches: c => c.kind === 'config', outcome: fail('') },
  {
    name: 'connect timeout',
    matches: errors(CauseCode.ConnectTimeout),
    outcome: {
      ...retry,
      advice: 'Raise connectTimeout if the endpoint is slow.',
      setting: 'connectTimeout',
    },
  },
  {
    name: 'heartbeat',
    matches: errors(CauseCode.HeartbeatTimeout),
    outcome: {
      ...retry,
      advice: 'Raise heartbeat.timeout if the peer is slow to answer.',
      setting: 'heartbeat.timeout',
    },
  },
  {
    name: 'unknown host',
    matches: errors('ENOTFOUND', 'EAI_NODATA'),
    outcome: retryAtMost(3, 'Check the host name in the URL and your network.', 'url'),
    provenGood: retry,
  },
  {
    name: 'local resources',
    matches: errors('EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS'),
    outcome: { ...retry, initialMs: 10_000 },
  },
  {
    name: 'clock',
    matches: errors('CERT_NOT_YET_VALID'),
    outcome: fail('Check the clock of this machine.'),
  },
  {
    name: 'certificate',
    matches: errors('CERT_HAS_EXPIRED'),
    outcome: fail(
      'The peer has to renew it; to connect all the same, switch tls.rejectUnauthorized off.',
      'tls.rejectUnauthorized',
    ),
  },
  {
    name: 'certificate',
    matches: errors('ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'),
    outcome: fail(
      'Use the name that it is for, in the URL or in tls.servername.',
      'tls.servername',
    ),
  },
  {
    name: 'certificate',
    matches: errorLike(
      /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH)/,
    ),
    outcome: fail(trustAdvice, 'tls.ca'),
  },
  {
    name: 'HTTP/2',
    matches: c =>
      errors(CauseCode.Http2, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')(c) ||
      says(errors('EPROTO'), /alert no application protocol/i)(c),
    outcome: fail(
      'Let the server, or what stands in front of it, take HTTP/1.1 at this URL.',
      'url',
    ),
  },
  {
    name: 'TLS version or client certificate',
    matches: errorLike(/^ERR_(SSL|TLS)_/),
    outcome: tlsSettings,
    provenGood: retryAtMost(3),
  },
  {
    name: 'no TLS on this port',
    matches: says(errors('EPROTO'), /wrong version number|(packet|data) length too long/i),
    outcome: fail(useWs, 'url'),
  },
  {
    // How a peer that speaks TLS 1.2 asks for a client certificate; 1.3 has a code of its own.
    name: 'TLS version or client certificate',
    matches: says(errors('EPROTO'), /alert (handshake failure|bad certificate|protocol version)/i),
    outcome: tlsSettings,
    provenGood: retryAtMost(3),
  },
  {
    name: 'TLS handshake',
    matches: errors('EPROTO'),
    outcome: retryAtMost(3, 'Check the TLS settings, as tls.servername.', 'tls.servername'),
  },
  {
    name: 'TLS on this port',
    matches: errors('WSM_TLS_ALERT', CauseCode.TlsWanted),
    outcome: fail(useWss, 'url'),
  },
  {
    name: 'not HTTP',
    matches: errors('HPE_INVALID_CONSTANT'),
    outcome: fail('What listens there does not speak HTTP/1.1: check the port in the URL.', 'url'),
  },
  {
    name: 'limit of this extension',
    matches: errors('HPE_HEADER_OVERFLOW'),
    outcome: fail(
      'That is a limit of this extension: let the server send fewer or shorter headers, as cookies.',
    ),
  },
  {
    name: 'malformed HTTP: line ends',
    matches: errors('HPE_CR_EXPECTED', 'HPE_LF_EXPECTED', 'HPE_STRICT'),
    outcome: fail('Let the server, or what stands in front of it, end each line with CR LF.'),
  },
  {
    name: 'malformed HTTP: status line',
    matches: errors('HPE_INVALID_VERSION', 'HPE_INVALID_STATUS'),
    outcome: fail(
      'Let the server begin its answer as in "HTTP/1.1 101 Switching Protocols"; check the URL.',
      'url',
    ),
  },
  {
    name: 'malformed HTTP: headers',
    matches: errors('HPE_INVALID_HEADER_TOKEN', 'HPE_UNEXPECTED_SPACE'),
    outcome: fail('Look at the headers that the server, or what stands in front of it, adds.'),
  },
  {
    name: 'malformed HTTP: length',
    matches: errors(
      'HPE_INVALID_CONTENT_LENGTH',
      'HPE_UNEXPECTED_CONTENT_LENGTH',
      'HPE_INVALID_TRANSFER_ENCODING',
      'HPE_INVALID_CHUNK_SIZE',
    ),
    outcome: fail(
      'Let the server, or what stands in front of it, send one Content-Length or none.',
    ),
  },
  { name: 'answer broken off', matches: errors('HPE_INVALID_EOF_STATE'), outcome: retry },
  {
    name: 'malformed HTTP',
    matches: errorLike(/^HPE_/),
    outcome: fail('Look at what the server, or what stands in front of it, answers.'),
  },
  {
    name: 'limit of this extension',
    matches: errors('WS_ERR_TOO_MANY_BUFFERED_PARTS'),
    outcome: fail(
      'That is a limit of this extension (see Limits in its README): ask for larger fragments.',
    ),
  },
  {
    name: 'message size',
    matches: errors('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'),
    outcome: fail('Raise the setting maxMessageSize.', 'maxMessageSize'),
  },
  {
    name: 'message size',
    matches: errors('WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'),
    outcome: fail('No setting takes a frame of that size: look at what the peer sends.'),
  },
  {
    name: 'compression',
    matches: c =>
      errors('WS_ERR_UNEXPECTED_RSV_1', 'Z_DATA_ERROR', 'Z_BUF_ERROR', 'WSM_EXTENSION')(c),
    outcome: {
      ...retryAtMost(2, 'Compression seems to be broken on the way: switch it off (compression).'),
      withoutCompression: true,
      setting: 'compression',
    },
  },
  {
    name: 'protocol error',
    matches: c => c.kind === 'protocol',
    outcome: retryAtMost(2, 'The peer or something on the way breaks the WebSocket protocol.'),
  },
  {
    name: 'subprotocol',
    matches: errors('WSM_SUBPROTOCOL'),
    outcome: fail('Set the subprotocols that the peer speaks (subprotocols).', 'subprotocols'),
  },
  {
    name: 'redirect not followed',
    matches: errorLike(/^WSM_REDIRECT_/),
    outcome: fail('Use the address that the redirect should lead to as the URL.', 'url'),
  },
  {
    name: 'proxy login',
    matches: errors('PROXY_AUTHENTICATION'),
    outcome: {
      ...fail('The proxy wants a login: see the setting proxy, or http.proxy.', 'proxy'),
      resumes: true,
    },
  },
  {
    name: 'proxy down',
    matches: errors('PROXY_UNREACHABLE'),
    outcome: { ...retry, advice: 'Check the setting proxy, or http.proxy.', setting: 'proxy' },
  },
  {
    name: 'proxy unusable',
    matches: errors('PROXY_PROTOCOL', 'PROXY_TLS'),
    outcome: fail(
      'Check that the proxy is what the setting proxy says, and that it is trusted.',
      'proxy',
    ),
  },
  {
    name: 'proxy refuses',
    matches: errorLike(/^PROXY_/),
    outcome: retryAtMost(
      3,
      'The proxy does not let this connection through: see the setting proxy, or http.proxy.',
      'proxy',
    ),
  },
  {
    name: 'handshake refused by us',
    // A 101 without Upgrade comes as a status.
    matches: c =>
      (c.kind === 'connect' && c.phase === 'upgrade' && c.error === undefined) ||
      status([100, 199])(c),
    outcome: fail(
      'The peer answers, but not as a WebSocket server: check URL and subprotocols.',
      'url',
    ),
  },
  {
    name: 'handshake not possible',
    matches: errorLike(/^ERR_(INVALID|HTTP|UNESCAPED)_/),
    outcome: fail('Check the URL, headers and subprotocols in the settings.', 'headers'),
  },
  {
    // So do many servers that expect TLS, but also busy ones that do not.
    name: 'no answer to the handshake',
    matches: (c, { secure }) => !secure && c.phase === 'upgrade' && errors('ECONNRESET')(c),
    outcome: {
      ...retry,
      advice: 'If this port speaks TLS, use wss:// instead of ws:// in the URL.',
      setting: 'url',
    },
    provenGood: retry,
  },
  { name: 'network', matches: c => c.kind === 'connect' || c.kind === 'tls', outcome: retry },

  {
    name: 'HTTP: busy',
    matches: status(429),
    outcome: { ...retry, initialMs: 5000 },
  },
  {
    name: 'HTTP: temporary',
    matches: status([502, 504]),
    outcome: massRetry,
  },
  {
    name: 'HTTP: temporary',
    matches: status(408, 425, 500, 507, 509, [520, 524], 527, 530),
    outcome: retry,
  },
  {
    name: 'HTTP: misdirected or interrupted',
    matches: status(421, 499, 525, 526),
    outcome: retryAtMost(3),
  },
  {
    name: 'HTTP: not allowed',
    matches: status(401, 403),
    outcome: {
      ...fail(
        'Sign in: set auth, or the headers that the peer asks for, as Authorization.',
        'auth',
      ),
      refreshes: true,
    },
  },
  {
    name: 'HTTP: no such path',
    matches: status(404, 410),
    outcome: fail('Check the path of the URL.', 'url'),
    provenGood: retryAtMost(5),
  },
  {
    name: 'HTTP: no WebSocket there',
    matches: status([200, 299]),
    outcome: fail('The peer serves a page at this URL, not a WebSocket: check the path.', 'url'),
    provenGood: retryAtMost(5),
  },
  {
    name: 'HTTP: proxy or portal',
    matches: status(407, 511),
    outcome: {
      ...fail(
        'A proxy or a captive portal wants a login: see http.proxy in the settings.',
        'http.proxy',
      ),
      resumes: true,
    },
  },
  {
    name: 'HTTP: redirect',
    matches: status([301, 303], 307, 308),
    outcome: fail(
      'The peer redirects: use the new address, or switch on followRedirects.',
      'followRedirects',
    ),
  },
  {
    // Those of 3xx that name no other place.
    name: 'HTTP: no WebSocket there',
    matches: status([300, 399]),
    outcome: fail('The peer serves a page at this URL, not a WebSocket: check the path.', 'url'),
  },
  {
    name: 'HTTP: request refused',
    matches: status([400, 499], 501, 505, 506),
    outcome: fail(
      'The peer does not accept this request: check URL, headers and subprotocols.',
      'headers',
    ),
  },
  { name: 'HTTP: other', matches: c => c.kind === 'http', outcome: retry },

  { name: 'closed normally', matches: close(CloseCode.Normal), outcome: { action: 'stop' } },
  {
    name: 'closed: our message was refused',
    matches: close(1002, 1003, 1007, 1010),
    outcome: retryAtMost(
      2,
      'The peer refuses what we send: check onOpen and the heartbeat.',
      'onOpen',
    ),
  },
  {
    name: 'closed: not allowed',
    matches: close(1008, 3000, 3003),
    outcome: {
      ...fail('The peer does not let us in: check auth, headers, and what was sent.', 'auth'),
      refreshes: true,
    },
  },
  {
    name: 'closed: message too big',
    matches: close(1009),
    outcome: fail('The peer takes no message of that size: send smaller ones.'),
  },
  {
    name: 'closed: busy',
    matches: close(1013),
    outcome: { ...retry, initialMs: 10_000, spreadMs: busySpread },
  },
  {
    name: 'closed: restarting',
    matches: close(1012),
    outcome: { ...retry, spreadMs: busySpread },
  },
  { name: 'closed: 4429', matches: close(4429), outcome: { ...retry, initialMs: 5000 } },
  {
    name: 'closed: 44xx, not allowed',
    matches: close(4401, 4403),
    outcome: {
      ...fail('The peer does not accept the login: check headers and auth.', 'auth'),
      refreshes: true,
    },
  },
  { name: 'closed: 44xx, temporary', matches: close(4408, 4425), outcome: retry },
  {
    name: 'closed: 44xx',
    matches: close([4400, 4499]),
    outcome: fail('The peer gave a code that stands for a refused request.'),
  },
  { name: 'closed: going away', matches: close(1001, 1014), outcome: massRetry },
  { name: 'closed', matches: close([1000, 4999]), outcome: retry },
];

/** What the codes of some subprotocols mean, by the subprotocol's name. */
const profiles: Readonly<Record<string, readonly Rule[]>> = {
  'graphql-transport-ws': [
    {
      name: 'graphql-transport-ws: fatal code',
      matches: close(4400, 4401, 4004, 4005, 4406, 4409, 4429, 4500),
      outcome: fail('The GraphQL server refuses this client: check what onOpen sends.', 'onOpen'),
    },
  ],
  ...Object.fromEntries(
    ['centrifuge-json', 'centrifuge-protobuf'].map(name => [
      name,
      [
        {
          name: `${name}: terminal code`,
          matches: close([3500, 3999], [4500, 4999]),
          outcome: fail('The server says that reconnecting is no use.'),
        },
        { name: `${name}: other code`, matches: close([3000, 4999]), outcome: retry },
      ],
    ]),
  ),
};

/** The rules of a subprotocol, which go before the others; none if it is not known. */
export function rulesOf(subprotocol: string): readonly Rule[] {
  return Object.hasOwn(profiles, subprotocol) ? (profiles[subprotocol] ?? []) : [];
}
