import { createHash } from 'node:crypto';
import { Opcode } from '../../../src/core/tap/frames/frameHeader.ts';

export { Opcode };

export interface FrameOptions {
  /** `false` for a fragment that is not the last. */
  readonly fin?: boolean;
  /** The three reserved bits, as 4, 2 and 1. */
  readonly rsv?: number;
  /** Masks the payload, as a server must not, with four zero bytes. */
  readonly mask?: boolean;
  /** Says another length than the payload's. */
  readonly length?: number;
}

/** A frame as it goes over the wire, legal or not (RFC 6455, section 5.2). */
export function frame(
  opcode: number,
  payload: string | Uint8Array = '',
  { fin = true, rsv = 0, mask = false, length }: FrameOptions = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const size = length ?? bytes.length;
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] = (mask ? 0x80 : 0) | (size < 126 ? size : size < 65_536 ? 126 : 127);
  if (size >= 65_536) {
    head.writeBigUInt64BE(BigInt(size), 2);
  } else if (size >= 126) {
    head.writeUInt16BE(size, 2);
  }
  return Buffer.concat([head, Buffer.alloc(mask ? 4 : 0), bytes]);
}

/** A close frame; without a code it has no payload. */
export function closeFrame(code?: number, reason = ''): Buffer {
  const head = Buffer.alloc(code === undefined ? 0 : 2);
  if (code !== undefined) {
    head.writeUInt16BE(code);
  }
  return frame(Opcode.Close, Buffer.concat([head, Buffer.from(reason)]));
}

/** The payloads of the client's pings, of eight bytes each, unmasked. */
export function pingsIn(bytes: Buffer): Buffer[] {
  const pings: Buffer[] = [];
  for (let at = 0; at + 14 <= bytes.length; at++) {
    if (bytes[at] === 0x89 && bytes[at + 1] === 0x88) {
      const mask = bytes.subarray(at + 2, at + 6);
      pings.push(
        bytes.subarray(at + 6, at + 14).map((byte, i) => byte ^ (mask[i % 4] ?? 0)) as Buffer,
      );
      at += 13;
    }
  }
  return pings;
}

/** The head of the answer that accepts the request with this head, with `headers` as lines. */
export function acceptance(request: string, headers: readonly string[] = []): Buffer {
  const key = /^sec-websocket-key: *(\S*)/im.exec(request)?.[1] ?? '';
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`) // RFC 6455, section 1.3
    .digest('base64');
  return Buffer.from(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      ...headers,
      '\r\n',
    ].join('\r\n'),
  );
}

/** The code of the close frame without a reason that a client has sent, masked as all its frames are. */
export function closeCodeIn(bytes: Buffer): number | undefined {
  const at = bytes.lastIndexOf(Buffer.of(0x88, 0x82));
  const [one = 0, two = 0, , , high = 0, low = 0] = bytes.subarray(at + 2);
  return at < 0 ? undefined : (high ^ one) * 256 + (low ^ two);
}
