import { l10n, ThemeIcon, type QuickInputButton } from 'vscode';
import type { Logger } from '../../core/base/logger.ts';
import { secretUses, type Place } from '../../core/variables/secretUses.ts';
import type { Secrets } from './secrets.ts';
import type { SettingsService } from '../settings/settings.ts';
import { confirm, createPicker, type Choice } from '../ui/prompts.ts';
import { unwaited } from '../ui/unwaited.ts';
import { deleteSecret, limitSecret, storeSecret } from './secretCommands.ts';

interface ListSecretsParts {
  readonly secrets: Secrets;
  readonly settings: SettingsService;
  readonly log: Logger;
  /** Other places that may refer to secrets: saved messages and environments. */
  readonly library: () => readonly Place[];
}

interface Item extends Choice {
  readonly name: string;
}

/** Shows the names of the secrets and where they are used, but never their values. */
export async function listSecrets(parts: ListSecretsParts): Promise<void> {
  const add = { iconPath: new ThemeIcon('add'), tooltip: l10n.t('Store a Secret') };
  const replace = { iconPath: new ThemeIcon('edit'), tooltip: l10n.t('Replace') };
  const limit = { iconPath: new ThemeIcon('globe'), tooltip: l10n.t('Only for These Hosts') };
  const remove = { iconPath: new ThemeIcon('trash'), tooltip: l10n.t('Delete') };
  const { picker, offer } = createPicker<Item>(
    l10n.t('WebSocket Monitor: Secrets'),
    l10n.t('Select a secret to replace its value; values are never shown'),
  );
  picker.matchOnDescription = true;
  picker.buttons = [add];
  offer(await itemsOf(parts, [replace], [replace, limit, remove]));
  const act = async (name: string | undefined, button: QuickInputButton) => {
    picker.hide();
    if (button === remove && name !== undefined) {
      await confirmAndDelete(parts, name);
    } else if (button === limit && name !== undefined) {
      await limitSecret(parts.secrets, name);
    } else {
      await storeSecret(parts.secrets, name);
    }
  };
  const run = (name: string | undefined, button: QuickInputButton) =>
    unwaited('Changing a secret', parts.log, act(name, button));
  picker.onDidTriggerButton(button => run(undefined, button));
  picker.onDidTriggerItemButton(({ item, button }) => run(item.of.name, button));
  picker.onDidAccept(() => {
    const [chosen] = picker.selectedItems;
    if (chosen) {
      run(chosen.of.name, replace);
    }
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

async function itemsOf(
  { secrets, settings, library }: ListSecretsParts,
  forMissing: readonly QuickInputButton[],
  forStored: readonly QuickInputButton[],
): Promise<readonly Item[]> {
  const uses = secretUses([...placesIn(settings), ...library()]);
  const stored = secrets.names;
  const missing = [...uses.keys()].filter(name => !stored.includes(name)).sort();
  const item = async (name: string, isStored: boolean): Promise<Item> => {
    const users = uses.get(name) ?? [];
    const used = users.length > 0 ? l10n.t('used by {0}', users.join(', ')) : l10n.t('not used');
    const hosts = await secrets.hostsOf(name);
    const only = hosts.length === 0 ? '' : ` · ${l10n.t('only for {0}', hosts.join(', '))}`;
    return {
      name,
      label: name,
      iconPath: new ThemeIcon(isStored ? 'key' : 'warning'),
      description: isStored ? `${used}${only}` : `${l10n.t('not stored')} · ${used}`,
      buttons: isStored ? forStored : forMissing,
    };
  };
  return Promise.all([
    ...stored.map(name => item(name, true)),
    ...missing.map(name => item(name, false)),
  ]);
}

/** The settings that may refer to secrets, by connection; each includes the common settings. */
function placesIn({ current }: SettingsService): readonly Place[] {
  return current.profiles.map(({ name, url, values }) => ({ where: name, value: { url, values } }));
}

async function confirmAndDelete(parts: ListSecretsParts, name: string): Promise<void> {
  const users = secretUses([...placesIn(parts.settings), ...parts.library()]).get(name) ?? [];
  const detail =
    users.length > 0
      ? l10n.t('It is used by {0}, which will fail without it.', users.join(', '))
      : l10n.t('Nothing in the settings and saved messages uses it.');
  const question = [l10n.t('Delete the secret "{0}"?'), name] as const;
  await confirm(question, [detail], l10n.t('Delete'));
  await deleteSecret(parts.secrets, name);
}
