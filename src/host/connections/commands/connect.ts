import { commands, l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import { CancellationError, messageOf, UserError } from '../../../core/base/errors.ts';
import { wordOf } from '../../../core/connection/report.ts';
import { urlsMeantBy, parseEndpointTemplate } from '../../../core/endpoint/endpointTemplate.ts';
import type { ConnectionState } from '../../../core/connection/state/state.ts';
import type { Profile } from '../../../core/settings/profile.ts';
import type { Connections } from '../connections.ts';
import type { Demo } from './demo.ts';
import type { MonitoredConnection } from '../monitoredConnection.ts';
import { placeTag } from '../placeTag.ts';
import type { RecentUrls } from './recentUrls.ts';
import type { SettingsService } from '../../settings/settings.ts';
import { targetName, TreeTarget } from '../../ui/trees.ts';
import { CommandId } from '../../../shared/ids.ts';
import { chosenIn, createPicker, type Choice } from '../../ui/prompts.ts';

/** The result of the command. */
export interface ConnectResult {
  readonly id: string;
  readonly name: string;
  readonly state: ConnectionState['kind'];
}

/** Shows the monitor and, if given, this source in it. */
export type ShowMonitor = (source?: string) => Promise<void>;

export interface ConnectParts {
  readonly showMonitor: ShowMonitor;
  readonly connections: Connections;
  readonly settings: SettingsService;
  readonly recent: RecentUrls;
  readonly demo: Demo;
}

type Target =
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'demo' }
  | { readonly kind: 'form' }
  | { readonly kind: 'problem' };
type Item = Choice & { readonly choice?: Target; readonly recent?: string };

/**
 * Connects to `target`: a URL, the name of a connection, or an object as in `connections`. Without
 * it, the user is asked. Resolves when the connection is open, stopped or cancelled.
 */
export async function connect(parts: ConnectParts, target?: unknown): Promise<ConnectResult> {
  const named = targetName(target);
  const isAsked = target instanceof TreeTarget || named === undefined;
  return connectTo(
    parts,
    named === undefined ? await choose(parts) : profileFor(parts, named),
    isAsked,
  );
}

/** Connects to `target` and shows it, as for a form or a link. */
export async function connectShown(parts: ConnectParts, target: unknown): Promise<ConnectResult> {
  return connectTo(parts, profileFor(parts, target), true);
}

async function connectTo(
  parts: ConnectParts,
  profile: Profile,
  isShown: boolean,
): Promise<ConnectResult> {
  const monitored = parts.connections.open(profile);
  monitored.connection.connect();
  if (isShown) {
    await parts.showMonitor(monitored.id);
  }
  return settled(monitored);
}

/** Connects because a window opened, without showing anything. */
export function connectUnasked(connections: Connections, profiles: readonly Profile[]): void {
  for (const profile of profiles) {
    connections.open(profile).connectUnasked();
  }
}

/** Waits until a connection is open, or makes no more attempts. */
export async function settled(monitored: MonitoredConnection): Promise<ConnectResult> {
  const { kind } = await monitored.connection.settled();
  return { id: monitored.id, name: monitored.name, state: kind };
}

function profileFor({ connections, settings, recent }: ConnectParts, target: unknown): Profile {
  if (typeof target === 'string') {
    const configured = settings.current.profiles.find(({ name }) => name === target);
    const known = configured ?? connections.find(target)?.profile;
    if (known) {
      return known;
    }
    if (!target.includes('://')) {
      throw new UserError(noSuchConnection(target, settings.current.profiles));
    }
    const profile = settings.profileOf({ url: target });
    recent.note(profile.url);
    return sameUrl(connections, profile);
  }
  if (typeof target !== 'object' || target === null) {
    throw new UserError(l10n.t('Pass the name of a connection or a URL.'));
  }
  return settings.profileOf(target);
}

function noSuchConnection(name: string, profiles: readonly Profile[]): string {
  const [meant] = urlsMeantBy(name);
  if (meant) {
    return l10n.t(
      'No connection named "{0}" is configured. To connect to it as a URL, write {1}.',
      name,
      meant.display,
    );
  }
  const names = profiles.map(profile => `"${profile.name}"`).join(', ');
  return names === ''
    ? l10n.t('No connection named "{0}" is configured. A URL begins with ws:// or wss://.', name)
    : l10n.t('No connection named "{0}" is configured. Configured connections: {1}.', name, names);
}

/** The profile of the connection that has this URL already, so that it keeps its messages. */
function sameUrl(connections: Connections, profile: Profile): Profile {
  const known = connections.all.find(({ profile: { url } }) => url === profile.url);
  return known ? known.profile : profile;
}

async function choose(parts: ConnectParts): Promise<Profile> {
  const { settings, connections, recent, demo } = parts;
  await recent.ready();
  const choice = await pick(parts);
  switch (choice.kind) {
    case 'profile':
      return choice.profile;
    case 'url': {
      const profile = settings.profileOf({ url: choice.url });
      recent.note(profile.url);
      return sameUrl(connections, profile);
    }
    case 'demo':
      return settings.profileOf({ url: (await demo.start()).url, name: l10n.t('Demo ticker') });
    case 'form':
      await commands.executeCommand(CommandId.AddConnection);
      throw new CancellationError();
    case 'problem':
      throw new CancellationError();
  }
}

/** Offers endpoints to connect to; typed text counts as a URL. */
function pick({ settings, connections, recent }: ConnectParts): Promise<Target> {
  const { picker, offer: show } = createPicker<Item>(
    l10n.t('WebSocket Monitor: Connect'),
    l10n.t('Type a URL such as wss://example.com/feed, or choose'),
  );
  picker.matchOnDescription = true;
  let fixed = items(settings.current.profiles, connections, recent.all);
  const offer = () => {
    const { first, last } = typed(picker.value, settings.current.profiles);
    show([...first, ...fixed, ...last]);
  };
  offer();
  picker.onDidChangeValue(offer);
  picker.onDidTriggerItemButton(async ({ item: { of } }) => {
    await (of.recent === undefined ? undefined : recent.remove(of.recent));
    fixed = items(settings.current.profiles, connections, recent.all);
    offer();
  });
  return chosenIn(picker, selected => {
    // Enter may be faster than the offer for what was typed.
    const offered = typed(picker.value, settings.current.profiles).first[0];
    const choice = (selected ?? offered)?.choice;
    return choice?.kind === 'problem' ? undefined : choice;
  });
}

const icons = {
  plug: new ThemeIcon('plug'),
  error: new ThemeIcon('error'),
  history: new ThemeIcon('history'),
  beaker: new ThemeIcon('beaker'),
  add: new ThemeIcon('add'),
};

interface Typed {
  readonly first: readonly Item[];
  readonly last: readonly Item[];
}

/** What was typed as a URL, or as what is meant by it: it comes first, so that Enter takes it. */
function typed(value: string, profiles: readonly Profile[]): Typed {
  const text = value.trim();
  if (text === '') {
    return { first: [], last: [] };
  }
  try {
    const { display } = parseEndpointTemplate(text);
    return { first: [urlItem(text, display)], last: [] };
  } catch (error) {
    const meant = urlsMeantBy(text).map(({ url, display }) => urlItem(url, display));
    if (meant.length > 0) {
      // A name such as `localhost:8080` or `prices.eu` is looked for first.
      const isName = profiles.some(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
      return isName ? { first: [], last: meant } : { first: meant, last: [] };
    }
    // A word may filter the list below; an invalid URL shows why it is invalid.
    const problem: Item = {
      label: messageOf(error),
      iconPath: icons.error,
      alwaysShow: true,
      choice: { kind: 'problem' },
    };
    return { first: /[:/]/.test(text) ? [problem] : [], last: [] };
  }
}

function urlItem(url: string, display: string): Item {
  const label = l10n.t('Connect to {0}', display);
  return { label, iconPath: icons.plug, alwaysShow: true, choice: { kind: 'url', url } };
}

function items(
  profiles: readonly Profile[],
  connections: Connections,
  recent: readonly string[],
): readonly Item[] {
  const separator = (label: string): Item => ({ label, kind: QuickPickItemKind.Separator });
  const stateOf = (name: string) => {
    const monitored = connections.find(name);
    return monitored ? wordOf(monitored.connection.state) : '';
  };
  const configured = profiles.map((profile): Item => ({
    label: profile.name,
    iconPath: icons.plug,
    description: [
      placeTag(profile.name, profiles),
      parseEndpointTemplate(profile.url).display,
      stateOf(profile.name),
    ]
      .filter(text => text !== '')
      .join(' · '),
    choice: { kind: 'profile', profile },
  }));
  const remove = { iconPath: new ThemeIcon('close'), tooltip: l10n.t('Remove from Recent URLs') };
  const urls = recent.map((url): Item => ({
    label: url,
    iconPath: icons.history,
    choice: { kind: 'url', url },
    recent: url,
    buttons: [remove],
  }));
  const demo: Item = {
    label: l10n.t('Demo Ticker'),
    iconPath: icons.beaker,
    description: l10n.t('starts a server on this machine that sends sample quotes'),
    choice: { kind: 'demo' },
  };
  const form: Item = {
    label: l10n.t('New Connection…'),
    iconPath: icons.add,
    description: l10n.t('a form for headers, sign-in and other settings'),
    choice: { kind: 'form' },
  };
  return [
    ...(configured.length > 0 ? [separator(l10n.t('configured')), ...configured] : []),
    ...(urls.length > 0 ? [separator(l10n.t('recent')), ...urls] : []),
    separator(l10n.t('try it')),
    demo,
    separator(l10n.t('configure')),
    form,
  ];
}
