import { l10n } from 'vscode';
import type { ImportedSecret } from '../../core/import/draft/importResult.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { confirmOrClose } from '../ui/prompts.ts';

/** The maximum number of places that the question lists. */
const maxNamedPlaces = 8;

/**
 * Asks whether to store the values that an import contains in clear text as secrets, and stores them.
 *
 * @returns whether they were stored
 */
export async function offerToStore(
  secrets: Pick<Secrets, 'names' | 'store'>,
  credentials: readonly ImportedSecret[],
): Promise<boolean> {
  const found = credentials.filter(({ value }) => value !== '');
  if (found.length === 0) {
    return false;
  }
  const store = found.length === 1 ? l10n.t('Store as Secret') : l10n.t('Store as Secrets');
  const named = found
    .slice(0, maxNamedPlaces)
    .map(({ name, where }): readonly [string, string, string] => [
      '{0} → ${secret:{1}}',
      where,
      name,
    ]);
  const more = found.length - named.length;
  const answer = await confirmOrClose(
    found.length === 1
      ? l10n.t('The import contains a secret. Store it, so that files only refer to it?')
      : [
          l10n.t('The import contains {0} secrets. Store them, so that files only refer to them?'),
          found.length,
        ],
    more === 0 ? named : [...named, [l10n.t('and {0} more'), more] as const],
    l10n.t('Leave Out'),
    store,
  );
  if (answer !== store) {
    return false;
  }
  for (const { name, value } of found) {
    // The names were free when the file was read; secrets stored since then are not replaced.
    if (!secrets.names.includes(name)) {
      await secrets.store(name, value);
    }
  }
  return true;
}
