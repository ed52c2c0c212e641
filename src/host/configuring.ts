import { l10n, type ExtensionContext } from 'vscode';
import { DisposableStore } from '../core/base/lifecycle.ts';
import { once } from '../core/base/once.ts';
import type { Logger } from '../core/base/logger.ts';
import type { ImportedConnection } from '../core/import/imported.ts';
import { nameSecret } from './commands/nameSecret.ts';
import { ConfiguredConnections } from './configuredConnections.ts';
import { openSettingsFile } from './openSetting.ts';
import type { Secrets } from './secrets.ts';
import type { SettingsService } from './settings.ts';
import { showInformation } from './user/tell.ts';
import type { FormSubject } from './webview/connectionForm.ts';

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
  const files = once(async () => {
    const { SettingsFiles } = await import('./settingsFile.ts');
    return new SettingsFiles(context.globalStorageUri);
  });
  const configured = new ConfiguredConnections(
    settings,
    { write: async (...change) => (await files()).write(...change) },
    () =>
      void showInformation(
        l10n.t('Saved. Comments inside the list of connections could not be kept.'),
      ),
  );
  const forms = once(async () => {
    const { ConnectionForms } = await import('./webview/connectionForm.ts');
    return store.add(
      new ConnectionForms({
        ...{ root: context.extensionUri, log, configured, connect },
        secretNames: () => secrets.names,
        storeSecret: (suggestion, value) => nameSecret(secrets, suggestion, value),
        openSettings: scope => openSettingsFile(scope),
      }),
    );
  });
  const showForm = async (subject: FormSubject) => (await forms()).show(subject);
  /** Each opens a form, which nobody has to save. */
  const addConnections = async (imported: readonly ImportedConnection[]) => {
    for (const { name, url, headers } of imported) {
      const entry = Object.keys(headers).length > 0 ? { name, url, headers } : { name, url };
      await showForm({ entry });
    }
  };
  return { configured, showForm, addConnections, dispose: () => store.dispose() };
}
