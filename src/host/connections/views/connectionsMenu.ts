import { commands, l10n, QuickPickItemKind, ThemeIcon, type QuickInputButton } from 'vscode';
import type { Logger } from '../../../core/base/logger.ts';
import { labelOf, wordOf, type StateWord } from '../../../core/connection/report.ts';
import { parseEndpointTemplate } from '../../../core/endpoint/endpointTemplate.ts';
import type { Profile } from '../../../core/settings/profile.ts';
import { isLive } from '../../../core/connection/state/state.ts';
import { CommandId } from '../../../shared/ids.ts';
import type { Connections } from '../connections.ts';
import type { MonitoredConnection } from '../monitoredConnection.ts';
import type { Slot } from '../../slots/slot.ts';
import type { Slots } from '../../slots/slots.ts';
import type { Targets } from '../targets.ts';
import { placeTag } from '../placeTag.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { createPicker, type Choice } from '../../ui/prompts.ts';
import { unwaited } from '../../ui/unwaited.ts';

interface Item extends Choice {
  readonly command: CommandId;
  /** The id of a connection or, if it has not been opened in this window, its name. */
  readonly target?: string;
}

interface ItemButton extends QuickInputButton {
  readonly command: CommandId;
}

export interface ConnectionsMenuParts {
  readonly connections: Connections;
  readonly slots: Slots;
  readonly targets: Targets;
  readonly settings: SettingsService;
  readonly log: Logger;
}

const icons: Readonly<Record<StateWord, string>> = {
  failed: 'error',
  retry: 'sync',
  connecting: 'sync',
  closing: 'sync',
  connected: 'pass-filled',
  disconnected: 'circle-outline',
};

/**
 * The menu of the status bar: a line for each connection, which shows it and has buttons for what can be
 * done with it, and then the general commands. It stays open while its buttons are used.
 */
export function showConnectionsMenu(parts: ConnectionsMenuParts): void {
  const { targets, log } = parts;
  const { picker, offer } = createPicker<Item>(
    l10n.t('WebSocket Monitor'),
    l10n.t('Select a connection to show it in the monitor'),
  );
  picker.matchOnDescription = true;
  picker.keepScrollPosition = true;
  const run = (what: string, command: CommandId, target?: string) =>
    unwaited(
      what,
      log,
      commands.executeCommand(command, ...(target === undefined ? [] : [target])),
    );
  let faces = '';
  const refresh = () => {
    const items = itemsOf(parts);
    const next = JSON.stringify(items.map(({ label, description }) => [label, description]));
    if (next !== faces) {
      faces = next;
      const active = picker.activeItems[0]?.of;
      offer(
        items,
        ({ target, command }) => target === active?.target && command === active?.command,
      );
    }
  };
  refresh();
  const listening = targets.onDidChange(refresh);
  picker.onDidTriggerItemButton(({ item: { of }, button }) => {
    run(of.label, (button as ItemButton).command, of.target);
  });
  picker.onDidAccept(() => {
    const chosen = picker.selectedItems[0]?.of;
    picker.hide();
    if (chosen) {
      run(chosen.label, chosen.command, chosen.target);
    }
  });
  picker.onDidHide(() => {
    listening.dispose();
    picker.dispose();
  });
  picker.show();
}

function itemsOf(parts: ConnectionsMenuParts): readonly Item[] {
  const general = (icon: string, label: string, command: CommandId): Item => {
    return { label, iconPath: new ThemeIcon(icon), command };
  };
  const lines = [...connectionItems(parts), ...slotItems(parts)];
  return [
    ...lines,
    ...(lines.length > 0
      ? [{ label: '', kind: QuickPickItemKind.Separator, command: CommandId.OpenMonitor }]
      : []),
    general('plug', l10n.t('Connect…'), CommandId.Connect),
    general('open-preview', l10n.t('Open Monitor'), CommandId.OpenMonitor),
    general('output', l10n.t('Show Messages Output'), CommandId.ShowMessages),
    general('list-flat', l10n.t('Show Log'), CommandId.ShowLog),
  ];
}

/** As in the tree: the configured connections in their order, then those of this window only. */
function connectionItems({ connections, settings }: ConnectionsMenuParts): readonly Item[] {
  const { profiles } = settings.current;
  const opened = (name: string) => connections.all.find(each => each.name === name);
  const others = connections.all.filter(({ name }) => !profiles.some(each => each.name === name));
  return [...profiles.map(each => opened(each.name) ?? each), ...others].map(each => {
    const place = placeTag(each.name, profiles);
    return 'connection' in each ? openedItem(each, place) : configuredItem(each, place);
  });
}

/** Those that are open, and then the others, the latest first. */
function slotItems({ slots }: ConnectionsMenuParts): readonly Item[] {
  const open = slots.all.filter(({ isOpen }) => isOpen);
  const closed = slots.all
    .filter(({ isOpen }) => !isOpen)
    .toSorted((one, other) => other.closedAt - one.closedAt);
  return [...open, ...closed].map(slotItem);
}

const button = (icon: string, tooltip: string, command: CommandId): ItemButton => ({
  iconPath: new ThemeIcon(icon),
  tooltip,
  command,
});

function openedItem({ id, name, connection }: MonitoredConnection, place: string): Item {
  const { state, options } = connection;
  return {
    label: name,
    description: inOne(place, labelOf(state), options.endpoint.display),
    iconPath: new ThemeIcon(icons[wordOf(state)]),
    buttons: isLive(state)
      ? [
          button('debug-disconnect', l10n.t('Disconnect'), CommandId.Disconnect),
          button('refresh', l10n.t('Reconnect Now'), CommandId.Reconnect),
        ]
      : [connectButton()],
    command: CommandId.OpenMonitor,
    target: id,
  };
}

function slotItem({ id, name, state, url, owner, takes }: Slot): Item {
  const kind = owner.kind === 'tap' ? l10n.t('tap') : l10n.t('watched');
  return {
    label: name,
    description: inOne(kind, state.word, url),
    iconPath: new ThemeIcon(icons[state.word]),
    ...(takes !== undefined && {
      buttons: [button('debug-disconnect', l10n.t('Close Socket'), CommandId.CloseSocket)],
    }),
    command: CommandId.OpenMonitor,
    target: id,
  };
}

function configuredItem({ name, url }: Profile, place: string): Item {
  return {
    label: name,
    description: inOne(place, l10n.t('not connected'), parseEndpointTemplate(url).display),
    iconPath: new ThemeIcon(icons.disconnected),
    buttons: [connectButton()],
    command: CommandId.OpenMonitor,
    target: name,
  };
}

function connectButton(): ItemButton {
  return button('plug', l10n.t('Connect'), CommandId.Connect);
}

function inOne(...words: readonly string[]): string {
  return words.filter(word => word !== '').join(' · ');
}
