import { l10n, window, type ExtensionContext } from 'vscode';
import { DisposableStore } from '../core/base/lifecycle.ts';
import type { Logger } from '../core/base/logger.ts';
import type { ImportedConnection } from '../core/import/imported.ts';
import { nameSecret } from './commands/nameSecret.ts';
import { ConfiguredConnections } from './configuredConnections.ts';
import { openSettingsFile } from './openSetting.ts';
import type { Secrets } from './secrets.ts';
import type { SettingsService } from './settings.ts';
import { SettingsFiles } from './settingsFile.ts';
import { ConnectionForms } from './webview/connectionForm.ts';

export interface ConfiguringParts {
  readonly context: Pick<ExtensionContext, 'extensionUri' | 'globalStorageUri'>;
  readonly log: Logger;
  readonly settings: SettingsService;
  readonly secrets: Secrets;
  /** Connects to a configured connection, and shows it. */
  readonly connect: (name: string) => Promise<unknown>;
}

/** The connections of the settings, and the forms that change them. */
export function createConfiguring({ context, log, settings, secrets, connect }: ConfiguringParts) {
  const store = new DisposableStore();
  const files = new SettingsFiles(context.globalStorageUri);
  const configured = new ConfiguredConnections(
    settings,
    files,
    () =>
      void window.showInformationMessage(
        l10n.t('Saved. Comments inside the list of connections could not be kept.'),
      ),
  );
  const forms = store.add(
    new ConnectionForms({
      ...{ root: context.extensionUri, log, configured, connect },
      secretNames: () => secrets.names,
      storeSecret: (suggestion, value) => nameSecret(secrets, suggestion, value),
      openSettings: scope => openSettingsFile(scope),
    }),
  );
  /** Each opens a form, which nobody has to save. */
  const addConnections = (imported: readonly ImportedConnection[]) => {
    for (const { name, url, headers } of imported) {
      const entry = Object.keys(headers).length > 0 ? { name, url, headers } : { name, url };
      forms.show({ entry });
    }
    return Promise.resolve();
  };
  return { configured, forms, addConnections, dispose: () => store.dispose() };
}
