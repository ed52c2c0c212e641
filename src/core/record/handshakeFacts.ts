/** A header as it was sent or received; a secret value is replaced before it comes here. */
export type HeaderLine = readonly [name: string, value: string];

/** One certificate of the peer's chain, the peer's own first. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate has them: `Nov 22 16:49:00 2026 GMT`. */
  readonly validFrom: string;
  readonly validTo: string;
  /** SHA-256, as hex pairs with colons. */
  readonly fingerprint: string;
  readonly names: string;
}

export interface TlsFacts {
  /** `TLSv1.3` */
  readonly version: string;
  readonly cipher: string;
  /** Whether the chain was verified; if not, `problem` says why it would have been refused. */
  readonly isVerified: boolean;
  readonly problem?: string;
  readonly chain: readonly CertificateFacts[];
}

/** A redirect that was followed. */
export interface RedirectFacts {
  readonly status: number;
  readonly from: string;
  readonly to: string;
  /** Names of the headers, and of what else was not sent on, because the origin changed. */
  readonly stripped: readonly string[];
}

/**
 * What was asked and answered in one opening handshake, as far as it came. Nothing in it is secret:
 * user information, the values of queries, and those of all headers that are not known to hold no
 * secret are replaced by `•••`. The peer's texts in it are untrusted.
 */
export interface HandshakeFacts {
  readonly url: string;
  /** The proxy that was used, without credentials, and what chose it. */
  readonly proxy?: { readonly url: string; readonly chosenBy: 'setting' | 'editor' };
  readonly request: readonly HeaderLine[];
  readonly response?: {
    readonly status: number;
    readonly statusText: string;
    readonly headers: readonly HeaderLine[];
    /** The beginning of a refusal's body, at most 4 KiB. */
    readonly body?: string;
  };
  /** What in the answer was not as HTTP has it, and was taken all the same. */
  readonly oddities?: readonly string[];
  readonly subprotocol?: string;
  readonly extensions?: string;
  readonly tls?: TlsFacts;
  readonly redirects: readonly RedirectFacts[];
  /** How long each step took, in order, in milliseconds. */
  readonly timings: readonly { readonly phase: Phase; readonly ms: number }[];
  /** By which `UnmaskedHandshakes` knows the values that are masked here; absent if nothing is masked. */
  readonly plainKey?: string;
}

/** The steps of an opening handshake, in the order in which they come. */
export type Phase = 'dns' | 'tcp' | 'proxy' | 'tls' | 'upgrade';
