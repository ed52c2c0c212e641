import type { JsonNodes } from './jsonIndex.ts';
import { stringIn, lenientWords } from './readJson.ts';

type JsonKind = 'object' | 'array' | 'string' | 'number' | 'word';

/** A piece of the original text; `isCut` if it continues. */
interface JsonSnippet {
  readonly text: string;
  readonly isCut: boolean;
}

const quote = 0x22;
const apostrophe = 0x27;
const backslash = 0x5c;
/** In bytes. */
const longString = 65_536;
/** Containers that end one right behind the other, from which on their ends are kept. */
const manyEnds = 16;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const kinds: Readonly<Record<string, JsonKind>> = {
  '{': 'object',
  '[': 'array',
  '"': 'string',
  "'": 'string',
};

/** Reads single values out of an indexed JSON text: as they came, not as they are parsed. */
export class JsonValues {
  readonly nodes: JsonNodes;
  readonly #bytes: Uint8Array;
  /** The ends of long strings by their begins, because finding an end takes long. */
  readonly #longStrings = new Map<number, number>();
  /** Of containers with many levels inside, where those are known; 0: it is not. A text may be nothing but brackets. */
  #ends: Uint32Array | undefined;

  constructor(nodes: JsonNodes) {
    this.nodes = nodes;
    this.#bytes = nodes.bytes;
  }

  kind(node: number): JsonKind {
    const first = this.#bytes[this.valueBegin(node)] ?? 0;
    return kinds[String.fromCharCode(first)] ?? (first >= 0x41 ? 'word' : 'number');
  }

  isContainer(node: number): boolean {
    const first = this.#bytes[this.valueBegin(node)];
    return first === 0x7b || first === 0x5b;
  }

  isMember(node: number): boolean {
    const parent = this.nodes.parent(node);
    return parent !== undefined && this.#bytes[this.valueBegin(parent)] === 0x7b;
  }

  valueBegin(node: number): number {
    const begin = this.nodes.begins[node] ?? 0;
    // A value of an array may begin with a quote as well, but no colon follows on it.
    if (!isQuote(this.#bytes[begin])) {
      return begin;
    }
    const end = this.#skipSpaces(this.#stringEnd(begin));
    return this.#bytes[end] === 0x3a ? this.#skipSpaces(end + 1) : begin;
  }

  /** Where its last byte has passed. */
  valueEnd(node: number): number {
    const known = this.#ends?.[node] ?? 0;
    if (known > 0) {
      return known;
    }
    let at = this.#leafEnd(Math.max(node, this.nodes.next(node) - 1));
    let passed = 0;
    for (let inner = this.nodes.next(node) - 1; inner > node; passed++) {
      at = this.#skipSpaces(at) + 1;
      inner = this.nodes.parent(inner) ?? node;
      if (passed >= manyEnds) {
        this.#ends ??= new Uint32Array(this.nodes.count);
        this.#ends[inner] = at;
      }
    }
    return at;
  }

  /** A member's key with its quotes; `undefined` for all others. */
  key(node: number, maxLength: number): JsonSnippet | undefined {
    const begin = this.nodes.begins[node] ?? 0;
    return this.isMember(node)
      ? this.#snippet(begin, this.#stringEnd(begin), maxLength)
      : undefined;
  }

  /** @param maxLength in bytes */
  value(node: number, maxLength: number): JsonSnippet {
    const begin = this.valueBegin(node);
    const lastBegin = this.nodes.begins[this.nodes.next(node) - 1] ?? begin;
    // Its end need not be known if it is cut.
    const isLong = lastBegin - begin > maxLength;
    return this.#snippet(begin, isLong ? lastBegin : this.valueEnd(node), maxLength);
  }

  /** Its bytes as text, with no limit. */
  valueText(node: number): string {
    return decoder.decode(this.#bytes.subarray(this.valueBegin(node), this.valueEnd(node)));
  }

  /** The path that leads to it, as filters write it: `$.a[0]["b c"]`. */
  path(node: number): string {
    const steps: string[] = [];
    for (let at: number | undefined = node; at !== undefined; at = this.nodes.parent(at)) {
      const key = this.key(at, Infinity);
      if (key) {
        steps.push(keyStep(key.text));
      } else if (this.nodes.parent(at) !== undefined) {
        steps.push(`[${this.nodes.place(at)}]`);
      }
    }
    return `$${steps.reverse().join('')}`;
  }

  #leafEnd(node: number): number {
    const begin = this.valueBegin(node);
    const first = this.#bytes[begin];
    if (isQuote(first)) {
      return this.#stringEnd(begin);
    }
    if (first === 0x7b || first === 0x5b) {
      return this.#skipSpaces(begin + 1) + 1;
    }
    let end = begin;
    while (isPlain(this.#bytes[end])) {
      end++;
    }
    return end;
  }

  #stringEnd(begin: number): number {
    const known = this.#longStrings.get(begin);
    if (known !== undefined) {
      return known;
    }
    let end = this.#bytes.indexOf(this.#bytes[begin] ?? quote, begin + 1);
    if (this.#bytes[end - 1] === backslash) {
      end = this.#endWithEscapes(begin);
    }
    if (end - begin > longString) {
      this.#longStrings.set(begin, end + 1);
    }
    return end + 1;
  }

  #endWithEscapes(begin: number): number {
    const last = this.#bytes[begin];
    let at = begin + 1;
    while (at < this.#bytes.length && this.#bytes[at] !== last) {
      at += this.#bytes[at] === backslash ? 2 : 1;
    }
    return at;
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (at < this.#bytes.length && (this.#bytes[at] ?? 0) <= 0x20) {
      at++;
    }
    return at;
  }

  #snippet(begin: number, end: number, maxLength: number): JsonSnippet {
    const isCut = end - begin > maxLength;
    const part = this.#bytes.subarray(begin, isCut ? begin + maxLength : end);
    // A cut character stays in the decoder, so a text that is cut needs a decoder of its own.
    const text = isCut
      ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(part, { stream: true })
      : decoder.decode(part);
    return { text, isCut };
  }
}

function isQuote(byte = 0): boolean {
  return byte === quote || byte === apostrophe;
}

/** What numbers, `true`, `false` and `null` are made of. */
function isPlain(byte = 0): boolean {
  return byte > 0x20 && byte !== 0x2c && byte !== 0x5d && byte !== 0x7d;
}

function keyStep(raw: string): string {
  const key = stringIn(raw);
  return /^[\p{L}\p{N}\p{M}_$@-]+$/u.test(key) ? `.${key}` : `[${filterQuoted(key)}]`;
}

/** As the filter language reads it: no escapes but for the quote and the backslash. */
function filterQuoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The filter language takes no longer paths. */
const maxSteps = 32;

/**
 * A term of the filter language for all messages with the same value at the same place, such as
 * `$.a[0].b:"x y"`. `undefined` for objects and arrays, for a value that is in no container,
 * and for texts that no line can hold.
 */
export function filterTerm(values: JsonValues, node: number): string | undefined {
  const depth = values.nodes.depth(node);
  if (values.isContainer(node) || depth === 0 || depth > maxSteps) {
    return undefined;
  }
  const raw = values.valueText(node);
  const isString = values.kind(node) === 'string';
  // Words of other languages are read as those of JSON.
  const plain = Object.hasOwn(lenientWords, raw) ? String(lenientWords[raw]) : raw;
  const term = `${values.path(node)}:${isString ? filterQuoted(stringIn(raw)) : plain}`;
  return /\p{Cc}/u.test(term) ? undefined : term;
}
