import { l10n } from 'vscode';
import type { Imported } from '../../core/import/draft/importResult.ts';
import type { ItemEntry } from '../../core/library/librarySchema.ts';
import { maskUrl } from '../../core/secrets/mask.ts';
import { visibleLine } from '../../core/text/visibleText.ts';

/** "1 message, 2 environments, 1 connection", without zero counts. */
export function countsOf({ messageCount, environments, connections }: Imported): string {
  const counts = [
    counted(messageCount, l10n.t('1 message'), l10n.t('{0} messages', messageCount)),
    counted(
      environments.length,
      l10n.t('1 environment'),
      l10n.t('{0} environments', environments.length),
    ),
    counted(
      connections.length,
      l10n.t('1 connection'),
      l10n.t('{0} connections', connections.length),
    ),
  ].filter(each => each !== '');
  return counts.length > 0 ? counts.join(', ') : l10n.t('nothing');
}

function counted(count: number, one: string, many: string): string {
  return count === 0 ? '' : count === 1 ? one : many;
}

/**
 * The full report of an import as plain text.
 *
 * @param areSecretsStored whether the secrets of the file were stored
 */
export function reportOf(imported: Imported, areSecretsStored: boolean): string {
  const { format, items, environments, connections, credentials } = imported;
  const { groups, undefinedNames } = imported;
  const variables = (count: number) =>
    counted(count, l10n.t('1 variable'), l10n.t('{0} variables', count));
  const left = groups.flatMap(({ reason, count, items: names }) => [
    `${reason}${count > 1 ? ` (${count}×)` : ''}.`,
    ...names.map(name => `    ${name}`),
    ...(names.length > 0 && names.length < count ? ['    …'] : []),
  ]);
  const secrets = credentials.map(({ name, where, value }) => {
    const isStored = areSecretsStored && value !== '';
    const state = isStored ? l10n.t('stored') : l10n.t('not stored: run "Store Secret…"');
    return `${name}: ${where} (${state})`;
  });
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    [l10n.t('Messages'), pathsOf(items, '')],
    [
      l10n.t('Environments'),
      environments.map(each => `${each.name} (${variables(Object.keys(each.variables).length)})`),
    ],
    [
      l10n.t('Connections, to be saved one by one'),
      connections.map(({ name, url }) => `${name}: ${maskUrl(url, 'peer')}`),
    ],
    [l10n.t('Left out or changed'), left],
    [l10n.t('Secrets of the file, replaced by references'), secrets],
    [
      l10n.t('Variables without a value in the file: add them to an environment'),
      undefinedNames.map(name => `\${${name}}`),
    ],
  ];
  const shown = sections.filter(([, lines]) => lines.length > 0);
  return [
    l10n.t('From {0}: {1}.', format, countsOf(imported)),
    ...shown.flatMap(([title, lines]) => [
      '',
      title,
      ...lines.map(line => `  ${visibleLine(line)}`),
    ]),
    '',
  ].join('\n');
}

function pathsOf(items: readonly ItemEntry[], outer: string): readonly string[] {
  return items.flatMap(item =>
    'folder' in item ? pathsOf(item.items, `${outer}${item.folder}/`) : [`${outer}${item.name}`],
  );
}
