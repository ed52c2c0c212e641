import { parseTemplate, type Reference } from '../variables/template.ts';

/**
 * What a terminal may act on, or what draws nothing and hides something: control characters, such as
 * the one that ends a bracketed paste, whose remainder a shell then runs; characters that reorder
 * others; lone surrogates.
 */
const unsafe = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/u;
const unsafeOrQuoting = new RegExp(`[\\\\'!]|${unsafe.source}`, 'gu');

const encoder = new TextEncoder();

/**
 * One word of a command for a POSIX shell: within single quotes it takes every character for itself.
 * A text with a character that a terminal may act on is quoted as `$'…'` (POSIX.1-2024, section 2.2.4;
 * bash, zsh, ksh), so that pasting is safe and the word is the same.
 */
export function shellQuoted(text: string): string {
  return unsafe.test(text)
    ? `$'${text.replace(unsafeOrQuoting, octal)}'`
    : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As the bytes of UTF-8, each of three digits: no shell takes a digit that follows for one of them. */
function octal(character: string): string {
  const bytes = Array.from(encoder.encode(character));
  return bytes.map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * A text with references as one word for a POSIX shell. Each reference becomes a shell variable, so
 * that no secret is ever in the command.
 *
 * @param variables takes the names of the variables
 */
export function templateWord(template: string, variables: Set<string>): string {
  const words = parseTemplate(template).map(part => {
    if (typeof part === 'string') {
      return shellQuoted(part);
    }
    const name = variableName(part);
    variables.add(name);
    return `"$${name}"`;
  });
  return words.length === 0 ? "''" : words.join('');
}

/** What a reference is called as a variable: `${secret:api-token}` is `$API_TOKEN`. */
function variableName({ kind, argument }: Reference): string {
  if (kind === 'env' && /^[A-Za-z_]\w*$/.test(argument)) {
    return argument;
  }
  const words = argument.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  const name = (words === '' ? kind : words).toUpperCase();
  return /^\d/.test(name) ? `_${name}` : name;
}
