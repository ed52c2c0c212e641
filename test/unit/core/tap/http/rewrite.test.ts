import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeaderLine } from '../../../../../src/core/record/handshakeFacts.ts';
import { BodyEnd } from '../../../../../src/core/tap/http/bodyEnd.ts';
import {
  answerHead,
  answerHeader,
  requestHeaders,
  withoutHopByHop,
  type RewriteContext,
} from '../../../../../src/core/tap/http/rewrite.ts';
import { findDestination } from '../../../../../src/core/tap/http/route.ts';
import type { TapOptions } from '../../../../../src/core/tap/tapOptions.ts';
import { assertLinear } from '../../../../support/growth.ts';
import { tapOptions, upstreamOf } from '../../../../support/network/taps.ts';

function contextOf(
  given: Partial<TapOptions> = {},
  target = '/x',
  upstream = 'http://shop.example:5173',
): RewriteContext {
  const options = tapOptions(upstream, given);
  return {
    tap: { port: 9300, isSecure: false },
    options,
    destination: findDestination(target, options),
    host: '127.0.0.1:9300',
    client: '127.0.0.1',
  };
}

describe('findDestination', () => {
  const options = tapOptions('http://main.example/base', {
    routes: [
      { prefix: '/cable', upstream: upstreamOf('ws://one.example/cable') },
      { prefix: '/cable/deep/', upstream: upstreamOf('ws://two.example') },
    ],
  });
  const cases: readonly (readonly [string, string, string])[] = [
    ['/', 'main.example', '/base/'],
    ['/a?b', 'main.example', '/base/a?b'],
    ['/cable', 'one.example', '/cable'],
    ['/cable?x', 'one.example', '/cable?x'],
    ['/cable/a', 'one.example', '/cable/a'],
    ['/cables', 'main.example', '/base/cables'],
    ['/cable/deep/a', 'two.example', '/a'],
    ['/cable/deep', 'two.example', '/'],
    ['/cable/deep?q', 'two.example', '/?q'],
  ];
  for (const [asked, authority, target] of cases) {
    it(`takes ${asked} to ${authority}${target}`, () => {
      const found = findDestination(asked, options);
      assert.deepEqual([found.upstream.authority, found.target], [authority, target]);
    });
  }
});

describe('requestHeaders', () => {
  const sent: readonly HeaderLine[] = [
    ['hOST', '127.0.0.1:9300'],
    ['Origin', 'http://127.0.0.1:9300'],
    ['X-Two', 'a'],
    ['Referer', 'http://localhost:9300/page?q'],
    ['X-Two', 'b'],
    ['Cookie', 'sid=1'],
  ];

  it('keeps order, case and repetitions, and makes the origin of the tap that of the upstream', () => {
    assert.deepEqual(requestHeaders(sent, contextOf()), [
      ['hOST', 'shop.example:5173'],
      ['Origin', 'http://shop.example:5173'],
      ['X-Two', 'a'],
      ['Referer', 'http://shop.example:5173/page?q'],
      ['X-Two', 'b'],
      ['Cookie', 'sid=1'],
    ]);
  });

  it('takes another name of loopback for that of the tap only where the request is for it', () => {
    const sentBy = (name: string): readonly HeaderLine[] => [
      ['Origin', `http://${name}:9300`],
      ['Referer', `http://${name}:9300/page`],
    ];
    for (const name of ['a.localhost', '127.0.0.2']) {
      const lines = sentBy(name);
      assert.deepEqual(requestHeaders(lines, contextOf()), lines);
      assert.deepEqual(requestHeaders(lines, { ...contextOf(), host: `${name}:9300` }), [
        ['Origin', 'http://shop.example:5173'],
        ['Referer', 'http://shop.example:5173/page'],
      ]);
    }
  });

  it('never changes a foreign origin', () => {
    const foreign: readonly HeaderLine[] = [
      ['Origin', 'https://evil.example'],
      ['Referer', 'http://127.0.0.1:9301/'],
    ];
    assert.deepEqual(requestHeaders(foreign, contextOf()), foreign);
    assert.deepEqual(requestHeaders([['Origin', 'null']], contextOf()), [['Origin', 'null']]);
  });

  it('keeps host and origin if the host is to be kept', () => {
    assert.deepEqual(requestHeaders(sent, contextOf({ host: 'keep' })), sent);
  });

  it('takes the token out of all that the client sends, whatever becomes of the host', () => {
    const token = 'k3-y_';
    const lines: readonly HeaderLine[] = [
      ['Referer', `http://127.0.0.1:9300/~${token}/page?back=%2F%7E${token}%2Fa`],
      ['X-Next-Url', `/~${token}/page`],
      ['X-Other', `http://other.example/%7e${token}?a&b=/~${token}`],
      ['X-Bare', `a${token}b`],
      ['X-None', '/~k3/page'],
    ];
    for (const [host, origin] of [
      ['keep', 'http://127.0.0.1:9300'],
      ['upstream', 'http://shop.example:5173'],
    ] as const) {
      assert.deepEqual(requestHeaders(lines, contextOf({ host, token })), [
        ['Referer', `${origin}/page?back=%2Fa`],
        ['X-Next-Url', '/page'],
        ['X-Other', 'http://other.example?a&b='],
        ['X-Bare', 'ab'],
        ['X-None', '/~k3/page'],
      ]);
    }
  });

  it('takes the token out of the referer', () => {
    const lines: readonly HeaderLine[] = [['Referer', 'http://127.0.0.1:9300/~k3/page']];
    assert.deepEqual(requestHeaders(lines, contextOf({ token: 'k3' })), [
      ['Referer', 'http://shop.example:5173/page'],
    ]);
  });

  it('puts added headers in place of those of the client, or behind them', () => {
    const headers = { 'authorization': 'Bearer own', 'X-Own': '1' };
    const lines: readonly HeaderLine[] = [
      ['Authorization', 'Bearer a'],
      ['A', 'b'],
      ['Authorization', 'Bearer c'],
    ];
    assert.deepEqual(requestHeaders(lines, contextOf({ headers })), [
      ['authorization', 'Bearer own'],
      ['A', 'b'],
      ['X-Own', '1'],
    ]);
  });

  it('adds X-Forwarded-* and Via only where that is asked for', () => {
    const lines: readonly HeaderLine[] = [['X-Forwarded-For', '10.0.0.1']];
    assert.deepEqual(requestHeaders(lines, contextOf({ forwarded: true })), [
      ['X-Forwarded-For', '10.0.0.1, 127.0.0.1'],
      ['X-Forwarded-Host', '127.0.0.1:9300'],
      ['X-Forwarded-Proto', 'http'],
      ['Via', '1.1 websocket-monitor'],
    ]);
  });

  it('drops what concerns one connection only', () => {
    const lines: readonly HeaderLine[] = [
      ['Connection', 'keep-alive, X-Own'],
      ['X-Own', '1'],
      ['TE', 'trailers'],
      ['Transfer-Encoding', 'chunked'],
      ['Accept', '*/*'],
    ];
    assert.deepEqual(withoutHopByHop(lines), [['Accept', '*/*']]);
  });
});

describe('answerHeader', () => {
  const locations: readonly (readonly [string, string, Partial<TapOptions>?, string?, string?])[] =
    [
      ['http://shop.example:5173/a?b', 'http://127.0.0.1:9300/a?b'],
      ['//shop.example:5173/a', '//127.0.0.1:9300/a'],
      ['https://shop.example:5173/a', 'https://shop.example:5173/a'],
      ['http://other.example/a', 'http://other.example/a'],
      ['/login', '/login'],
      ['login', 'login'],
      ['/login', '/~k3/login', { token: 'k3' }],
      ['http://shop.example:5173/a', 'http://127.0.0.1:9300/~k3/a', { token: 'k3' }],
      ['https://shop.example/a', 'http://127.0.0.1:9300/a', {}, '/x', 'https://shop.example'],
      ['https://shop.example:443/a', 'http://127.0.0.1:9300/a', {}, '/x', 'https://shop.example'],
      ['/base/a', '/a', {}, '/x', 'http://shop.example/base'],
      ['/bases/a', '/bases/a', {}, '/x', 'http://shop.example/base'],
      [
        '/other/a',
        '/api/a',
        { routes: [{ prefix: '/api', upstream: upstreamOf('http://one.example/other') }] },
        '/api/x',
      ],
    ];
  for (const [from, to, given, target, upstream] of locations) {
    it(`makes the Location ${from} ${to}${given?.token ? ' with a token' : ''}`, () => {
      const line = answerHeader(['Location', from], contextOf(given, target, upstream));
      assert.deepEqual(line, ['Location', to]);
    });
  }

  it('drops the Domain of the upstream from cookies, and nothing else', () => {
    const written = (cookie: string) => answerHeader(['Set-Cookie', cookie], contextOf())[1];
    assert.equal(written('a=b; Domain=shop.example; Path=/; Secure'), 'a=b; Path=/; Secure');
    assert.equal(written('a=b; domain=.EXAMPLE; HttpOnly'), 'a=b; HttpOnly');
    assert.equal(written('a=b; Domain=other.example'), 'a=b; Domain=other.example');
    assert.equal(written('a=b;SameSite=None'), 'a=b;SameSite=None');
  });

  it('changes in a head the lines that must change, and leaves the others byte for byte', () => {
    const head =
      'HTTP/1.1  302   Over there\r\nx-ODD:   a \r\nLocation :no\r\nset-cookie:a=b; Domain=shop.example\r\nX: Location: y\r\n\r\n';
    const expected = head.replace('; Domain=shop.example', '');
    assert.equal(answerHead(head, contextOf()), expected);
  });
});

describe('BodyEnd', () => {
  const chunked: readonly HeaderLine[] = [['Transfer-Encoding', 'chunked']];
  const cases: readonly (readonly [
    string,
    number,
    readonly HeaderLine[],
    string,
    number | undefined,
  ])[] = [
    ['a length', 401, [['Content-Length', '2']], 'noMORE', 2],
    ['no length', 401, [], 'no', undefined],
    ['chunks', 401, chunked, '2;x=y\r\nno\r\n0\r\n\r\nMORE', 16],
    ['chunks with a trailer', 401, chunked, '2\r\nno\r\n0\r\nA: b\r\n\r\nMORE', 18],
    ['broken chunks', 401, chunked, 'zz\r\nno\r\n0\r\n\r\n', undefined],
    ['a status without a body', 304, [['Content-Length', '9']], 'MORE', 0],
  ];
  for (const [what, status, headers, bytes, expected] of cases) {
    it(`finds the end of a body with ${what}, byte by byte as well`, () => {
      assert.equal(new BodyEnd(status, headers).read(Buffer.from(bytes)), expected);
      const slow = new BodyEnd(status, headers);
      let end: number | undefined = slow.isEmpty ? 0 : undefined;
      for (let at = 0; at < bytes.length && end === undefined; at++) {
        const found = slow.read(Buffer.from(bytes.slice(at, at + 1)));
        end = found === undefined ? undefined : at + found;
      }
      assert.equal(end, expected);
    });
  }
});

describe('The head of a hostile answer', () => {
  const blanks = (count: number) => `a${' '.repeat(count)}b`;
  const heads: readonly (readonly [string, (size: number) => string])[] = [
    ['blanks in a value', size => `X: ${blanks(size)}`],
    ['blanks in a domain', size => `Set-Cookie: a=1; domain=${blanks(size)}`],
    ['a line without a colon', size => blanks(size)],
  ];
  for (const [what, line] of heads) {
    it(`takes no more work for each character of ${what}`, () => {
      const context = contextOf();
      assertLinear(
        size => `HTTP/1.1 200 OK\r\n${line(size)}\r\n\r\n`,
        head => answerHead(head, context),
        4000,
      );
    });
  }
});
