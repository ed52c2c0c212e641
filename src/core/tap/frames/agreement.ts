/** What client and server have agreed on in the opening handshake, as far as it changes their frames. */
export interface Agreement {
  /** permessage-deflate (RFC 7692): RSV1 stands for a compressed message. */
  readonly deflates: boolean;
  /** Whether the next message of this direction may refer to those before it (RFC 7692, section 7.1.1). */
  readonly takesOver: Readonly<Record<'in' | 'out', boolean>>;
  /** Other extensions, which may use the reserved bits. The peers' text. */
  readonly others: readonly string[];
}

/** @param header all values of `Sec-WebSocket-Extensions` of the 101, joined with commas */
export function readAgreement(header: string): Agreement {
  const extensions = header
    .split(',')
    .map(each => each.split(';').map(part => part.trim().toLowerCase()))
    .filter(([name]) => name !== undefined && name !== '');
  const deflate = extensions.find(([name]) => name === 'permessage-deflate');
  const has = (parameter: string) => deflate?.includes(parameter) ?? false;
  return {
    deflates: deflate !== undefined,
    takesOver: {
      in: deflate !== undefined && !has('server_no_context_takeover'),
      out: deflate !== undefined && !has('client_no_context_takeover'),
    },
    others: extensions.flatMap(([name = '']) => (name === 'permessage-deflate' ? [] : [name])),
  };
}
