import type { EnvironmentEntry } from '../library/fileEntries.ts';
import { isSecretName } from '../connection/redaction.ts';
import type { Notes } from './imported.ts';
import { isVariableName } from './references.ts';

/**
 * An environment from names and values. A value that is a secret, by its name or because the other
 * program says so, does not go into a file that is made to be shared: a reference stands for it.
 */
export function environmentOf(
  name: string,
  values: Iterable<readonly [name: string, value: string, isSecret: boolean]>,
  notes: Notes,
): EnvironmentEntry | undefined {
  const variables: [string, string][] = [];
  for (const [key, value, isSecret] of values) {
    if (!isVariableName(key)) {
      notes.add(`The variable "${key.slice(0, 60)}" was left out: it can have no such name here`);
    } else if (isSecret || isSecretName(key)) {
      variables.push([key, `\${secret:${key}}`]);
      notes.add(`"${key}" looks like a secret and was not copied. Run "Store Secret…" for it`);
    } else {
      variables.push([key, value]);
    }
  }
  return variables.length === 0
    ? undefined
    : { name: name.trim().slice(0, 200) || 'Imported', variables: Object.fromEntries(variables) };
}

/** Headers without those that a client makes itself. */
export function headersOf(
  pairs: Iterable<readonly [name: string, value: string]>,
): Readonly<Record<string, string>> {
  const headers = new Map<string, [name: string, value: string]>();
  for (const [name, value] of pairs) {
    const key = name.trim().toLowerCase();
    if (
      key !== '' &&
      !/^:|^(?:sec-websocket-.*|upgrade|connection|host|content-length)$/.test(key)
    ) {
      const before = headers.get(key)?.[1];
      const glue = key === 'cookie' ? '; ' : ', ';
      headers.set(key, [name.trim(), before === undefined ? value : before + glue + value]);
    }
  }
  return Object.fromEntries(headers.values());
}
