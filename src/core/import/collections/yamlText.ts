import { parseDocument } from 'yaml';
import { LineIndex } from '../../text/lineIndex.ts';

/** In UTF-16 units. YAML takes far longer to read than JSON. */
const maxYamlLength = 2 * 1024 * 1024;
/** Values that stand for others, as `*name` does: a few lines of them can stand for billions. */
const maxAliases = 100;

/** What a text says, or why it cannot be read, as a sentence. */
export type ReadYaml =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly problem: string };

/**
 * Reads YAML 1.2 as data: all scalars are texts, so that no number is rounded; tags mean nothing, and
 * keys are texts. Never throws.
 */
export function readYaml(text: string): ReadYaml {
  if (text.length > maxYamlLength) {
    return { kind: 'refused', problem: 'The YAML is longer than 2 MiB. Export less at a time.' };
  }
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'failsafe',
      merge: false,
      resolveKnownTags: false,
      // Looking for keys that are there twice compares each with each.
      uniqueKeys: false,
      stringKeys: true,
      keepSourceTokens: false,
      // Where it is silent, further documents are lost without a word.
      logLevel: 'error',
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error?.code === 'MULTIPLE_DOCS') {
      const problem = 'The file holds several YAML documents (---): make a file of each.';
      return { kind: 'refused', problem };
    }
    if (error) {
      const { line } = new LineIndex(text).at(error.pos[0]);
      return { kind: 'refused', problem: `This is no valid YAML: look at line ${line + 1}.` };
    }
    return { kind: 'value', value: document.toJS({ maxAliasCount: maxAliases }) as unknown };
  } catch (error) {
    // Too many aliases, or brackets that are nested so deeply that they exhaust the stack.
    const problem =
      error instanceof ReferenceError
        ? 'The YAML has too many aliases (*name), which are not read.'
        : 'The YAML is nested too deeply, and is not read.';
    return { kind: 'refused', problem };
  }
}
