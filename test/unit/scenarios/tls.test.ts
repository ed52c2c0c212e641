import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe } from 'node:test';
import type { TlsOptions } from 'node:tls';
import { certificates, trustedServer } from '../../support/network/certificates.ts';
import { answer, listen, raw, status } from '../../support/network/peers.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

const trusting = { rejectUnauthorized: true, ca: certificates.ca };

describe('Scenarios of TLS', { concurrency: true }, () => {
  for (const [what, tls, trust, code, advice] of [
    ['an unknown authority', trustedServer, false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /tls\.ca/],
    [
      'another name',
      { ...trustedServer, cert: certificates.otherName },
      true,
      'ERR_TLS_CERT_ALTNAME_INVALID',
      /for another name/,
    ],
    [
      'the past',
      { ...trustedServer, cert: certificates.expired },
      true,
      'CERT_HAS_EXPIRED',
      /has expired/,
    ],
    [
      'the future',
      { ...trustedServer, cert: certificates.notYetValid },
      true,
      'CERT_NOT_YET_VALID',
      /Check the clock/,
    ],
    [
      'the server itself',
      { ...trustedServer, cert: certificates.selfSigned },
      true,
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      /self-signed/,
    ],
  ] as const satisfies readonly (readonly [string, TlsOptions, boolean, string, RegExp])[]) {
    scenario(`a certificate of ${what} is refused once, with its own advice`, async world => {
      const peer = await world.peer(raw(undefined, { tls }));
      const handshake = trust ? () => ({ tls: trusting }) : () => ({});
      const rig = world.manual({ url: peer.url, handshake });
      rig.connection.connect();
      const { why, cause } = await rig.stopped();
      assert.deepEqual([why, cause.error, peer.connections], ['fatal', code, 1]);
      assert.match(rig.sentence, advice);
    });
  }

  scenario('wss: to a port without TLS is told to be ws:', async world => {
    const refuse = (socket: Socket) => void socket.once('data', () => socket.end(answer(400)));
    const peer = await world.peer(listen(refuse));
    const rig = world.manual({ url: peer.url.replace('ws:', 'wss:') });
    rig.connection.connect();
    const { why, rule } = await rig.stopped();
    assert.deepEqual([why, rule], ['fatal', 'no TLS on this port']);
    assert.match(rig.sentence, /use ws:\/\//);
  });

  scenario('ws: to a port with TLS is tried within the budget and not for ever', async world => {
    const peer = await world.peer(raw(undefined, { tls: trustedServer }));
    const rig = world.manual({ url: peer.url.replace('wss:', 'ws:') });
    rig.connection.connect();
    await rig.exhaust();
    assert.deepEqual([(await rig.stopped()).why, peer.connections], ['exhausted', 10]);
    assert.match(rig.sentence, /use wss:\/\//);
  });

  for (const alert of [
    Buffer.of(0x15, 3, 3, 0, 2, 2, 70),
    Buffer.of(0x15, 3, 1, 0, 2, 2, 10),
    Buffer.of(0x15),
  ]) {
    const bytes = alert.toString('hex');
    scenario(`ws: that is answered with the TLS alert ${bytes} is told to be wss:`, async world => {
      const peer = await world.peer(raw(undefined, { before: socket => socket.end(alert) }));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const { why, rule } = await rig.stopped();
      assert.deepEqual([why, rule, peer.connections], ['fatal', 'TLS on this port', 1]);
      assert.match(rig.sentence, /use wss:\/\//);
    });
  }

  for (const [server, body] of [
    ['nginx', '<center>The plain HTTP request was sent to HTTPS port</center>'],
    ['Go', 'Client sent an HTTP request to an HTTPS server.\n'],
    ['Apache httpd', "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"],
    ['Tomcat', 'Bad Request\nThis combination of host and port requires TLS.\n'],
  ] as const) {
    scenario(`ws: that ${server} answers in words is told to be wss:`, async world => {
      const peer = await world.peer(status(400, {}, body));
      const rig = world.manual({ url: peer.url });
      rig.connection.connect();
      const { rule, cause } = await rig.stopped();
      assert.deepEqual([rule, cause.status, peer.connections], ['TLS on this port', 400, 1]);
      assert.match(rig.sentence, /400.*use wss:\/\//);
    });
  }

  scenario('the same words behind wss: are a refusal like any other', async world => {
    const body = 'Client sent an HTTP request to an HTTPS server.';
    const peer = await world.peer(status(400, {}, body, { tls: trustedServer }));
    const rig = world.manual({ url: peer.url, handshake: () => ({ tls: trusting }) });
    rig.connection.connect();
    assert.equal((await rig.stopped()).rule, 'HTTP: request refused');
  });

  scenario('the alert of a real TLS server is read as one', async world => {
    const server = await world.peer(raw(undefined, { tls: trustedServer }));
    // OpenSSL gives no alert to what looks like HTTP, as other servers do: the first bytes are others.
    const front = await world.peer(
      listen(socket => {
        const inner = connect(server.port, '127.0.0.1');
        inner.write(Buffer.of(0x16, 3, 1));
        inner.on('error', () => undefined);
        socket.pipe(inner).pipe(socket);
      }),
    );
    const rig = world.manual({ url: front.url });
    rig.connection.connect();
    const { rule } = await rig.stopped();
    assert.equal(rule, 'TLS on this port');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    scenario(`a client certificate that is wanted by ${version} is named`, async world => {
      const tls = {
        ...trustedServer,
        ca: certificates.ca,
        requestCert: true,
        rejectUnauthorized: true,
        maxVersion: version,
      } as const;
      const peer = await world.peer(raw(undefined, { tls }));
      const without = world.manual({ url: peer.url, handshake: () => ({ tls: trusting }) });
      without.connection.connect();
      assert.deepEqual([(await without.stopped()).why, peer.connections], ['fatal', 1]);
      assert.match(without.sentence, /client certificate/);

      const cert = certificates.client;
      const key = certificates.clientKey;
      const rig = world.manual({
        url: peer.url,
        handshake: () => ({ tls: { ...trusting, cert, key } }),
      });
      rig.connection.connect();
      await rig.until('open');
    });
  }
});
