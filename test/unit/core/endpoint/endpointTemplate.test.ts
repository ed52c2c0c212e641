import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancellationError, messageOf, UserError } from '../../../../src/core/base/errors.ts';
import {
  fillEndpoint,
  parseEndpointTemplate,
} from '../../../../src/core/endpoint/endpointTemplate.ts';
import { template } from '../../../../src/core/variables/value.ts';
import { variables } from '../../../support/host/variables.ts';

const source = variables({
  env: {
    HOST: 'feed.example',
    PLACE: 'feed.example:8443',
    PORT: '8080',
    BASE: 'wss://feed.example/v1',
    SCHEME: 'ws',
    ODD: 'a/b?c#d e%é&=@:',
    EVIL: 'evil.example/@',
    LINE: 'a\nb',
    ROOT: 'wss://feed.example',
    PATH: '/v 1/x',
    AT: '/@evil.example',
  },
  secrets: { token: 's3cret/+ €', user: 'me:you', host: 'hidden-host', bad: 'no host', one: '1' },
  named: { region: 'eu-${env:HOST}' },
});

const fill = (url: string) => fillEndpoint(template(url, 'user'), source);

/** What a call says that fails with a `UserError`. */
async function problem(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return messageOf(error);
  }
  return 'no problem';
}

describe('The URL of a connection with references in it', () => {
  it('is parsed with stand-ins, and shown as it was written', () => {
    const shown = (url: string) => {
      const { host, display, secure, credentials } = parseEndpointTemplate(url);
      return [host, display, secure, credentials];
    };
    const open = [
      ['${env:HOST}', 'ws://${env:HOST}/', false, undefined],
      ['${env:HOST}:${env:PORT}', 'wss://${env:HOST}:${env:PORT}/${uuid}?…', true, undefined],
      ['[::1]:${env:PORT}', 'ws://[::1]:${env:PORT}/', false, undefined],
      ['h', 'ws://h/', false, undefined],
      ['', '${env:BASE}/feed?…', true, undefined],
      ['h', '${env:SCHEME}://h', true, undefined],
    ];
    assert.deepEqual(
      [
        'ws://${env:HOST}/',
        ' wss://${env:HOST}:${env:PORT}/${uuid}?token=${secret:token} ',
        'ws://[::1]:${env:PORT}/',
        'ws://${secret:user}:${secret:token}@h/',
        '${env:BASE}/feed?t=1',
        '${env:SCHEME}://h',
      ].map(shown),
      open.map(([host, ...rest]) => [host || '${env:BASE}', ...rest]),
    );
  });

  it('without one is what it is, and a doubled dollar begins none', () => {
    assert.equal(parseEndpointTemplate('WS://H:80/a?b').display, 'ws://h/a?…');
    const { url, display } = parseEndpointTemplate('ws://h/$${uuid}');
    assert.deepEqual([url, display], ['ws://h/$%7Buuid%7D', 'ws://h/$%7Buuid%7D']);
    assert.equal(parseEndpointTemplate('ws://127.0.0.1:${env:PORT}').loopback, true);
  });

  it('that cannot become one is refused, naming what was written', async () => {
    assert.deepEqual(
      await Promise.all(
        [
          'http://${env:HOST}/',
          'ws://h:a${env:PORT}/',
          'ws://h/${env}',
          'h/${uuid}',
          'ws://h/#${uuid}',
        ].map(url => problem(() => parseEndpointTemplate(url))),
      ),
      [
        '"http://${env:HOST}/" is no WebSocket URL. Use ws:// in place of http://.',
        '"ws://h:a${env:PORT}/" is not a valid URL: it has a port that is no number. Write one from 1 to 65535, or none for the usual one: 80 for ws:, 443 for wss:.',
        '${env} needs a colon and the name of an environment variable after it.',
        '"h/${uuid}" is no WebSocket URL: it must begin with ws:// or wss://.',
        '"ws://h/#${uuid}" has a fragment (#…). WebSocket URLs have no fragment: remove it, or write # as %23.',
      ],
    );
  });

  it('is filled in, with values percent-encoded in path and query', async () => {
    const dialled = async (url: string) => (await fill(url)).endpoint.url;
    const odd = encodeURIComponent('a/b?c#d e%é&=@:');
    assert.deepEqual(
      await Promise.all(
        [
          'wss://${env:HOST}:${env:PORT}/x',
          'wss://${env:PLACE}/x',
          'wss://${region}/',
          '${env:BASE}/feed',
          '${env:SCHEME}://h/',
          'ws://h/${env:ODD}/z?q=${env:ODD}',
        ].map(dialled),
      ),
      [
        'wss://feed.example:8080/x',
        'wss://feed.example:8443/x',
        'wss://eu-feed.example/',
        'wss://feed.example/v1/feed',
        'ws://h/',
        `ws://h/${odd}/z?q=${odd}`,
      ],
    );
  });

  it('has a path where a value leads past the host, or begins with a slash', async () => {
    const urlOf = async (url: string) => (await fill(url)).endpoint.url;
    const cases: readonly (readonly [string, string])[] = [
      ['${env:ROOT}${env:PATH}/feed', 'wss://feed.example/v%201/x/feed'],
      ['wss://${env:HOST}${env:PATH}', 'wss://feed.example/v%201/x'],
      ['${env:BASE}${env:ODD}', `wss://feed.example/v1${encodeURIComponent('a/b?c#d e%é&=@:')}`],
      ['${env:ROOT}${env:AT}', 'wss://feed.example/%40evil.example'],
    ];
    for (const [url, filled] of cases) {
      assert.equal(await urlOf(url), filled);
    }
    assert.match(await problem(() => fill('wss://${env:PATH}')), /needs a host/);
    assert.match(await problem(() => fill('${env:ROOT}${env:EVIL}')), /needs a host/);
  });

  it('takes a login from secrets, whatever is in them', async () => {
    const { endpoint, shown } = await fill('ws://${secret:user}:${secret:token}@h:1/');
    assert.deepEqual(endpoint.credentials, { user: 'me:you', password: 's3cret/+ €' });
    assert.deepEqual(
      [shown.host, shown.display, shown.credentials],
      ['h:1', 'ws://h:1/', undefined],
    );
  });

  it('shows no secret, wherever it is', async () => {
    const urls = [
      'ws://h/${secret:token}/x?y=${secret:token}',
      'ws://${secret:host}.example/',
      'ws://h:${secret:one}/',
    ];
    const filled = await Promise.all(urls.map(fill));
    assert.deepEqual(
      filled.map(({ shown }) => [shown.host, shown.display, shown.url]),
      [
        ['h', 'ws://h/•••/x?…', 'ws://h/•••/x?…'],
        ['•••.example', 'ws://•••.example/', 'ws://•••.example/'],
        ['h:•••', 'ws://h:•••/', 'ws://h:•••/'],
      ],
    );
    const spelled = encodeURIComponent('s3cret/+ €');
    assert.deepEqual(filled[0]?.secrets, ['s3cret/+ €', spelled]);
    assert.equal(filled[0].endpoint.url, `ws://h/${spelled}/x?y=${spelled}`);
  });

  it('cannot be led elsewhere by a value, which no error shows', async () => {
    const messages = await Promise.all(
      [
        'ws://${env:EVIL}.example/',
        'ws://h:${env:HOST}/',
        'ws://${env:LINE}/',
        'ws://${secret:bad}/',
        'ws://[${secret:host}]/',
        '${secret:host}/x',
        'ws://h/${secret:gone}',
        'ws://h/${last:$.a}',
      ].map(url => problem(() => fill(url))),
    );
    assert.deepEqual(messages, [
      'The URL needs a host from ${env:EVIL}: a name without / ? # or @.',
      'The URL needs a port from ${env:HOST}: a number.',
      'The URL needs a host from ${env:LINE}: a name without / ? # or @.',
      'The URL needs a host from ${secret:bad}: a name without / ? # or @.',
      'The URL "ws://[•••]/" is not valid with its secrets filled in: check them.',
      'The URL "•••/x" is not valid with its secrets filled in: check them.',
      'The URL needs the secret "gone", which is not stored. Run "Store Secret…".',
      'The URL needs a received message with $.a in it, and there is none yet.',
    ]);
  });

  it('is nothing where the user answers no prompt', async () => {
    await assert.rejects(fill('ws://h/${prompt:Room}'), CancellationError);
  });
});
