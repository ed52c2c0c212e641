import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../support/growth.ts';
import type { HeaderLine } from '../../../../src/core/record/handshakeFacts.ts';
import { isSecretName } from '../../../../src/core/secrets/names.ts';
import { HandshakeRedactor } from '../../../../src/core/secrets/handshakeRedactor.ts';

const plain = new HandshakeRedactor();

/** https://www.iana.org/assignments/websocket: the subprotocols that are registered. */
const registered = [
  'MBWS.huawei.com MBLWS.huawei.com soap wamp v10.stomp v11.stomp v12.stomp ocpp1.2',
  'ocpp1.5 ocpp1.6 ocpp2.0 ocpp2.0.1 ocpp2.1 rfb sip',
  'notificationchannel-netapi-rest.openmobilealliance.org wpcp amqp mqtt jsflow rwpcp',
  'xmpp ship mielecloudconnect v10.pcp.sap.com msrp v1.saltyrtc.org',
  'TLCP-2.0.0.lightstreamer.com bfcp sldp.softvelum.com opcua+uacp opcua+uajson',
  'v1.swindon-lattice+json v1.usp mles-websocket coap TLCP-2.1.0.lightstreamer.com',
  'sqlnet.oracle.com oneM2M.R2.0.json oneM2M.R2.0.xml oneM2M.R2.0.cbor transit',
  '2016.serverpush.dash.mpeg.org 2018.mmt.mpeg.org clue webrtc.softvelum.com',
  'cobra.v2.json drp hub.bsc.bacnet.org dc.bsc.bacnet.org jmap t140 done',
  'TLCP-2.2.0.lightstreamer.com collection-update TLCP-2.3.0.lightstreamer.com',
  'text.ircv3.net binary.ircv3.net v3.penguin-stats.live+proto',
  'TLCP-2.4.0.lightstreamer.com TLCP-2.5.0.lightstreamer.com',
].flatMap(line => line.split(' '));

describe('A name', () => {
  it('shows which revision of a protocol is spoken, and nothing that only looks like it', () => {
    const redactor = new HandshakeRedactor();
    const shown = 'ws://h/socket.io/?EIO=4&transport=websocket';
    assert.equal(redactor.url(shown), shown);
    assert.equal(
      redactor.url('ws://h/?EIO=42&transport=secret&vsn=2.0.0&v=123&sid=abc'),
      'ws://h/?EIO=•••&transport=•••&vsn=2.0.0&v=•••&sid=•••',
    );
  });

  it('is that of a secret where a word of it says so', () => {
    const secret = [
      'Authorization',
      'Proxy-Authorization',
      'Cookie',
      'Set-Cookie',
      'X-Api-Key',
      'apikey',
      'X-Auth-Token',
      'access_token',
      'accessToken',
      'X-Amz-Security-Token',
      'sig',
      'id_token',
      'X-Amz-Signature',
      'X-Amz-Credential',
      'client-secret',
      'PASSWORD',
      'pwd',
      'sessionId',
      'Ocp-Apim-Subscription-Key',
      'x-functions-key',
      'X-CSRF-Token',
      'auth',
      'jwt',
      'ticket',
    ];
    assert.deepEqual(
      secret.filter(name => !isSecretName(name)),
      [],
    );
  });

  it('is not where none does', () => {
    const harmless = [
      'Sec-WebSocket-Key',
      'Sec-WebSocket-Accept',
      'Host',
      'Origin',
      'User-Agent',
      'author',
      'WWW-Authenticate',
      'Proxy-Authenticate',
      'Keep-Alive',
      'X-Request-Id',
      'monkey',
      'channel',
      'X-Amz-SignedHeaders',
      'passenger',
      'Retry-After',
      'Location',
      'keyboard',
    ];
    assert.deepEqual(harmless.filter(isSecretName), []);
  });
});

describe('Redaction', () => {
  it('takes user information and secret values out of URLs, also of broken ones', () => {
    const urls = {
      'wss://user:pa%40ss@host:1/p?a=1': 'wss://•••@host:1/p?a=1',
      'wss://user:p@ss@host/': 'wss://•••@host/',
      'wss://token@host': 'wss://•••@host',
      'wss://host/p?token=abc&room=5&api_key=x#access_token=y':
        'wss://host/p?token=•••&room=5&api_key=•••#access_token=•••',
      'wss://host/?to%6ben=abc&sig=': 'wss://host/?to%6ben=•••&sig=•••',
      '/relative?token=abc': '/relative?token=•••',
      'http:\\\\user:pw@host\\p': 'http:\\\\•••@host\\p',
      'https://[bad?session=1;x=2': 'https://[bad?session=•••;x=2',
      'wss://host/a@b?mail=a@b': 'wss://host/a@b?mail=a@b',
    };
    const shown = Object.keys(urls).map(url => plain.text(url));
    assert.deepEqual(shown, Object.values(urls));
  });

  it('masks every value of an address, and shows them where that is asked for', () => {
    const urls = {
      'wss://u:p@h/p?k=1&code=abc&access=&room=a%26b':
        'wss://•••@h/p?k=•••&code=•••&access=•••&room=•••',
      'wss://h/?eyJraWQ': 'wss://h/?•••',
      'wss://h/?a&b=1': 'wss://h/?•••&b=•••',
      'wss://h/?a=b=c?d=e': 'wss://h/?a=•••',
      'wss://h/?': 'wss://h/?',
      'wss://h/p': 'wss://h/p',
      '/next?to=1#top': '/next?to=•••#top',
    };
    assert.deepEqual(
      Object.keys(urls).map(url => plain.url(url)),
      Object.values(urls),
    );
    const asked = new HandshakeRedactor(['hunter2'], 'shown');
    assert.equal(
      asked.url('wss://u@h/?room=5&token=abc&x=hunter2'),
      'wss://•••@h/?room=5&token=•••&x=•••',
    );
  });

  it('masks the values of headers of which nothing is known, and shows them where that is asked for', () => {
    const lines: HeaderLine[] = [
      ['X-Client', 'acme-4711'],
      ['x-tenant', 'blue'],
      ['Sec-WebSocket-Extensions', 'permessage-deflate'],
      ['Access-Control-Allow-Origin', '*'],
      ['Referer', 'https://h/a?id=4711'],
      ['User-Agent', 'tests'],
      ['X-Api-Key', 'k'],
    ];
    const values = (redactor: HandshakeRedactor) =>
      redactor.headers(lines).map(([, value]) => value);
    const known = ['permessage-deflate', '*', 'https://h/a?id=•••', 'tests', '•••'];
    assert.deepEqual(values(plain), ['•••', '•••', ...known]);
    assert.deepEqual(values(new HandshakeRedactor(['4711'], 'shown')), [
      'acme-•••',
      'blue',
      'permessage-deflate',
      '*',
      'https://h/a?id=•••',
      'tests',
      '•••',
    ]);
  });

  it('masks subprotocols that are tokens, and no names', () => {
    const names = [
      'graphql-transport-ws',
      'graphql-ws',
      'v12.stomp',
      'mqtt',
      'mqttv3.1',
      'ocpp2.0.1',
      'wamp.2.json',
      'json.webpubsub.azure.v1',
      'v4.channel.k8s.io',
      'soap',
      'sip',
      'xmpp',
      'aws-appsync-event-api',
      'actioncable-v1-json',
      'vnd.api.v1+json',
      'x2go',
      'binary',
      'v1.kernel.websocket.jupyter.org',
      'base64.binary.k8s.io',
      'janus-protocol',
      'chat',
      '2024-10-01.realtime',
      'v20241001.feed',
      'auth-v2',
    ];
    assert.equal(plain.subprotocols(names.join(', ')), names.join(', '));
    assert.equal(plain.subprotocols(registered.join(', ')), registered.join(', '));
    const tokens = [
      '3f786850e387550fdab836ed7e6dc881de23001b',
      '550e8400-e29b-41d4-a716-446655440000',
      'AIzaSyD3x9Kf0QmPzL7vB2nYtW8cRjH5uEoGsXi',
      'sk-live-4eC39HqLyjWDarjtT1zdp7dc',
      'bearer.8a7b6c5d4e3f2a1b',
      'dXNlcjpwYXNzd29yZA',
      'x'.repeat(25),
      '20261128104500',
      'correcthorsebatterystaple',
      'deadbeefcafebabe',
      'bearer.s3cr3t',
      'token.swordfish',
      'openai-insecure-api-key.sk-abcdefghijklmnop',
      'Authorization.Basic.dXNlcjpwYXNz',
      'access_token.hunter',
      'bearer.my-secret-token',
      'auth.v1.hunter',
      'base64url.bearer.authorization.k8s.io.hunter',
    ];
    for (const token of tokens) {
      assert.equal(plain.subprotocols(`v1.chat, ${token}`), 'v1.chat, •••');
    }
    const kubernetes = 'base64url.bearer.authorization.k8s.io.aHVudGVy, base64.binary.k8s.io';
    assert.equal(plain.subprotocols(kubernetes), '•••, base64.binary.k8s.io');
    for (const name of [
      'token',
      'access_token',
      'Bearer',
      'authorization',
      'auth-token',
      'auth-v2',
      'token.json',
    ]) {
      assert.equal(plain.subprotocols(`${name}, hunter, chat`), `${name}, •••, chat`);
    }
  });

  it('masks the values of a fragment like those of a query', () => {
    assert.equal(plain.url('/done?a=V#code=V&b=V'), '/done?a=•••#code=•••&b=•••');
    assert.equal(plain.url('https://h/?#id=V'), 'https://h/?#id=•••');
    assert.equal(plain.url('https://h/#top'), 'https://h/#top');
  });

  it('takes credentials and tokens out of text', () => {
    const texts = {
      'you sent Authorization: Bearer abcdefgh.ijk-l': 'you sent Authorization: Bearer •••',
      'got basic dXNlcjpwYXNz': 'got basic •••',
      'Bearer realm="everybody", error="invalid_token"':
        'Bearer realm="everybody", error="invalid_token"',
      'seen eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here': 'seen ••• here',
      'connect to https://u:p@h/x failed': 'connect to https://•••@h/x failed',
      'basic plan': 'basic plan',
    };
    const shown = Object.keys(texts).map(text => plain.text(text));
    assert.deepEqual(shown, Object.values(texts));
  });

  it('takes the secrets that it knows out of everything, in each of their spellings', () => {
    const secret = 'p"w/ä ß';
    const redactor = new HandshakeRedactor([secret, 'hunter2', 'hunter2-and-more', 'abc']);
    const text = `${secret} ${encodeURIComponent(secret)} ${JSON.stringify(secret)} hunter2-and-more`;
    assert.equal(redactor.text(text), '••• ••• "•••" •••');
    assert.equal(redactor.text('abc'), 'abc', 'too short to be sought');
    assert.deepEqual(redactor.header(['Via', 'it was hunter2']), ['Via', 'it was •••']);
  });

  it('hides the values of credential headers, but tells the scheme', () => {
    assert.deepEqual(
      plain.headers([
        ['authorization', 'Bearer abc'],
        ['Proxy-Authorization', 'Basic eA=='],
        ['Authorization', 'abc'],
        ['Set-Cookie', 'a=b; Path=/'],
        ['X-Api-Key', 'Basic 1'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ['Location', 'https://u:p@h/?token=1'],
        ['Sec-WebSocket-Protocol', `graphql-transport-ws, bearer.${'x'.repeat(50)}`],
        ['WWW-Authenticate', 'Basic realm="x"'],
      ]),
      [
        ['authorization', 'Bearer •••'],
        ['Proxy-Authorization', 'Basic •••'],
        ['Authorization', '•••'],
        ['Set-Cookie', '•••'],
        ['X-Api-Key', '•••'],
        ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ['Location', 'https://•••@h/?token=•••'],
        ['Sec-WebSocket-Protocol', 'graphql-transport-ws, •••'],
        ['WWW-Authenticate', 'Basic realm="x"'],
      ],
    );
  });

  it('takes time in proportion to the text, whatever it is made of', () => {
    const parts = ['a://', '?', '&', ';a', 'eyJ', 'Bearer ', 'key=', 'x@'];
    for (const part of parts) {
      assertLinear(
        size => part.repeat(size),
        text => plain.text(text),
        4000,
      );
    }
  });
});
