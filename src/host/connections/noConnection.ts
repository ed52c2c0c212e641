import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';

/** Says that there is no connection of that id or name, with the names of those that there are. */
export function noConnection(idOrName: string, names: readonly string[]): UserError {
  return new UserError(
    names.length === 0
      ? l10n.t(
          'There is no connection "{0}", because no connection was opened in this window yet.',
          idOrName,
        )
      : l10n.t(
          'There is no connection "{0}". Connections: {1}.',
          idOrName,
          names.map(name => `"${name}"`).join(', '),
        ),
  );
}
