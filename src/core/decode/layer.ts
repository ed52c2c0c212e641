const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** What one decoder of a chain hands to the next: at first the message as it came. */
export class Layer {
  readonly kind: 'text' | 'bytes';
  /** Of the message, where the bytes are a part of its own; absent: they were computed. */
  readonly begin: number | undefined;
  /** The value that a decoder before has read, as JSON in the form that `exportForm.ts` describes. */
  readonly value: (() => string) | undefined;
  /** A text by its looks only: decoders of bytes read it as well. */
  readonly isEither: boolean;
  #bytes: Uint8Array | undefined;
  #text: string | undefined;

  private constructor(
    kind: 'text' | 'bytes',
    begin: number | undefined,
    content: Uint8Array | string,
    value?: () => string,
    isEither = false,
  ) {
    this.kind = kind;
    this.begin = begin;
    this.value = value;
    this.isEither = isEither;
    if (typeof content === 'string') {
      this.#text = content;
    } else {
      this.#bytes = content;
    }
  }

  static ofBytes(bytes: Uint8Array, begin?: number): Layer {
    return new Layer('bytes', begin, bytes);
  }

  /** @param content a text, or its UTF-8 */
  static ofText(content: Uint8Array | string, begin?: number): Layer {
    return new Layer('text', begin, content);
  }

  /** Bytes that nobody said to be a text, but that look like one. */
  static ofEither(bytes: Uint8Array): Layer {
    return new Layer('text', undefined, bytes, undefined, true);
  }

  /** The same bytes with the value that was read from them. */
  withValue(value: () => string): Layer {
    return new Layer(this.kind, this.begin, this.bytes, value);
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= encoder.encode(this.#text ?? ''));
  }

  /** The bytes as UTF-8; what is not UTF-8 becomes U+FFFD. */
  get text(): string {
    return (this.#text ??= decoder.decode(this.bytes));
  }
}
