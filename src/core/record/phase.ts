/** The steps of an opening handshake, in the order in which they come. */
export type Phase = 'dns' | 'tcp' | 'proxy' | 'tls' | 'upgrade';
