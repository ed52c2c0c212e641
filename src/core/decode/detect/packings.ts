import { isZstd } from '../codecs/bareFormats.ts';
import { base64 } from '../codecs/base64.ts';
import { compressionDecoders } from '../codecs/compression.ts';
import { isGzip } from '../codecs/gzipFormat.ts';
import type { InflatePorts } from '../codecs/inflate.ts';
import { isZlib } from '../codecs/zlibFormat.ts';
import type { AnyDecoder } from '../decoder.ts';
import { Layer } from '../layer.ts';
import type { SeenMessage } from './detection.ts';

/** What messages may be packed in so that it can be told. */
export interface Packing {
  readonly as: readonly string[];
  /** Whether it is texts that are packed so. */
  readonly isText: boolean;
  /** Much else may look so. */
  readonly isOnlyHint: boolean;
  /** What was packed; `undefined`: it is not packed so. */
  readonly unpack: (message: SeenMessage) => SeenMessage | undefined;
}

/** Of messages of this length and more nothing is said: perhaps they are only the beginning of what came. */
export const maxPackedLength = 64 * 1024;
/** How base64 of the mark of gzip and its method begins. */
const gzipLetters = Array.from('H4sI', letter => letter.charCodeAt(0));

function isGzipInBase64(bytes: Uint8Array): boolean {
  return gzipLetters.every((code, index) => bytes[index] === code);
}

export function packings(ports: InflatePorts): readonly Packing[] {
  const decoders = compressionDecoders(ports);
  const chainOf = (...names: string[]) =>
    names.map(name => decoders.find(each => each.name === name) ?? base64);
  return [
    packing(chainOf('gzip'), isGzip),
    packing(chainOf('zlib'), isZlib),
    packing(chainOf('zstd'), isZstd),
    {
      ...packing(chainOf('base64', 'gzip'), isGzipInBase64, true),
      isOnlyHint: true,
    },
  ];
}

function packing(
  decoders: readonly AnyDecoder[],
  begins: (bytes: Uint8Array) => boolean,
  isText = false,
): Packing {
  return {
    as: decoders.map(({ name }) => name),
    isText,
    isOnlyHint: false,
    unpack: ({ bytes, direction }) => {
      if (!begins(bytes)) {
        return undefined;
      }
      let layer = isText ? Layer.ofText(bytes) : Layer.ofBytes(bytes);
      for (const decoder of decoders) {
        const { next } = decoder.read(layer, undefined, { direction, seq: 0 });
        if (!next) {
          return undefined;
        }
        layer = next;
      }
      return { direction, bytes: layer.bytes, isText: layer.kind === 'text' };
    },
  };
}
