import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateFacts, TlsFacts } from '../../core/record/handshakeFacts.ts';

const maxChainLength = 10;
/** Longer fields of a certificate are cut. */
const maxFieldLength = 2048;

/** Describes a TLS connection after its peer has sent a certificate. */
export function readTlsFacts(socket: TLSSocket): TlsFacts {
  const problem: unknown = socket.authorizationError;
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    isVerified: socket.authorized,
    ...(socket.authorized ? {} : { problem: wordOf(problem) }),
    chain: chainOf(socket.getPeerCertificate(true)),
  };
}

/** Node's types declare an Error; at run time it is the error's code. */
function wordOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : typeof problem === 'string' ? problem : '';
}

/** The chain up to its root, which is its own issuer. */
function chainOf(
  certificate: DetailedPeerCertificate | null,
  chain: readonly CertificateFacts[] = [],
): readonly CertificateFacts[] {
  // Node gives an empty object, or nothing, for a peer without a certificate.
  const fingerprint = certificate?.fingerprint256;
  const isSeen = chain.some(link => link.fingerprint === fingerprint);
  return !certificate || !fingerprint || isSeen || chain.length === maxChainLength
    ? chain
    : chainOf(certificate.issuerCertificate, [...chain, toFacts(certificate)]);
}

function toFacts(certificate: DetailedPeerCertificate): CertificateFacts {
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    validFrom: certificate.valid_from,
    validTo: certificate.valid_to,
    fingerprint: certificate.fingerprint256,
    names: shortened(certificate.subjectaltname ?? ''),
  };
}

/** A distinguished name as `CN=localhost, O=Example`. */
function nameOf(name: object): string {
  const parts = Object.entries(name).flatMap(([key, values]: [string, unknown]) =>
    [values].flat().map(value => `${key}=${String(value)}`),
  );
  return shortened(parts.join(', '));
}

function shortened(text: string): string {
  return text.length > maxFieldLength ? `${text.slice(0, maxFieldLength)}…` : text;
}
