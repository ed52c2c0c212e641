import type {
  CertificateFacts,
  HandshakeFacts,
  HeaderLine,
  RedirectFacts,
  TlsFacts,
  Phase,
} from '../../../core/record/handshakeFacts.ts';

type Timing = HandshakeFacts['timings'][number];
type Members = Readonly<Record<string, unknown>>;

const phases: Readonly<Record<Phase, true>> = {
  dns: true,
  tcp: true,
  proxy: true,
  tls: true,
  upgrade: true,
};

/**
 * Reads the opening handshake in a row. The row may come from another version or be forged: missing
 * fields become empty, and fields of other types are dropped.
 */
export function readHandshake(value: unknown): HandshakeFacts | undefined {
  if (!isMembers(value)) {
    return undefined;
  }
  const { url, proxy, request, response, tls, redirects, timings, plainKey } = value;
  const oddities = readAll(value['oddities'], oddity => words(oddity) || undefined);
  return {
    url: words(url),
    ...(isMembers(proxy) ? { proxy: readProxy(proxy) } : {}),
    request: readAll(request, readHeader),
    ...(isMembers(response) ? { response: readResponse(response) } : {}),
    ...(oddities.length > 0 ? { oddities } : {}),
    subprotocol: words(value['subprotocol']),
    extensions: words(value['extensions']),
    ...(isMembers(tls) ? { tls: readTls(tls) } : {}),
    redirects: readAll(redirects, readRedirect),
    timings: readAll(timings, readTiming),
    ...(typeof plainKey === 'string' ? { plainKey } : {}),
  };
}

function readProxy({ url, chosenBy }: Members): NonNullable<HandshakeFacts['proxy']> {
  return { url: words(url), chosenBy: chosenBy === 'setting' ? 'setting' : 'editor' };
}

function readHeader(value: unknown): HeaderLine | undefined {
  return Array.isArray(value) ? [words(value[0]), words(value[1])] : undefined;
}

function readResponse(response: Members): NonNullable<HandshakeFacts['response']> {
  const { status, statusText, headers, body } = response;
  return {
    status: typeof status === 'number' ? status : 0,
    statusText: words(statusText),
    headers: readAll(headers, readHeader),
    body: words(body),
  };
}

function readTls({ version, cipher, isVerified, problem, chain }: Members): TlsFacts {
  return {
    version: words(version),
    cipher: words(cipher),
    isVerified: isVerified === true,
    problem: words(problem),
    chain: readAll(chain, readCertificate),
  };
}

function readCertificate(value: unknown): CertificateFacts | undefined {
  if (!isMembers(value)) {
    return undefined;
  }
  const { subject, issuer, validFrom, validTo, fingerprint, names } = value;
  return {
    subject: words(subject),
    issuer: words(issuer),
    validFrom: words(validFrom),
    validTo: words(validTo),
    fingerprint: words(fingerprint),
    names: words(names),
  };
}

function readRedirect(value: unknown): RedirectFacts | undefined {
  if (!isMembers(value)) {
    return undefined;
  }
  const { status, from, to, stripped } = value;
  return {
    status: typeof status === 'number' ? status : 0,
    from: words(from),
    to: words(to),
    stripped: readAll(stripped, name => words(name) || undefined),
  };
}

function readTiming(value: unknown): Timing | undefined {
  if (!isMembers(value)) {
    return undefined;
  }
  const { phase, ms } = value;
  return isPhase(phase) && typeof ms === 'number' && ms >= 0 ? { phase, ms } : undefined;
}

function isPhase(value: unknown): value is Phase {
  return typeof value === 'string' && Object.hasOwn(phases, value);
}

function readAll<T>(value: unknown, read: (item: unknown) => T | undefined): readonly T[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.map(read).filter(item => item !== undefined);
}

function words(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
