import { parseTemplate, type Reference } from '../variables/template.ts';

/** One word of a command for a POSIX shell: within single quotes it takes every character for itself. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
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
      return quoted(part);
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
