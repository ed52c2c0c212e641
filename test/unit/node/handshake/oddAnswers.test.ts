import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { causeOf, describeCause } from '../../../../src/core/connection/state/cause.ts';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import type { Handshake } from '../../../../src/core/connection/wire/transport.ts';
import { retryDecision } from '../../../../src/core/connection/retry/retryDecision.ts';
import { letTimePass } from '../../../support/letTimePass.ts';
import { acceptance } from '../../../support/network/frames.ts';
import { answer, listen, raw, refusedPort } from '../../../support/network/peers.ts';
import { connectProxy } from '../../../support/network/proxies.ts';
import {
  during,
  openTransport,
  type OpenedTransport,
} from '../../../support/network/transports.ts';

type Answer = (socket: Socket, head: string) => unknown;

/** Opens a transport to a peer that answers each request so. */
async function ask(
  t: TestContext,
  answering: Answer,
  changed: Partial<Handshake> = {},
): Promise<OpenedTransport & { readonly connections: () => number }> {
  const before = (socket: Socket, head: string) => {
    answering(socket, head);
  };
  const peer = await during(t, raw(undefined, { before }));
  return { ...openTransport(t, peer.url, changed), connections: () => peer.connections };
}

/** What the user reads of a failure. */
async function words(t: TestContext, answering: Answer, changed?: Partial<Handshake>) {
  const { seen } = await ask(t, answering, changed);
  const cause = causeOf(await seen.ended(), 0);
  const { rule, action, advice } = retryDecision(cause, {
    rules: [],
    provenGood: false,
    subprotocol: '',
    loopback: true,
    secure: false,
  });
  return { text: describeCause(cause, parseEndpoint('ws://h/')), rule, action, advice };
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');
/** The 101, changed as text. */
const accepting =
  (change: (head: string) => string): Answer =>
  (socket, head) =>
    socket.write(latin1(change(acceptance(head).toString('latin1'))));
const withLines = (...lines: readonly string[]) =>
  accepting(head => head.replace(/\r\n$/, lines.map(line => `${line}\r\n`).join('') + '\r\n'));

describe('A 101 that browsers take is taken, and the facts say what was odd', () => {
  const cases: readonly (readonly [Answer, readonly RegExp[]])[] = [
    [withLines(`X-Big: ${'x'.repeat(20_000)}`), []],
    [withLines(`X-Big: ${'x'.repeat(250_000)}`), []],
    [accepting(head => head.replaceAll('\r\n', '\n')), [/^lines that end in LF without CR$/]],
    [
      accepting(head => head.replace('\r\nUpgrade', '\nUpgrade')),
      [/^lines that end in LF without CR$/],
    ],
    [accepting(head => head.replace('HTTP/1.1 101', 'http/1.1  101')), [/^a status line .*http/]],
    [accepting(head => head.replace('HTTP/1.1', 'HTTP/2')), [/^a status line .*HTTP\/2 101/]],
    [accepting(head => head.replace('HTTP/1.1', 'HTTP/1.2')), [/^a status line .*HTTP\/1\.2/]],
    [accepting(head => head.replace(' Switching Protocols', '')), []],
    [accepting(head => head.replace('Switching Protocols', 'Zo\xc3\xab \x01')), []],
    [accepting(head => `\r\n\r\n${head}`), [/^blanks before the status line$/]],
    [accepting(head => `\xef\xbb\xbf${head}`), [/^blanks before the status line$/]],
    [withLines('X-Odd : 1'), [/^a blank before the colon of a header: X-Odd$/]],
    [withLines('X Odd: s3cret'), [/^a line that is not a header and was ignored: “X Odd: …”$/]],
    [withLines('nonsense'), [/ignored: “nonsense”$/]],
    [withLines(': nameless'), [/ignored: “: …”$/]],
    [withLines('\xc3\x9cber: 1'), [/ignored: “Über: …”$/]],
    [withLines('X-Odd: a\x00\x01b'), [/^control characters in a header: X-Odd$/]],
    [withLines('X-Odd: a', ' b'), [/^a header that continues on the next line: X-Odd$/]],
    [withLines('Content-Length: 3', 'Content-Length: 4'), [/^an ambiguous Content-Length$/]],
    [withLines('Content-Length: 0', 'Content-Length: 0'), [/^Content-Length more than once$/]],
    [withLines('Content-Length: 0', 'Transfer-Encoding: chunked'), [/^Content-Length beside/]],
    [withLines('Sec-WebSocket-Protocol:'), [/^an empty subprotocol, which was ignored$/]],
    [withLines('Sec-WebSocket-Protocol:   '), [/^an empty subprotocol/]],
    [
      withLines('Sec-WebSocket-Protocol:', 'Sec-WebSocket-Protocol: '),
      [/^an empty subprotocol, which was ignored$/],
    ],
    [withLines('Sec-WebSocket-Extensions: '), [/^an empty Sec-WebSocket-Extensions/]],
    [
      withLines('Sec-WebSocket-Extensions:', 'Sec-WebSocket-Extensions:'),
      [/^an empty Sec-WebSocket-Extensions/],
    ],
    [
      withLines(...Array.from({ length: 20 }, (_, at) => `odd ${at}: x`)),
      [...Array.from({ length: 8 }, (_, at) => new RegExp(`“odd ${at}: …”$`)), /^and 12 more$/],
    ],
    [
      (socket, head) => {
        socket.write('HTTP/1.1 103 Early Hints\nLink: x\n\nHTTP/1.1 100 Continue\r\n\r\n');
        socket.write(acceptance(head));
      },
      [/^lines that end in LF without CR$/],
    ],
    [(socket, head) => dripped(socket, acceptance(head)), []],
  ];

  it('in one request', async t => {
    for (const [answering, expected] of cases) {
      const { seen, connections } = await ask(t, answering);
      await seen.has('open');
      const { oddities = [] } = await seen.facts();
      assert.equal(oddities.length, expected.length, oddities.join());
      expected.forEach((pattern, at) => assert.match(oddities[at] ?? '', pattern));
      assert.equal(connections(), 1);
    }
  });

  it('also where the header that counts comes behind a thousand others', async t => {
    const { seen } = await ask(t, (socket, head) => {
      const [first = '', ...rest] = acceptance(head).toString('latin1').split('\r\n');
      const many = Array.from({ length: 3000 }, (_, at) => `x${at}: y`);
      socket.write([first, ...many, ...rest].join('\r\n'));
    });
    await seen.has('open');
    assert.equal((await seen.facts()).response?.headers.length, 3003);
  });

  it('and what came in the same packet is delivered', async t => {
    const { seen } = await ask(t, (socket, head) => {
      const text = acceptance(head).toString('latin1').replaceAll('\r\n', '\n');
      socket.write(latin1(`${text}\x81\x02hi`));
    });
    await seen.has('text hi');
  });

  function dripped(socket: Socket, bytes: Buffer): void {
    let sent = 0;
    const next = () => {
      socket.write(bytes.subarray(sent, ++sent));
      if (sent < bytes.length) {
        setImmediate(next);
      }
    };
    next();
  }
});

describe('An empty subprotocol', () => {
  it('is named where others were offered', async t => {
    const { text, rule } = await words(t, withLines('Sec-WebSocket-Protocol: '), {
      subprotocols: ['a', 'b'],
    });
    assert.equal(text, 'The peer chose an empty subprotocol; offered: a, b (WSM_SUBPROTOCOL)');
    assert.equal(rule, 'subprotocol');
  });
});

describe('A 101 that does not prove that the request was understood', () => {
  it('is told by what is wrong with it, in words of our own', async t => {
    const cases: readonly (readonly [Answer, string])[] = [
      [
        accepting(head => head.replace(/Accept: ./, 'Accept: !')),
        'its header Sec-WebSocket-Accept does not fit the request',
      ],
      [
        accepting(head => head.replace(/Sec-WebSocket-Accept.*\r\n/, '')),
        'without the header Sec-WebSocket-Accept',
      ],
      [
        withLines('Sec-WebSocket-Accept: again'),
        'its header Sec-WebSocket-Accept is there more than once',
      ],
      [
        accepting(head => head.replace('Upgrade: websocket', 'Upgrade: h2c')),
        'its header Upgrade does not fit the request: "h2c"',
      ],
    ];
    for (const [answering, expected] of cases) {
      const { text, rule } = await words(t, answering);
      assert.deepEqual(
        [text, rule],
        [`The peer accepted, but ${expected}`, 'handshake refused by us'],
      );
    }
  });
});

describe('A refusal keeps its status, whatever is wrong with it', () => {
  const cases: Readonly<Record<string, (socket: Socket) => unknown>> = {
    'two lengths': socket =>
      socket.end('HTTP/1.1 403 No\r\nContent-Length: 3\r\nContent-Length: 9\r\n\r\nbody'),
    'no number as length': socket =>
      socket.end('HTTP/1.1 403 No\r\nContent-Length: some\r\n\r\nbody'),
    'length and chunks': socket =>
      socket.write(
        'HTTP/1.1 403 No\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
      ),
    'lines that end in LF': socket => socket.write('HTTP/1.1 403 No\nContent-Length: 4\n\nbody'),
    'a bad header': socket =>
      socket.write('HTTP/1.1 403 No\r\nno header\r\nContent-Length: 4\r\n\r\nbody'),
    'a long head': socket =>
      socket.write(`HTTP/1.1 403 No\r\nX: ${'x'.repeat(99_999)}\r\nContent-Length: 4\r\n\r\nbody`),
    'another version': socket => socket.write('HTTP/2.0 403 No\r\nContent-Length: 4\r\n\r\nbody'),
    'a body that is cut off': socket =>
      socket.end('HTTP/1.1 403 No\r\nContent-Length: 400\r\n\r\nbody'),
    'a bad chunk': socket =>
      socket.write('HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\nbad\r\n'),
  };
  for (const [name, answering] of Object.entries(cases)) {
    it(name, async t => {
      const { seen } = await ask(t, answering);
      const { refusal, error } = await seen.ended();
      assert.deepEqual([refusal?.status, refusal?.statusText, error], [403, 'No', undefined]);
      assert.equal((await seen.facts()).response?.body, 'body');
    });
  }

  it('an incomplete head, by FIN or RST, or never ends', async t => {
    const heads = ['HTTP/1.1 403 No', 'HTTP/1.1 403 No\r\nX-Reason: busy\r\nContent-Le'];
    for (const head of heads) {
      const { seen } = await ask(t, socket => socket.end(head));
      assert.equal((await seen.ended()).refusal?.status, 403);
      const { oddities } = await seen.facts();
      assert.ok(oddities?.includes('an incomplete head'));
    }
    const { seen } = await ask(t, socket =>
      socket.end(`HTTP/1.1 403 No\r\n${'X: y\r\n'.repeat(60_000)}`),
    );
    assert.equal((await seen.ended()).refusal?.status, 403);
  });

  it('a compressed body, also one that is cut off or mislabelled', async t => {
    const plain = '{"error":"nö"}';
    const bodies: readonly (readonly [string, Buffer, RegExp])[] = [
      ['gzip', gzipSync(plain), /^\{"error":"nö"\}$/],
      ['GZIP', gzipSync(plain), /^\{"error":"nö"\}$/],
      ['deflate', deflateSync(plain), /^\{"error":"nö"\}$/],
      ['deflate', deflateRawSync(plain), /^\{"error":"nö"\}$/],
      ['br', brotliCompressSync(plain), /^\{"error":"nö"\}$/],
      ['zstd', zstdCompressSync(plain), /^\{"error":"nö"\}$/],
      ['identity, gzip', gzipSync(plain), /^\{"error":"nö"\}$/],
      ['gzip, br', brotliCompressSync(gzipSync(plain)), /^\{"error":"nö"\}$/],
      ['br, gzip', gzipSync(brotliCompressSync(plain)).subarray(0, -4), /^\{"error":"nö"\}$/],
      ['gzip', Buffer.from(plain), /^\{"error":"nö"\}$/],
      ['gzip', gzipSync(plain).subarray(0, -9), /^\{"error"/],
      ['gzip', gzipSync('a'.repeat(50_000_000), { level: 9 }).subarray(0, 4000), /^a{4096}$/],
      ['unheard-of', Buffer.from(plain), /^\{"error":"nö"\}$/],
    ];
    for (const [encoding, bytes, expected] of bodies) {
      const { seen } = await ask(t, socket => {
        socket.write(`HTTP/1.1 503 Busy\r\nContent-Encoding: ${encoding}\r\n`);
        socket.write(`Content-Length: ${bytes.length}\r\n\r\n`);
        socket.end(bytes);
      });
      assert.equal((await seen.ended()).refusal?.status, 503);
      assert.match((await seen.facts()).response?.body ?? '', expected, encoding);
    }
  });

  it('a body in another character set', async t => {
    const { seen } = await ask(t, socket =>
      socket.end(
        latin1('HTTP/1.1 503 Busy\r\nContent-Type: text/plain; charset="ISO-8859-1"\r\n\r\nn\xf6'),
      ),
    );
    assert.equal((await seen.facts()).response?.body, 'nö');
  });
});

describe('What cannot be taken has a sentence and advice of its own', () => {
  const said = (bytes: string | Buffer): Answer => {
    return socket => socket.write(typeof bytes === 'string' ? latin1(bytes) : bytes);
  };
  const cases: readonly (readonly [Answer, RegExp, string, RegExp])[] = [
    [
      withLines(`X: ${'x'.repeat(300_000)}`),
      /^h answered with more than 256 KiB of headers \(HPE_HEADER_OVERFLOW\)$/,
      'limit of this extension',
      /limit of this extension/,
    ],
    [
      said('HTTP/1.1 1010 Odd\r\n\r\n'),
      /^h answered with a status line that holds no status of three digits/,
      'malformed HTTP: status line',
      /101 Switching/,
    ],
    [said('HTTP/1.1 abc\r\n\r\n'), /holds no status/, 'malformed HTTP: status line', /101 S/],
    [
      accepting(head => head.replaceAll('\r\n', '\r')),
      /^h (answered with lines|did not|broke|reset)/,
      'malformed HTTP: line ends',
      /CR LF/,
    ],
    [
      said('\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64'),
      /^h answers in HTTP\/2/,
      'HTTP/2',
      /take HTTP\/1\.1/,
    ],
    [said('\0\0\x08\x07\0\0\0\0\0'), /^h answers in HTTP\/2/, 'HTTP/2', /take HTTP\/1\.1/],
    [said('\x15\x03\x01\0\x02\x02\x46'), /answered in TLS/, 'TLS on this port', /use wss:/],
    [
      said('SSH-2.0-OpenSSH_9.6\r\n'),
      /speaks SSH, not HTTP\/1\.1: it began with “SSH-2\.0-OpenSSH_9\.6”/,
      'not HTTP',
      /check the port/,
    ],
    [said('220 mail.example ESMTP Postfix\r\n'), /speaks SMTP, not/, 'not HTTP', /port/],
    [said('220 (vsFTPd 3.0.5)\r\n'), /speaks FTP, not/, 'not HTTP', /port/],
    [said('+OK POP3 ready\r\n'), /speaks POP3, not/, 'not HTTP', /port/],
    [said('* OK IMAP4 ready\r\n'), /speaks IMAP, not/, 'not HTTP', /port/],
    [
      said("-ERR wrong number of arguments for 'get' command\r\n"),
      /speaks Redis, not/,
      'not HTTP',
      /port/,
    ],
    [said('ERROR\r\n'), /speaks memcached, not/, 'not HTTP', /port/],
    [said('RFB 003.008\n'), /speaks VNC, not/, 'not HTTP', /port/],
    [said('INFO {"server_id":"x"}\r\n'), /speaks NATS, not/, 'not HTTP', /port/],
    [said('RTSP/1.0 400 Bad Request\r\n\r\n'), /speaks RTSP, not/, 'not HTTP', /port/],
    [said('SIP/2.0 400 Bad\r\n\r\n'), /speaks SIP, not/, 'not HTTP', /port/],
    [said(':irc.example NOTICE * :hi\r\n'), /speaks IRC, not/, 'not HTTP', /port/],
    [said('AMQP\0\0\x09\x01'), /speaks AMQP, not/, 'not HTTP', /port/],
    [said(Buffer.from('4a0000000a382e302e333300', 'hex')), /speaks MySQL, not/, 'not HTTP', /port/],
    [said('\xff\xfd\x18'), /speaks Telnet, not/, 'not HTTP', /port/],
    [said('<html><body>hi'), /speaks HTTP\/0\.9/, 'not HTTP', /port/],
    [said('\x81\x02hi'), /WebSocket frames without a handshake/, 'not HTTP', /port/],
    [
      said('hello <b>\r\nmore'),
      /does not speak HTTP\/1\.1: it began with “hello <b>”/,
      'not HTTP',
      /port/,
    ],
    [said('\x01\x02\x03'), /it began with the bytes 01 02 03/, 'not HTTP', /port/],
    [
      accepting(head => head.replace(/Connection.*\r\n/, '')),
      /^h answered HTTP 101 Switching Protocols, but without the headers/,
      'handshake refused by us',
      /not as a WebSocket server/,
    ],
  ];

  it('by what came', async t => {
    for (const [answering, text, rule, advice] of cases) {
      // The one with CR alone never ends its head.
      const ending: Answer = (socket, head) => {
        answering(socket, head);
        setTimeout(() => socket.end(), 30);
      };
      const told = await words(t, ending);
      assert.match(told.text, text);
      assert.deepEqual([told.rule, told.action], [rule, 'fail'], told.text);
      assert.match(told.advice ?? '', advice);
      assert.doesNotMatch(told.text, /undefined|\{host\}/);
    }
  });
});

describe('Headers in UTF-8', () => {
  it('are read as such where they are valid, in facts and refusals, else as Latin-1', async t => {
    const { seen } = await ask(t, socket =>
      socket.end(
        Buffer.concat([
          answer('403 Zoë', { 'Server': 'Montréal', 'Content-Length': 0 }).subarray(0, -2),
          latin1('Via: Montr\xe9al\r\n\r\n'),
        ]),
      ),
    );
    const { refusal } = await seen.ended();
    const { response } = await seen.facts();
    assert.equal(response?.statusText, 'Zoë');
    assert.deepEqual(response.headers, [
      ['Server', 'Montréal'],
      ['Content-Length', '0'],
      ['Via', 'Montréal'],
    ]);
    assert.deepEqual(
      [refusal?.statusText, refusal?.headers['server'], refusal?.headers['via']],
      ['Zoë', 'Montréal', 'Montréal'],
    );
  });

  it('go out as the user wrote them, and are shown so', async t => {
    const heads: string[] = [];
    const { seen } = await ask(
      t,
      (socket, head) => {
        heads.push(Buffer.from(head, 'latin1').toString('utf8'));
        socket.write(acceptance(head));
      },
      { headers: { 'User-Agent': 'Zoë 東京 🚀', 'Accept': 'a' } },
    );
    await seen.has('open');
    assert.match(heads[0] ?? '', /^User-Agent: Zoë 東京 🚀\r$/m);
    const { request } = await seen.facts();
    assert.deepEqual(request[0], ['User-Agent', 'Zoë 東京 🚀']);
  });

  it('of a proxy are read as such', async t => {
    const proxy = await during(
      t,
      raw(undefined, {
        before: socket => socket.end(answer('403 Zoë', { Server: 'Montréal' }, 'nö')),
      }),
    );
    const { seen } = openTransport(t, 'ws://h.test/', { proxy: `http://127.0.0.1:${proxy.port}` });
    const { refusal } = await seen.ended();
    const { response } = await seen.facts();
    assert.deepEqual(
      [refusal?.statusText, response?.headers[0], response?.body],
      ['Zoë', ['Server', 'Montréal'], 'nö'],
    );
  });
});

describe('A proxy', () => {
  it('may answer CONNECT with LF, and with a 100 before', async t => {
    const peer = await during(t, raw());
    const inner = await during(t, connectProxy());
    const odd = await during(
      t,
      raw(undefined, {
        before: socket => {
          socket.write('HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\nX: y\n\n');
          socket.on('data', (bytes: Buffer) => socket.write(acceptance(bytes.toString('latin1'))));
        },
      }),
    );
    for (const { port } of [odd, inner]) {
      const { seen } = openTransport(t, peer.url, { proxy: `http://127.0.0.1:${port}` });
      await seen.has('open');
    }
  });

  it('that talks without end is not read on', async t => {
    for (const scheme of ['http', 'socks5']) {
      let written = 0;
      const proxy = await during(
        t,
        listen(socket => {
          socket.write(scheme === 'http' ? 'HTTP/1.1 200 OK\r\n' : Buffer.from([5, 0]));
          const chunk = Buffer.alloc(65_536, 0x61);
          const more = () => {
            while (written < 64 * 1024 * 1024 && socket.write(chunk)) {
              written += chunk.length;
            }
          };
          socket.on('drain', more);
          more();
        }),
      );
      const { seen, transport } = openTransport(t, 'ws://h.test/', {
        proxy: `${scheme}://127.0.0.1:${proxy.port}`,
      });
      await Promise.race([seen.ended(), letTimePass(300, 'the client may read no more, silently')]);
      assert.ok(written < 32 * 1024 * 1024, `${written}`);
      transport.dispose();
    }
  });
});

describe('A host that means the remote machine', () => {
  it('is said to do so where it cannot be reached', async t => {
    const port = await refusedPort();
    const sentence = async (host: string, remoteName?: string) => {
      const url = `ws://${host}:${port}/`;
      const changed = remoteName === undefined ? {} : { remoteName };
      const { seen } = openTransport(t, url, changed);
      return describeCause(causeOf(await seen.ended(), 0), parseEndpoint(url));
    };
    assert.equal(
      await sentence('localhost', 'ssh-remote'),
      `localhost:${port} refused the connection: nothing listens there (ECONNREFUSED); in this ` +
        `remote window localhost:${port} is the remote machine (SSH), not the machine you sit at`,
    );
    assert.match(await sentence('127.0.0.1', 'dev-container'), /is the container, not the machine/);
    assert.match(await sentence('[::1]', 'toString'), /is the remote machine, not/);
    assert.doesNotMatch(await sentence('127.0.0.1'), /remote/);
    assert.doesNotMatch(await sentence('no-such-host.invalid', 'wsl'), /remote|WSL/);
  });

  it('is not said to do so where something answered', async t => {
    const peer = await during(
      t,
      listen(socket => socket.destroy()),
    );
    const { seen } = openTransport(t, peer.url, { remoteName: 'wsl' });
    assert.equal((await seen.ended()).error?.machine, undefined);
  });
});
