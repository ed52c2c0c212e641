import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../fixtures/certificates');
const read = (name: string) => readFileSync(join(folder, name));

/**
 * Certificates for the tests, good until the year 2124. `make.sh` beside them says how they were
 * made. All servers' share one key; all but `selfSigned` were signed by `ca`.
 */
export const certificates = {
  ca: read('ca.pem'),
  serverKey: read('server.key'),
  /** For `localhost`, `peer.test`, `*.peer.test`, 127.0.0.1 and ::1. */
  server: read('server.pem'),
  /** For `other.example` only. */
  otherName: read('otherName.pem'),
  expired: read('expired.pem'),
  notYetValid: read('notYetValid.pem'),
  selfSigned: read('selfSigned.pem'),
  client: read('client.pem'),
  clientKey: read('client.key'),
  /** The client's key, encrypted with `passphrase`. */
  clientEncryptedKey: read('clientEncrypted.key'),
  /** The client's certificate and key as PKCS #12, encrypted with `passphrase`. */
  clientPfx: read('client.p12'),
  passphrase: 'open-sesame',
} as const;

/** What `raw` and its kin take as `tls` to be a server that a client with `ca` trusts. */
export const trustedServer = { cert: certificates.server, key: certificates.serverKey } as const;
