import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a file of a decoder has to export. */
export interface LoadedDecoder {
  readonly takes: 'bytes' | 'text' | 'both';
  readonly isOrdered: boolean;
  readonly decode: (input: Uint8Array | string, context: unknown) => unknown;
}

type Exported = Readonly<Record<string, unknown>>;

const example = 'export const decoder = { decode(bytes, context) { … } }';

/** Rejects with what the file throws while it is loaded, or with an error that says what it lacks. */
export async function loadDecoder(file: string): Promise<LoadedDecoder> {
  const { href } = pathToFileURL(file);
  const isTypeScript = /\.[cm]?ts$/.test(file);
  if (isTypeScript && !('typescript' in process.features && process.features.typescript)) {
    throw new Error(
      `This editor runs Node ${process.versions.node}, which loads no TypeScript. ` +
        'Compile the decoder to JavaScript',
    );
  }
  return checked((await import(href)) as Exported, basename(file));
}

/** ES modules export `decoder` or it as their default, CommonJS modules `module.exports` with it or as it. */
function decoderIn(exported: Exported): unknown {
  const { decoder, default: byDefault } = exported;
  if (decoder !== undefined || !isObject(byDefault)) {
    return decoder;
  }
  return byDefault['decoder'] ?? ('decode' in byDefault ? byDefault : undefined);
}

function checked(exported: Exported, name: string): LoadedDecoder {
  const decoder = decoderIn(exported);
  if (!isObject(decoder)) {
    throw new Error(`${name} exports no decoder. Write ${example}`);
  }
  const { decode, takes = 'both', ordered = false, name: ownName } = decoder;
  if (typeof decode !== 'function') {
    throw new Error(`The decoder of ${name} has no function decode. Write ${example}`);
  }
  if (takes !== 'bytes' && takes !== 'text' && takes !== 'both') {
    throw new Error(`The decoder of ${name} may take 'bytes', 'text' or 'both'`);
  }
  if (typeof ordered !== 'boolean') {
    throw new Error(`Of the decoder of ${name}, ordered has to be true or false`);
  }
  if (ownName !== undefined && typeof ownName !== 'string') {
    throw new Error(`The name of the decoder of ${name} has to be a text`);
  }
  return { takes, isOrdered: ordered, decode: decode.bind(decoder) as LoadedDecoder['decode'] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
