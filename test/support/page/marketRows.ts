// What the captures of the page's tests hold: rows that follow from their numbers, and are appended
// to a real capture.
import { flagsOf, type RowKind } from '../../../src/core/record/record.ts';
import type { HandshakeFacts, HeaderLine } from '../../../src/core/record/handshakeFacts.ts';

/** When the connections were opened, in milliseconds since 1970. */
export const startedAt = Date.UTC(2026, 10, 16, 10, 30);
/** Between two rows. */
export const rowMs = 37.4;

/** The row with this number in its capture, as it is appended. */
export type RowMaker = (seq: number) => {
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
};

const encoder = new TextEncoder();

const hostile =
  '<img src=x onerror="document.title=1">\u202Etxt.exe\u2066 \u0000\u001b[31m\r\nline two';
const rightToLeft = '{"greeting":"שלום עולם","note":"مرحبا بالعالم","plain":true}';

function ticker(seq: number): string {
  const price = (50_000 + ((seq * 7919) % 100_000) / 100).toFixed(2);
  const book = `"bids":[["${price}","0.3120"],["${price}","1.0047"]],"asks":[]`;
  return `{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1794825${seq},"u":${seq}900719925474099312,${book}}}`;
}

/** The only row that is long. */
const largeRow = 1195;

const request: readonly HeaderLine[] = [
  ['Host', 'stream.example.com'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', '•••'],
  ['Sec-WebSocket-Protocol', 'v2.market.example, v1.market.example'],
  ['Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits'],
  ['Authorization', '•••'],
];

/** A handshake that says everything that one can say. */
export const openedHandshake: HandshakeFacts = {
  url: 'wss://stream.example.com/v2/market?token=•••',
  proxy: { url: 'http://proxy.corp.example:3128', chosenBy: 'setting' },
  request,
  response: {
    status: 101,
    statusText: 'Switching Protocols',
    headers: [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Accept', '•••'],
      ['Sec-WebSocket-Protocol', 'v2.market.example'],
      ['X-Note', hostile],
      ['X-Trace', '0123456789abcdef'.repeat(24)],
      ['X-Empty', ''],
      ['<b>X-Name</b>', 'שלום'],
    ],
  },
  oddities: ['lines that end in LF without CR', 'a blank before the colon of a header: X-Id'],
  subprotocol: 'v2.market.example',
  extensions: 'permessage-deflate',
  tls: {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    isVerified: true,
    chain: [
      {
        subject: 'CN=stream.example.com',
        issuer: 'CN=Example Issuing CA 4, O=Example Trust Services, C=NL',
        validFrom: 'Aug 24 16:49:00 2026 GMT',
        validTo: 'Nov 22 16:49:00 2026 GMT',
        fingerprint: Array.from({ length: 32 }, (_, at) => (0xa0 + at).toString(16).toUpperCase())
          .join(':')
          .slice(0, 95),
        names: 'DNS:stream.example.com, DNS:*.stream.example.com',
      },
      {
        subject: 'CN=Example Root, O=Example Trust Services, C=NL',
        issuer: 'CN=Example Root, O=Example Trust Services, C=NL',
        validFrom: 'Jan  1 00:00:00 2020 GMT',
        validTo: 'Jan  1 00:00:00 2045 GMT',
        fingerprint: Array.from({ length: 32 }, (_, at) => (0x40 + at).toString(16)).join(':'),
        names: '',
      },
    ],
  },
  redirects: [
    {
      status: 307,
      from: 'wss://example.com/market',
      to: 'wss://stream.example.com/v2/market?token=•••',
      stripped: ['Authorization', 'Cookie'],
    },
  ],
  timings: [
    { phase: 'dns', ms: 12.4 },
    { phase: 'tcp', ms: 23.8 },
    { phase: 'proxy', ms: 48.1 },
    { phase: 'tls', ms: 61.9 },
    { phase: 'upgrade', ms: 35.2 },
  ],
};

export const refusedHandshake: HandshakeFacts = {
  url: 'wss://stream.example.com/v2/market',
  request,
  response: {
    status: 401,
    statusText: 'Unauthorized',
    headers: [
      ['Content-Type', 'text/html'],
      ['WWW-Authenticate', 'Bearer realm="market"'],
    ],
    body: `<!DOCTYPE html>\r\n<html>\n\t<h1>401</h1>\n\t${hostile}\n</html>`,
  },
  tls: {
    version: 'TLSv1.2',
    cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
    isVerified: false,
    problem: 'self-signed certificate in certificate chain',
    chain: [],
  },
  redirects: [],
  timings: [
    { phase: 'dns', ms: 0.3 },
    { phase: 'tcp', ms: 1.2 },
    { phase: 'tls', ms: 8.4 },
    { phase: 'upgrade', ms: 2304 },
  ],
};

const stories = [
  { state: 'connecting', severity: 'info', text: 'Opening the connection to stream.example.com.' },
  {
    state: 'connected',
    severity: 'info',
    handshake: openedHandshake,
    text: 'Connected to stream.example.com (subprotocol v2.market.example, permessage-deflate).',
  },
  {
    state: 'retry',
    severity: 'warning',
    rule: 'going-away',
    code: 1001,
    text: 'stream.example.com closed the connection with 1001 (Going Away: the peer is shutting down or leaving) after 74 s. Retry 1/10 in 0.8 s (rule: going-away).',
  },
  {
    state: 'failed',
    severity: 'error',
    rule: 'unauthorized',
    code: 401,
    handshake: refusedHandshake,
    text: 'stream.example.com refused the opening handshake with status 401 (Unauthorized). Trying again would not help (rule: unauthorized). Check the header Authorization.',
  },
];

/** What the peer sent or the user did at `seq`, as bytes of a kind. */
function contentOf(seq: number): {
  kind: RowKind;
  out?: boolean;
  text?: string;
} {
  const place = seq % 64;
  if (seq < 2 || place === 62 || place === 63) {
    const story = stories[seq < 2 ? seq : place === 62 ? 2 : (seq >> 6) % 8 === 7 ? 3 : 1];
    return { kind: 'state', text: JSON.stringify(story) };
  }
  const special: Record<number, ReturnType<typeof contentOf>> = {
    4: {
      kind: 'text',
      out: true,
      text: '{"method":"SUBSCRIBE","params":["btcusdt@depth"],"id":1}',
    },
    5: { kind: 'text', text: '{"result":null,"id":1}' },
    20: { kind: 'binary' },
    21: { kind: 'text', text: rightToLeft },
    30: { kind: 'ping', out: true, text: 'beat' },
    31: { kind: 'pong', text: 'beat' },
    40: { kind: 'text', text: hostile },
    41: { kind: 'text', text: 'hello' },
    42: { kind: 'text', text: '{"price": 12.50, "price": 12.50000000000000000001, "bad": nan}' },
    43: { kind: 'text', text: seq === largeRow ? large() : ticker(seq) },
    44: { kind: 'text', out: true, text: '' },
    61: { kind: 'close' },
  };
  return special[place] ?? { kind: 'text', text: ticker(seq) };
}

/** About five megabytes of JSON. */
function large(): string {
  return `{"snapshot":[${Array.from({ length: 52_000 }, (_, index) =>
    JSON.stringify({ id: index, price: index * 1.5, side: 'buy', venue: 'XNAS', note: 'ünïcode' }),
  ).join(',')}]}`;
}

function bytesOf(seq: number): Uint8Array {
  const { kind, text = '' } = contentOf(seq);
  switch (kind) {
    case 'binary':
      return Uint8Array.from({ length: 700 }, (_, index) => (index * index + seq) % 256);
    case 'close':
      return Uint8Array.of(0x03, 0xe9, ...encoder.encode('server is restarting'));
    case 'text':
    case 'ping':
    case 'pong':
    case 'state':
      return encoder.encode(text);
  }
}

/** A stream of prices, with one of everything that the page shows in its own way. */
export const marketRow: RowMaker = seq => {
  const { kind, out = false } = contentOf(seq);
  return { at: timeOf(seq), flags: flagsOf(kind, out ? 'out' : 'in'), payload: bytesOf(seq) };
};

/** A row that names the numbers by which its own can be divided, so that filters pick every nth. */
export const dividedRow: RowMaker = seq => {
  const words = [2, 4, 5, 7].filter(divisor => seq % divisor === 0).map(each => ` by${each}`);
  const payload = encoder.encode(`#${seq}${words.join('')}`);
  return { at: timeOf(seq), flags: flagsOf('text', 'in'), payload };
};

function timeOf(seq: number): number {
  return startedAt + 250 + seq * rowMs;
}
