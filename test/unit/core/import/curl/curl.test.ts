import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCurl, type CurlRequest } from '../../../../../src/core/import/curl/curl.ts';

function read(text: string): CurlRequest {
  const result = readCurl(text);
  assert.ok(result.kind === 'curl', JSON.stringify(result));
  return result;
}

describe('A command copied from a browser', () => {
  const origin = { Origin: 'https://example.com', Cookie: 'a=1; b=2' };

  it('for a POSIX shell becomes a connection without the headers that each makes itself', () => {
    const request = read(
      [
        "curl 'wss://example.com/feed?a=1&b=2' \\",
        "  -H 'Upgrade: websocket' \\",
        "  -H 'Origin: https://example.com' \\",
        "  -b 'a=1; b=2' \\",
        "  -H 'Connection: Upgrade' \\",
        "  -H 'Sec-WebSocket-Key: bBesL1lTV9UwGOYoIeG03A==' \\",
        "  -H 'Sec-WebSocket-Version: 13' \\",
        "  -H 'Sec-WebSocket-Protocol: graphql-ws, json' \\",
        "  -H 'Accept-Encoding: gzip, deflate, br' \\",
        "  -H 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'",
      ].join('\n'),
    );
    assert.deepEqual(request, {
      kind: 'curl',
      url: 'wss://example.com/feed?a=1&b=2',
      headers: origin,
      subprotocols: ['graphql-ws', 'json'],
      isInsecure: false,
      notes: [],
    });
  });

  it('for cmd reads the same', () => {
    const request = read(
      [
        'curl ^"wss://example.com/feed?q=%^20^&x=^\\^"1^\\^"^" ^',
        '  -H ^"Upgrade: websocket^" ^',
        '  -H ^"Origin: https://example.com^" ^',
        '  -b ^"a=1; b=2^"',
      ].join('\r\n'),
    );
    assert.equal(request.url, 'wss://example.com/feed?q=%20&x="1"');
    assert.deepEqual(request.headers, origin);
  });

  it('from Firefox has an HTTP address, which is made one for WebSockets', () => {
    const { url } = read("curl 'https://example.com/' -H 'Upgrade: websocket' --compressed -k");
    assert.equal(url, 'wss://example.com/');
  });

  it('keeps every way of quoting apart', () => {
    const { headers } = read(
      `curl.exe --url ws://x/ -H 'A: it'\\''s' -H $'B: tab\\there \\u0041\\'' -H"C: \\"q\\" $HOME" --header D:\\ e -A agent\\ 1`,
    );
    assert.deepEqual(headers, {
      'A': "it's",
      'B': "tab\there A'",
      'C': '"q" $HOME',
      'D': 'e',
      'User-Agent': 'agent 1',
    });
  });

  it('notes what it left out', () => {
    const request = read(
      "curl ws://x/ -u 'me:secret' --data-raw '{}' --proxy http://p:1 -X POST -b cookies.txt ws://y/ -H $'X: a\\nb' -H 'Y: ${env:HOME}'",
    );
    const notes = request.notes.join('\n');
    for (const part of ['password', 'body', '--proxy', 'file of cookies', 'second URL', 'X was']) {
      assert.ok(notes.includes(part), `${part} in ${notes}`);
    }
    assert.ok(!JSON.stringify(request).includes('secret'));
    assert.deepEqual(request.headers, { Y: '$${env:HOME}' });
  });
});

describe('A command is read as curl reads it', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly RegExp[]])[] =
    [
      ["-A '' -e ''", {}, []],
      ["-A ' '", { 'User-Agent': '' }, []],
      ["-H 'X-E;foo'", {}, [/^"X-E;foo" was left out: it is not a header$/]],
      ["-H 'X-E; '", { 'X-E': '' }, []],
      ['-E pkcs11:token=x', {}, [/^-E was left out: a certificate must be a file$/]],
      ['-H "A: `id`"', { A: '`id`' }, [/\(…\) was not filled in/]],
      ["-H 'A: b", { A: 'b' }, [/^A quote is not closed/]],
      ['-H "A: b', { A: 'b' }, [/^A quote is not closed/]],
      ["-H $'A: b\\'", { A: "b'" }, [/^A quote is not closed/]],
      ['-H ""', {}, [/^"" was left out/]],
    ];
  for (const [options, headers, notes] of cases) {
    it(options, () => {
      const request = read(`curl ws://x ${options}`);
      assert.deepEqual(request.headers, headers);
      assert.equal(request.notes.length, notes.length, request.notes.join());
      notes.forEach((note, at) => assert.match(request.notes[at] ?? '', note));
    });
  }

  it('with braces or brackets in the URL gets a note, except with -g', () => {
    for (const [command, isNoted] of [
      ['curl ws://x/{a,b}', true],
      ['curl ws://x/[1-3]', true],
      ['curl -g ws://x/[1-3]', false],
      ['curl ws://[::1]:80/a', false],
    ] as const) {
      assert.equal(read(command).notes.length, isNoted ? 1 : 0, command);
    }
  });
});

describe('A text that is not a cURL command', () => {
  it('is refused with a reason', () => {
    for (const [text, sentence] of [
      ['', /not a cURL command/],
      ['wget https://example.com', /not a cURL command/],
      ['curl', /contains no URL/],
      ["curl -H 'A: b'", /contains no URL/],
      ['curl ftp://example.com/', /no WebSocket URL/],
      ["curl 'http://'", /not a valid URL/],
      ['fetch("https://example.com")', /Copy as cURL/],
      ['iwr -Headers @{}', /contains no URI/],
    ] as const) {
      const result = readCurl(text);
      assert.ok(result.kind === 'refused' && sentence.test(result.problem), text);
    }
  });

  it('that is longer than any browser writes is refused', () => {
    const result = readCurl(`curl wss://a.test -d "${'a'.repeat(20_000_000)}"`);
    assert.match(result.kind === 'refused' ? result.problem : '', /too long/);
  });

  it('never makes reading fail', () => {
    const part = fc.constantFrom(
      '-H',
      "'",
      '"',
      "$'",
      '\\',
      '^',
      '^"',
      ' ',
      '\n',
      ':',
      'x',
      '{',
      '$',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 200 }), parts => {
        const result = readCurl(`curl ws://x/ ${parts.join('')}`);
        assert.ok(result.kind === 'curl' || result.problem !== '');
      }),
    );
  });
});
