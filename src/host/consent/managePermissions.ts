import { env, l10n, workspace } from 'vscode';
import type { Wanted } from '../../core/consent/disclosure.ts';
import { anywhere } from '../../core/consent/permissions.ts';
import { disclosureLabel } from './permissionQuestion.ts';
import type { PermissionStore } from './permissionStore.ts';
import { pickSeveral, type Choice } from '../ui/prompts.ts';
import { plain, showInformation } from '../ui/notify.ts';

interface Allowed extends Choice {
  readonly wanted: Wanted;
}

/** Shows the permissions of this workspace, and revokes those that the user selects. */
export async function managePermissions(permissions: PermissionStore): Promise<void> {
  const allowed = permissions.all.flatMap(({ to, gives, at }) =>
    gives.map((what): Allowed => {
      const date = new Intl.DateTimeFormat(env.language, { dateStyle: 'medium' }).format(at);
      const description =
        to === anywhere
          ? plain([l10n.t('written by you on {0}'), date])
          : plain([l10n.t('to {0}, allowed on {1}'), to, date]);
      return { label: plain(disclosureLabel(what)), description, wanted: { to, what } };
    }),
  );
  if (allowed.length === 0) {
    await showInformation(
      l10n.t(
        'This workspace has no permissions. You are asked before it uses anything that needs one.',
      ),
    );
    return;
  }
  const picked = await pickSeveral(allowed, {
    title: [l10n.t('WebSocket Monitor: Permissions of "{0}"'), workspace.name ?? ''],
    placeHolder: l10n.t('Select the permissions to revoke'),
    matchOnDescription: true,
  });
  await permissions.revoke(picked.map(({ wanted }) => wanted));
  await showInformation(
    picked.length === 1
      ? l10n.t('The permission was revoked. You will be asked before it is used again.')
      : l10n.t(
          '{0} permissions were revoked. You will be asked before they are used again.',
          picked.length,
        ),
  );
}
