import { deflateSync, inflateSync, crc32 } from 'node:zlib';

/** RFC 2083, section 3.1. */
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const maxColors = 256;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** One colour a pixel: 0xRRGGBB. */
  readonly colors: Uint32Array;
}

/** A set of colours that become one. */
interface Box {
  readonly colors: readonly number[];
  /** How often they occur, times their widest range: the box that looks worst is split first. */
  readonly weight: number;
  readonly shift: number;
}

/**
 * The same picture with at most 256 colours, which is a third of the size for a screenshot.
 *
 * @param png with 8 bits a channel and without interlacing, as Chromium writes it
 */
export function indexedPng(png: Buffer): Buffer {
  const pixels = decode(png);
  const palette = paletteOf(pixels.colors);
  return encode(pixels, palette);
}

function decode(png: Buffer): Pixels {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const data: Buffer[] = [];
  for (let at = signature.length; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
    }
  }
  const bytes = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  let above = new Uint8Array(stride);
  const colors = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const line = Uint8Array.from(bytes.subarray(start + 1, start + 1 + stride));
    unfilter(bytes[start] ?? 0, line, above, channels);
    for (let x = 0; x < width; x++) {
      const [red = 0, green = 0, blue = 0] = line.subarray(x * channels, x * channels + 3);
      colors[y * width + x] = (red << 16) | (green << 8) | blue;
    }
    above = line;
  }
  return { width, height, colors };
}

/** RFC 2083, section 6. */
function unfilter(type: number, line: Uint8Array, above: Uint8Array, channels: number): void {
  for (let at = 0; at < line.length; at++) {
    const left = line[at - channels] ?? 0;
    const up = above[at] ?? 0;
    const upLeft = at < channels ? 0 : (above[at - channels] ?? 0);
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][type] ?? 0;
    line[at] = (line[at] ?? 0) + predicted;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const distance = (value: number) => Math.abs(estimate - value);
  if (distance(left) <= distance(up) && distance(left) <= distance(upLeft)) {
    return left;
  }
  return distance(up) <= distance(upLeft) ? up : upLeft;
}

/** The colour that stands for each, by median cut. */
function paletteOf(pixels: Uint32Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const color of pixels) {
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const boxes = [boxOf([...counts.keys()], counts)];
  while (boxes.length < maxColors) {
    boxes.sort((one, other) => one.weight - other.weight);
    const worst = boxes.at(-1);
    if (worst === undefined || worst.weight === 0) {
      break;
    }
    const colors = worst.colors.toSorted(
      (one, other) => channelOf(one, worst.shift) - channelOf(other, worst.shift),
    );
    const middle = colors.length >> 1;
    boxes.pop();
    boxes.push(boxOf(colors.slice(0, middle), counts), boxOf(colors.slice(middle), counts));
  }
  return new Map(
    boxes.flatMap(({ colors }) => {
      const most = colors.reduce((best, color) =>
        (counts.get(color) ?? 0) > (counts.get(best) ?? 0) ? color : best,
      );
      return colors.map(color => [color, most] as const);
    }),
  );
}

function boxOf(colors: readonly number[], counts: ReadonlyMap<number, number>): Box {
  let shift = 0;
  let widest = 0;
  for (const each of [16, 8, 0]) {
    const values = colors.map(color => channelOf(color, each));
    const range = Math.max(...values) - Math.min(...values);
    if (range > widest) {
      widest = range;
      shift = each;
    }
  }
  const count = colors.reduce((sum, color) => sum + Math.sqrt(counts.get(color) ?? 0), 0);
  return { colors, shift, weight: colors.length > 1 ? widest * count : 0 };
}

function channelOf(color: number, shift: number): number {
  return (color >> shift) & 0xff;
}

function encode({ width, height, colors }: Pixels, palette: ReadonlyMap<number, number>): Buffer {
  const used = [...new Set(palette.values())];
  const indices = new Map(used.map((color, index) => [color, index]));
  const lines = Buffer.alloc((width + 1) * height);
  colors.forEach((color, at) => {
    const y = Math.floor(at / width);
    lines[at + y + 1] = indices.get(palette.get(color) ?? 0) ?? 0;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(used.flatMap(color => [16, 8, 0].map(at => channelOf(color, at))))),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
