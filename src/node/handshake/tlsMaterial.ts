import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, UserError } from '../../core/base/errors.ts';
import type { TlsMaterial } from '../../core/connection/wire/transport.ts';

const certificatePem =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;
const keyPem = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
const encryptedKeyPem = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** The errors of OpenSSL and BoringSSL for a wrong passphrase. */
const wrongPassphrase = /mac verify|incorrect.password|bad.?decrypt|password|passphrase/i;

/** In DER, certificates, keys and PKCS #12 begin with a SEQUENCE. */
const sequenceTag = 0x30;

/**
 * Converts TLS material to options of `node:tls`.
 *
 * @throws UserError names the setting whose file cannot be used, and why
 */
export function secureContextOptions(tls: TlsMaterial): SecureContextOptions {
  const { ca, cert, key, passphrase, servername } = tls;
  if (servername && isIP(servername) !== 0) {
    throw new UserError(
      'tls.servername: give a host name; TLS does not accept an IP address as a server name.',
    );
  }
  if (ca) {
    readCertificates('tls.ca', ca);
  }
  const options: SecureContextOptions = {
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(passphrase ? { passphrase } : {}),
  };
  if (!cert && key) {
    throw new UserError('tls.key: its certificate is missing, set tls.cert.');
  }
  if (!cert) {
    return options;
  }
  return { ...options, ...(key || isPem(cert) ? readPair(tls, cert) : readPfx(tls, cert)) };
}

function isPem(bytes: Uint8Array): boolean {
  return textOf(bytes).includes('-----BEGIN ');
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function readCertificates(setting: string, bytes: Uint8Array): void {
  const blocks = textOf(bytes).match(certificatePem) ?? [];
  if (blocks.length === 0) {
    const hint =
      bytes[0] === sequenceTag ? ' It looks like DER: convert it with "openssl x509".' : '';
    throw new UserError(`${setting}: the file holds no certificate in PEM form.${hint}`);
  }
  for (const block of blocks) {
    try {
      new X509Certificate(block);
    } catch (error) {
      throw new UserError(
        `${setting}: a certificate in the file is damaged (${messageOf(error)}).`,
        {
          cause: error,
        },
      );
    }
  }
}

/** A certificate as PEM, with its key in the same file or in another one. */
function readPair({ passphrase, key }: TlsMaterial, cert: Uint8Array): SecureContextOptions {
  readCertificates('tls.cert', cert);
  const pem = textOf(key ?? cert);
  if (!keyPem.test(pem)) {
    throw new UserError(
      key
        ? 'tls.key: the file holds no private key in PEM form.'
        : 'tls.cert: the file holds a certificate, but no key: set tls.key.',
    );
  }
  const isEncrypted = encryptedKeyPem.test(pem);
  if (isEncrypted && !passphrase) {
    throw new UserError('tls.passphrase: the private key is encrypted; enter its passphrase.');
  }
  try {
    createPrivateKey({ key: pem, ...(passphrase ? { passphrase } : {}) });
  } catch (error) {
    throw isEncrypted
      ? new UserError('tls.passphrase: it does not decrypt the private key.', { cause: error })
      : new UserError(`tls.key: the private key is damaged (${messageOf(error)}).`, {
          cause: error,
        });
  }
  const pair = { cert: Buffer.from(cert), key: Buffer.from(key ?? cert) };
  try {
    createSecureContext({ ...pair, ...(passphrase ? { passphrase } : {}) });
  } catch (error) {
    throw new UserError(
      `tls.key: it does not match the certificate of tls.cert (${messageOf(error)}).`,
      { cause: error },
    );
  }
  return pair;
}

/** A certificate and its key in one PKCS #12 file. */
function readPfx({ passphrase }: TlsMaterial, cert: Uint8Array): SecureContextOptions {
  const pfx = Buffer.from(cert);
  try {
    createSecureContext({ pfx, ...(passphrase ? { passphrase } : {}) });
  } catch (error) {
    const text = messageOf(error);
    if (pfx[0] !== sequenceTag) {
      throw new UserError('tls.cert: the file is neither PEM nor PKCS #12.', { cause: error });
    }
    if (wrongPassphrase.test(text)) {
      const problem = passphrase ? 'it does not decrypt' : 'enter the passphrase of';
      throw new UserError(`tls.passphrase: ${problem} the PKCS #12 file of tls.cert.`, {
        cause: error,
      });
    }
    const hint = /unsupported/i.test(text) ? ' Export it again with AES.' : '';
    throw new UserError(`tls.cert: the PKCS #12 file cannot be read (${text}).${hint}`, {
      cause: error,
    });
  }
  return { pfx };
}
