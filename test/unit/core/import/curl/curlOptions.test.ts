import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCurl, type CurlRequest } from '../../../../../src/core/import/curl/curl.ts';
import { assertLinear } from '../../../../support/growth.ts';

function read(text: string): CurlRequest {
  const result = readCurl(text);
  assert.ok(result.kind === 'curl', JSON.stringify(result));
  return result;
}

describe("curl's options", () => {
  const plain = { url: 'wss://x.test/', headers: {}, isInsecure: false, settings: {} };
  const partsOf = ({ url, headers, isInsecure, settings = {} }: CurlRequest) => {
    return { url, headers, isInsecure, settings };
  };

  it('are read letter by letter, with values that are attached or apart', () => {
    const cases: readonly (readonly [string, object])[] = [
      ['-isk wss://x.test/', { isInsecure: true }],
      ["-kH 'X-A: 1' wss://x.test/", { isInsecure: true, headers: { 'X-A': '1' } }],
      ['-sSfHX-A:1 wss://x.test/', { headers: { 'X-A': '1' } }],
      ['-vXGET -so/dev/null -w"%{http_code}" wss://x.test/', {}],
      ['-A ag\\ 1 -e from wss://x.test/', { headers: { 'User-Agent': 'ag 1', 'Referer': 'from' } }],
      ['--url=wss://x.test/ --connect-timeout=5', { settings: { connectTimeout: 5 } }],
      ['--insec wss://x.test/', { isInsecure: true }],
      ['-k --no-insecure wss://x.test/', {}],
      ['-L --proto-default https x.test/', { settings: { followRedirects: true } }],
      ['-k -- wss://x.test/', { isInsecure: true }],
    ];
    for (const [text, expected] of cases) {
      assert.deepEqual(partsOf(read(`curl ${text}`)), { ...plain, ...expected }, text);
    }
  });

  it('never give their values away as the URL', () => {
    const values =
      'D unix-socket m max-time c o w r retry interface dns-servers doh-url cacert capath cert-type ' +
      'ciphers connect-to keepalive-time limit-rate local-port netrc-file noproxy pinnedpubkey ' +
      'preproxy proxy-header proxy-user U stderr t T tls-max tls13-ciphers trace trace-ascii Y y z C ' +
      'K E key pass Q P variable haproxy-clientip ech ipfs-gateway abstract-unix-socket aws-sigv4 ' +
      'hsts alt-svc expect100-timeout happy-eyeballs-timeout-ms json F form-string url-query d H b A';
    for (const name of values.split(' ')) {
      const option = name.length === 1 ? `-${name}` : `--${name}`;
      for (const text of [`curl ${option} - wss://x.test/`, `curl wss://x.test/ ${option} /x`]) {
        assert.match(read(text).url, /^wss:\/\/x\.test\/(?:\?|$)/, text);
        assert.ok(!read(text).notes.some(note => note.includes('second URL')), text);
      }
    }
  });

  it('that a connection has a setting for become that setting', () => {
    const { settings, notes } = read(
      'curl -u ann: --cacert ~/ca.pem -E /c.pem:pw --key /k.pem -x ann:pw@proxy:3128 wss://x.test/',
    );
    assert.deepEqual(settings, {
      'auth': { type: 'basic', username: 'ann', password: '' },
      'tls.ca': '~/ca.pem',
      'tls.cert': '/c.pem',
      'tls.key': '/k.pem',
      'proxy': 'http://proxy:3128',
    });
    assert.match(notes.join('\n'), /password of -E.*tls\.passphrase/);
    assert.match(notes.join('\n'), /login of -x was left out/);
    assert.equal(read('curl --socks5-hostname p:1 wss://x/').settings?.['proxy'], 'socks5://p:1');
    assert.equal(read("curl -E 'C:\\c.pem:pw' ws://x").settings?.['tls.cert'], 'C:\\c.pem');
  });

  it('without an equivalent setting are noted, each with what to do', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['--unix-socket /x', /--unix-socket.*TCP/],
      ['--resolve x.test:443:127.0.0.1', /of x\.test.*127\.0\.0\.1.*443.*Host.*servername/],
      ['--connect-to ::y:1', /--connect-to.*Host/],
      ['-K conf', /-K was left out: the options in that file/],
      ['-H @file', /file of headers/],
      ['-b jar.txt', /file of cookies/],
      ['-u ann:pw', /password of -u/],
      ['--digest', /--digest.*Basic/],
      ['-n', /-n was left out: enter the login/],
      ['--pass x', /--pass.*tls\.passphrase/],
      ['--json {}', /--json.*no body/],
      ['-d x', /body was left out/],
      ['-XPOST', /-X POST.*GET/],
      ['--socks4 p:1', /--socks4.*socks5/],
      ['-z now', /-z was left out/],
      ['--bogus', /--bogus.*not an option of curl/],
      ['--next http://y/', /after --next/],
      ['-: http://y/', /after -: was left out/],
      ['-H x', /"x" was left out: it is not a header/],
      ['-H "a b: 1"', /header "a b" was left out/],
      ['-H', /-H was left out: its value is missing/],
    ];
    for (const [option, told] of cases) {
      const { notes, url } = read(`curl wss://x.test/ ${option}`);
      assert.match(notes.join('\n'), told);
      assert.equal(url, 'wss://x.test/');
    }
    for (const quiet of ['-s', '--compressed', '-o x', '-m 5', '--http1.1', '-c jar', "-b ''"]) {
      assert.deepEqual(read(`curl wss://x.test/ ${quiet}`).notes, [], quiet);
    }
  });

  it('keep Host where it is another than that of the URL', () => {
    assert.deepEqual(read("curl -H 'Host: a.test' ws://127.0.0.1/").headers, { Host: 'a.test' });
    assert.deepEqual(read("curl -H 'Host: A.test:80' ws://a.test:80/").headers, {});
  });

  it('put data into the query with -G, and cookies together', () => {
    const { url, headers } = read(
      "curl -G -d a=1 --data-urlencode 'q=a b&c' --url-query z=ü https://x.test/p?y=0 -b a=1 -b 'b=2; c=3;'",
    );
    assert.equal(url, 'wss://x.test/p?y=0&z=%C3%BC&a=1&q=a%20b%26c');
    assert.deepEqual(headers, { Cookie: 'a=1; b=2; c=3' });
  });

  it('leave headers alone behind Name: and send them empty behind Name;', () => {
    assert.deepEqual(read("curl -H 'Accept:' -H 'X-Empty;' ws://x/").headers, { 'X-Empty': '' });
  });
});

describe('A command as it stands in a terminal or a text', () => {
  it('is read without prompts, comments, other programs and where its output goes', () => {
    for (const text of [
      '$ curl wss://x.test/',
      '% curl wss://x.test/',
      '# curl wss://x.test/',
      '> curl wss://x.test/',
      'ann@host:~/dir$ curl wss://x.test/',
      '[ann@host dir]$ curl wss://x.test/',
      'C:\\Users\\ann>curl wss://x.test/',
      'PS C:\\> curl.exe wss://x.test/',
      '$ curl -N \\\n> -s \\\n> wss://x.test/',
      'TOKEN=1 sudo curl wss://x.test/',
      'curl wss://x.test/ | jq .',
      'curl wss://x.test/ >out.txt 2>&1 && echo done',
      'curl wss://x.test/; curl wss://y.test/',
      'curl wss://x.test/ # a comment',
      'curl -v\\\n wss://x.test/',
    ]) {
      const { url, notes } = read(text);
      assert.deepEqual([url, notes], ['wss://x.test/', []], text);
    }
  });

  it('keeps signs of the shell that are a part of a word', () => {
    assert.equal(read('curl ws://x/?a=1&b=2').url, 'ws://x/?a=1&b=2');
    assert.equal(read("curl 'ws://x/?a=1;b=2|3'").url, 'ws://x/?a=1;b=2|3');
  });

  it('reads what bash escapes, and says which variables it did not fill in', () => {
    const { headers, notes } = read(
      `curl ws://x -H $'A: caf\\xc3\\xa9 \\u00e9 \\101\\U0001F600' -H "B: $TOKEN \\$x" -H 'C: $no' -H D:\${E}`,
    );
    assert.deepEqual(headers, { A: 'café é A😀', B: '$TOKEN $x', C: '$no', D: '$${E}' });
    assert.deepEqual(
      notes.map(note => /variable (\S+)/.exec(note)?.[1]),
      ['$TOKEN', '$E'],
    );
  });

  it('for cmd has carets only outside of quotes, and backslashes only before quotes', () => {
    const { headers } = read(
      'curl "https://x.test/" ^\r\n  -H "A: 50^% C:\\\\dir" ^\r\n  -H ^"B: b^" -H "C: \\"q\\" ""z"""',
    );
    assert.deepEqual(headers, { A: '50^% C:\\\\dir', B: 'b', C: '"q" "z"' });
  });
});

describe('A command for PowerShell', () => {
  it('as a browser copies it gives address, headers, cookies and user agent', () => {
    const request = read(
      [
        '$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession',
        '$session.UserAgent = "Agent/5.0 (X; `"q`")"',
        '$session.Cookies.Add((New-Object System.Net.Cookie("sid", "abc", "/", "x.test")))',
        '$session.Cookies.Add((New-Object System.Net.Cookie("b", "2", "/", "x.test")))',
        'Invoke-WebRequest -UseBasicParsing -Uri "wss://x.test/feed?a=1" `',
        '-WebSession $session `',
        '-Headers @{',
        '"Pragma"="no-cache"',
        '  "Origin"="https://x.test"',
        '  "Sec-WebSocket-Key"="aa=="',
        '  "Sec-WebSocket-Protocol"="v1, v2"',
        '}',
      ].join('\r\n'),
    );
    assert.deepEqual(request, {
      kind: 'curl',
      url: 'wss://x.test/feed?a=1',
      headers: {
        'User-Agent': 'Agent/5.0 (X; "q")',
        'Pragma': 'no-cache',
        'Origin': 'https://x.test',
        'Cookie': 'sid=abc; b=2',
      },
      subprotocols: ['v1', 'v2'],
      isInsecure: false,
      notes: [],
    });
  });

  it('by hand may use short names, one line and either quotes', () => {
    const { url, headers, isInsecure, notes } = read(
      `iwr wss://x.test/?a=1 -Headers @{ 'X-A' = 'it''s'; B="2" } -Method Post -Body (ConvertTo-Json @{a=1}) -SkipCert`,
    );
    const expected = ['wss://x.test/?a=1', { 'X-A': "it's", 'B': '2' }, true];
    assert.deepEqual([url, headers, isInsecure], expected);
    assert.match(notes.join('\n'), /-Method Post.*GET[^]*body was left out/);
    assert.equal(read('curl -Uri https://x.test/').url, 'wss://x.test/');
    assert.match(read('irm ws://x -Credential $c').notes.join(), /-Credential was left out/);
  });

  it('with curl.exe has backticks where other shells have backslashes', () => {
    const { url, headers } = read(
      'PS C:\\> curl.exe -k `\n>>  -H "A: b`"c" `\n>>  -H \'D: {\\"e\\":1}\' `\n>>  wss://x.test/',
    );
    assert.deepEqual([url, headers], ['wss://x.test/', { A: 'b"c', D: '{"e":1}' }]);
  });
});

describe('A command that is very long', () => {
  it('takes no more work for each of its characters', () => {
    const pieces = [
      ' -H "A: $x"',
      " 'a'",
      ' ^"a^"',
      ' $(',
      ' -kv',
      '\n',
      ' `',
      ' #',
      ' ${a',
      ' @{',
    ];
    for (const piece of pieces) {
      for (const start of ['curl ', '$ curl ', 'iwr ', 'curl "']) {
        assertLinear(size => start + piece.repeat(size), readCurl, 4000);
      }
    }
  });
});
