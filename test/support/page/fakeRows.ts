// Rows of a capture that are made up from their numbers, so that ten million of them take no memory.
import type { Row } from '../../../src/core/capture/capture.ts';
import { flagsOf } from '../../../src/core/record/record.ts';
import type { HandshakeFacts, HeaderLine } from '../../../src/core/record/handshakeFacts.ts';
import { preview } from '../../../src/core/record/preview.ts';

/** When the first row came. */
export const start = Date.UTC(2026, 10, 16, 10, 30, 0, 250);
/** Between two rows. */
export const rowMs = 37.4;
const encoder = new TextEncoder();

const hostile =
  '<img src=x onerror="document.title=1">\u202Etxt.exe\u2066 \u0000\u001b[31m\r\nline two';
const rightToLeft = '{"greeting":"שלום עולם","note":"مرحبا بالعالم","plain":true}';

function ticker(seq: number): string {
  const price = (50_000 + ((seq * 7919) % 100_000) / 100).toFixed(2);
  const book = `"bids":[["${price}","0.3120"],["${price}","1.0047"]],"asks":[]`;
  return `{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1794825${seq},"u":${seq}900719925474099312,${book}}}`;
}

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

const opened: HandshakeFacts = {
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

const refused: HandshakeFacts = {
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
    handshake: opened,
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
    handshake: refused,
    text: 'stream.example.com refused the opening handshake with status 401 (Unauthorized). Trying again would not help (rule: unauthorized). Check the header Authorization.',
  },
];

/** What the peer sent or the user did at `seq`, as bytes of a kind. */
function contentOf(seq: number): {
  kind: Row['kind'];
  out?: boolean;
  beat?: boolean;
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
    30: { kind: 'ping', out: true, beat: true },
    31: { kind: 'pong', beat: true },
    40: { kind: 'text', text: hostile },
    41: { kind: 'text', text: 'hello' },
    42: { kind: 'text', text: '{"price": 12.50, "price": 12.50000000000000000001, "bad": nan}' },
    43: { kind: 'text', text: large() },
    44: { kind: 'text', out: true, text: '' },
    61: { kind: 'close' },
  };
  return special[place] ?? { kind: 'text', text: ticker(seq) };
}

let largeText: string | undefined;

/** About five megabytes of JSON. */
function large(): string {
  largeText ??= `{"snapshot":[${Array.from({ length: 52_000 }, (_, index) =>
    JSON.stringify({ id: index, price: index * 1.5, side: 'buy', venue: 'XNAS', note: 'ünïcode' }),
  ).join(',')}]}`;
  return largeText;
}

const bytesBySeq = new Map<number, Uint8Array>();

export function bytesOf(seq: number): Uint8Array {
  const { kind, text } = contentOf(seq);
  const key = text === largeText ? -1 : seq;
  let bytes = bytesBySeq.get(key);
  if (!bytes) {
    if (kind === 'binary') {
      bytes = Uint8Array.from({ length: 700 }, (_, index) => (index * index + seq) % 256);
    } else if (kind === 'close') {
      bytes = Uint8Array.of(0x03, 0xe9, ...encoder.encode('server is restarting'));
    } else {
      bytes = encoder.encode(text ?? 'beat');
    }
    if (key === -1 || bytesBySeq.size < 50) {
      bytesBySeq.set(key, bytes);
    }
  }
  return bytes;
}

export function rowAt(seq: number): Row {
  const { kind, out = false, beat: heartbeat = false } = contentOf(seq);
  const direction = out ? 'out' : 'in';
  const bytes = bytesOf(seq);
  return {
    seq,
    at: start + seq * rowMs,
    kind,
    direction,
    heartbeat,
    byteLength: bytes.length,
    preview: preview(flagsOf(kind, direction, heartbeat), bytes),
  };
}
