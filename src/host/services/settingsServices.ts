import { l10n, type ExtensionContext } from 'vscode';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import { once } from '../../core/base/once.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { ImportedConnection } from '../../core/import/draft/importResult.ts';
import { secretUses } from '../../core/variables/secretUses.ts';
import { nameSecret } from '../secrets/nameSecret.ts';
import { ConfiguredConnections } from '../connections/configuredConnections.ts';
import type { LibraryStore } from '../library/files/libraryStore.ts';
import { warnOfRoundedNumbers } from '../settings/roundedNumbers.ts';
import type { ConnectionPlace } from '../settings/settingsText.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { SettingsFiles } from '../settings/settingsFile.ts';
import type { SettingsService } from '../settings/settings.ts';
import { inform } from '../ui/notify.ts';
import type { FormSubject } from '../connectionForm/connectionForm.ts';

export interface SettingsServiceParts {
  readonly context: Pick<ExtensionContext, 'extensionUri' | 'globalStorageUri'>;
  readonly log: Logger;
  readonly settings: SettingsService;
  readonly secrets: Secrets;
  readonly library: Pick<LibraryStore, 'files' | 'runnables'>;
  /** Connects to a configured connection, and shows it. */
  readonly connect: (name: string) => Promise<unknown>;
}

/** Creates what reads and changes the connections in the settings, and the forms for them. */
export function createSettingsServices(parts: SettingsServiceParts) {
  const { context, log, settings, secrets, library, connect } = parts;
  const store = new DisposableStore();
  const files = once(async () => {
    const { SettingsFiles } = await import('../settings/settingsFile.ts');
    return new SettingsFiles(context.globalStorageUri);
  });
  store.add(
    warnOfRoundedNumbers({
      settings,
      log,
      readWritten: async () => (await files()).messageNumbers(),
      warn: sentence => inform('warning', sentence),
    }),
  );
  const configured = new ConfiguredConnections(
    settings,
    { write: async (...change) => (await files()).write(...change) },
    () =>
      inform(
        'information',
        l10n.t('Saved. Comments in the list of connections could not be kept.'),
      ),
  );
  const openSettings = async (scope: SettingsScope, place: ConnectionPlace) => {
    const { openConnectionPlace } = await import('../settings/settingsPlace.ts');
    // A file that is no valid JSON is shown all the same.
    const file = await (await files()).fileOf(scope).catch(() => undefined);
    await openConnectionPlace(scope, file, place);
  };
  const forms = once(async () => {
    const { ConnectionForms } = await import('../connectionForm/connectionForm.ts');
    return store.add(
      new ConnectionForms({
        root: context.extensionUri,
        log,
        configured,
        connect,
        secretNames: () => secrets.names,
        storeSecret: (suggestion, value) => nameSecret(secrets, suggestion, value),
        savedPaths: () => [...new Set(library.runnables.map(({ item }) => item.path))],
        fileOf: async scope => (await files()).fileOf(scope),
        openSettings,
      }),
    );
  });
  const reports = once(async () => {
    const { TextReports } = await import('../ui/textReports.ts');
    return store.add(new TextReports());
  });
  return {
    configured,
    files: {
      write: async (...change: Parameters<SettingsFiles['write']>) =>
        (await files()).write(...change),
    },
    openSettings,
    openFolderSettings: async (folder: string, place: ConnectionPlace) => {
      const { openFolderPlace } = await import('../settings/settingsPlace.ts');
      await openFolderPlace(folder, place);
    },
    showForm: async (subject: FormSubject) => (await forms()).show(subject),
    showReport: async (title: string, text: string) => (await reports()).show(title, text),
    addConnections: async (imported: readonly ImportedConnection[]) => {
      const { addConnections } = await import('../connectionForm/addConnections.ts');
      const scopes = ['user', 'workspace'] as const;
      const names = () => scopes.flatMap(scope => configured.namesIn(scope));
      const fillIn = async (subject: FormSubject) => (await forms()).fillIn(subject);
      await addConnections({ names, fillIn }, imported);
    },
    /** Names that an import may not use: these secrets are stored or referred to already. */
    reservedSecrets: () => {
      const profiles = settings.current.profiles.map(({ name, url, values }) => {
        return { where: name, value: { url, values } };
      });
      const files = library.files.map(({ name, content }) => {
        return { where: name, value: content.library };
      });
      return [...secrets.names, ...secretUses([...profiles, ...files]).keys()];
    },
    dispose: () => store.dispose(),
  };
}
