import { parseDocument } from 'yaml';
import { LineIndex } from '../../text/lineIndex.ts';

/** In UTF-16 units. YAML takes far longer to parse than JSON. */
const maxYamlLength = 2 * 1024 * 1024;
/** Aliases such as `*name`: a few lines of nested ones can expand to billions of values. */
const maxAliases = 100;

/** The value of a YAML text, or the problem as a sentence. */
export type ReadYaml =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly problem: string };

/**
 * Reads YAML 1.2 as data: scalars and keys are texts, so that no number is rounded, and tags are
 * ignored. Never throws.
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
      // The check takes quadratic time.
      uniqueKeys: false,
      stringKeys: true,
      keepSourceTokens: false,
      // With 'silent', further documents would be dropped without an error.
      logLevel: 'error',
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error?.code === 'MULTIPLE_DOCS') {
      const problem =
        'The file holds several YAML documents (---): split it into one file per document.';
      return { kind: 'refused', problem };
    }
    if (error) {
      const { line } = new LineIndex(text).at(error.pos[0]);
      return { kind: 'refused', problem: `This is not valid YAML: check line ${line + 1}.` };
    }
    return { kind: 'value', value: document.toJS({ maxAliasCount: maxAliases }) as unknown };
  } catch (error) {
    // Too many aliases, or brackets that are nested so deeply that they exhaust the stack.
    const problem =
      error instanceof ReferenceError
        ? 'The YAML has too many aliases (*name).'
        : 'The YAML is nested too deeply.';
    return { kind: 'refused', problem };
  }
}
