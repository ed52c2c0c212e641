import { UserError } from '../base/errors.ts';

/** Where the values of placeholders come from; `undefined` where there is none. */
export interface PlaceholderSource {
  readonly secret: (name: string) => PromiseLike<string | undefined>;
  readonly env: (name: string) => string | undefined;
}

const placeholder = /\$\{(secret|env):([^}]*)\}/g;

/** Whether a text depends on a value that may be another one the next time. */
export function hasPlaceholder(text: string): boolean {
  return text.search(placeholder) >= 0;
}

/**
 * Fills in `${secret:name}` and `${env:NAME}`. What is filled in is not looked at again.
 *
 * @param where names the place of `text`, for the error
 * @throws UserError where a value is missing, saying which and what to do
 */
export async function fillIn(
  text: string,
  where: string,
  source: PlaceholderSource,
): Promise<string> {
  let filled = '';
  let end = 0;
  for (const match of text.matchAll(placeholder)) {
    const [whole, kind, name = ''] = match;
    const value = kind === 'env' ? source.env(name) : await source.secret(name);
    if (value === undefined) {
      throw new UserError(
        kind === 'env'
          ? `${where} needs the environment variable ${name}, which is not set.`
          : `${where} needs the secret "${name}", which is not stored. Run "Store Secret…".`,
      );
    }
    filled += text.slice(end, match.index) + value;
    end = match.index + whole.length;
  }
  return filled + text.slice(end);
}
