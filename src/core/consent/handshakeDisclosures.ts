import { parseEndpointTemplate } from '../endpoint/endpointTemplate.ts';
import { secretSubprotocols } from '../secrets/names.ts';
import type { Runnable } from '../library/library.ts';
import { textsOfAuth } from '../settings/login.ts';
import type { Profile } from '../settings/profile.ts';
import type { SettingKey } from '../settings/settingsTable.ts';
import type { MessageSetting } from '../settings/setting.ts';
import { neededBy, type Needs } from '../variables/needs.ts';
import { referencesIn } from '../variables/template.ts';
import { stricterOf, template, type Origin } from '../variables/value.ts';
import { isChosenByWorkspace, proxyDestinationOf, type Destination } from './destination.ts';
import { disclosureOf, referencedBy, type Disclosure, type Wanted } from './disclosure.ts';
import { messageDisclosures, type Digest } from './messageDisclosures.ts';
import { shownProgram, shownText, type ShownSource } from './shownProgram.ts';

interface DisclosureFacts {
  readonly profile: Profile;
  readonly destination: Destination;
  /** What went into the URL. */
  readonly url: Needs;
  readonly source: ShownSource;
  /** The item of the library that `onOpen` names, if there is one. */
  readonly itemOf: (path: string, by: Origin) => FoundItem | undefined;
  readonly digest: Digest;
}

export interface FoundItem {
  readonly origin: Origin;
  readonly item: Runnable;
}

/**
 * Everything about a connection that needs the user's permission, because a workspace wrote the text
 * or chose the place that it goes to: secrets, environment variables, the program for a token, what the
 * user's own settings would add, and what is sent on opening. Nothing is looked up but names.
 */
export function handshakeDisclosures(facts: DisclosureFacts): readonly Wanted[] {
  const { destination } = facts;
  const here = [
    ...ofUrl(facts),
    ...ofHeaders(facts),
    ...ofLogin(facts),
    ...ofCertificate(facts),
    ...ofOpening(facts),
    ...heartbeatDisclosures(facts.profile, destination, facts.digest).map(({ what }) => what),
  ].map((what): Wanted => ({ to: destination.to, what }));
  return [...here, ...ofProxy(facts)];
}

/** Of what is sent unasked, in a question, in UTF-16 units. */
const longestSaid = 200;

type Going = Pick<DisclosureFacts, 'profile' | 'destination'>;

function authorOf({ profile }: DisclosureFacts, key: SettingKey): Origin {
  return profile.explicit.get(key) ?? 'user';
}

/** Whether the user's settings for all connections would be sent to a destination of a workspace. */
function isLent({ profile, destination }: Going, key: SettingKey): boolean {
  return destination.isForeign && profile.explicit.get(key) === 'user';
}

function referenced(
  { destination, source }: DisclosureFacts,
  texts: readonly string[],
  author: Origin,
): readonly Disclosure[] {
  const templates = texts.map(text => template(text, author));
  return referencedBy(templates, source.named, destination.isForeign);
}

/** The user's own URL may hold what only its own host was to see, in its path or as a login. */
function ofUrl({ url, destination, profile }: DisclosureFacts): readonly Disclosure[] {
  const { isForeign } = destination;
  const own: readonly Disclosure[] =
    isForeign && profile.scope === 'user'
      ? [{ kind: 'url', name: parseEndpointTemplate(profile.url).display }]
      : [];
  return [...own, ...url.flatMap(need => disclosureOf(need, isForeign) ?? [])];
}

function ofHeaders(facts: DisclosureFacts): readonly Disclosure[] {
  const { headers, subprotocols } = facts.profile.values;
  const hasToken = secretSubprotocols(subprotocols).some(name => referencesIn(name).length === 0);
  const lent = [
    ...(isLent(facts, 'headers') ? Object.keys(headers) : []),
    ...(hasToken && isLent(facts, 'subprotocols') ? ['Sec-WebSocket-Protocol'] : []),
  ];
  return [
    ...lent.map((name): Disclosure => ({ kind: 'header', name })),
    ...referenced(facts, Object.values(headers), authorOf(facts, 'headers')),
    ...referenced(facts, subprotocols, authorOf(facts, 'subprotocols')),
  ];
}

function ofLogin(facts: DisclosureFacts): readonly Disclosure[] {
  const { auth } = facts.profile.values;
  const author = authorOf(facts, 'auth');
  const references = referenced(facts, textsOfAuth(auth), author);
  if (auth.type === 'command') {
    const { destination, source } = facts;
    const program = shownProgram(auth.command, author, source);
    const isAsked =
      destination.isForeign || author === 'workspace' || isChosenByWorkspace(program.needs);
    return isAsked ? [{ kind: 'program', name: program.line }, ...references] : references;
  }
  const isAsked = auth.type !== undefined && isLent(facts, 'auth');
  return isAsked ? [{ kind: 'login', name: auth.type }, ...references] : references;
}

/** Includes the files that a workspace names if they are not its own. */
function ofCertificate(facts: DisclosureFacts): readonly Disclosure[] {
  const { values } = facts.profile;
  const keys = ['tls.cert', 'tls.key'] as const;
  const files = keys.flatMap((key): readonly Disclosure[] => {
    const written = values[key];
    const path = shownText(written, facts.source);
    const needs = neededBy(template(written, authorOf(facts, key)), facts.source.named);
    const isForeignPath =
      (authorOf(facts, key) === 'workspace' && !isRelative(written)) || isChosenByWorkspace(needs);
    return path !== '' && (isLent(facts, key) || isForeignPath)
      ? [{ kind: 'certificate', name: path }]
      : [];
  });
  const all = [...keys, 'tls.ca', 'tls.passphrase'] as const;
  return [...files, ...all.flatMap(key => referenced(facts, [values[key]], authorOf(facts, key)))];
}

/** Below the folder, whatever the names on the way are; what a reference stands for is not known. */
export function isRelative(path: string): boolean {
  return !/^([\\/~]|[a-z]:)|\.\.|\$\{/i.test(path);
}

/** The proxy's own data is sent to the proxy, not to the URL. */
function ofProxy(facts: DisclosureFacts): readonly Wanted[] {
  const { profile, source, destination } = facts;
  const { proxy } = profile.values;
  if (proxy === '') {
    return [];
  }
  const author = authorOf(facts, 'proxy');
  const texts = [template(proxy, author)];
  const { to, isForeign } = proxyDestinationOf(profile, source);
  const lent: Wanted[] =
    isLent(facts, 'proxy') && hasLogin(proxy)
      ? [{ to: destination.to, what: { kind: 'proxyLogin', name: to } }]
      : [];
  const references = referencedBy(texts, source.named, isForeign);
  return [...lent, ...references.map(what => ({ to, what }))];
}

function hasLogin(proxy: string): boolean {
  return proxy.includes('@') || proxy.includes('${');
}

/**
 * What is sent on opening where one of user and workspace wrote it and the other has a say in where it
 * goes, or is who is signed in there. To a place of its own choice a workspace may say what it likes.
 */
export function openingDisclosures(
  profile: Profile,
  destination: Destination,
  digest: Digest,
): readonly Wanted[] {
  const { to } = destination;
  const written = profile.values.onOpen.filter(message => sequenceOf(message) === undefined);
  if (written.length === 0) {
    return [];
  }
  if (isLent({ profile, destination }, 'onOpen')) {
    return [{ to, what: { kind: 'opening', name: String(written.length) } }];
  }
  return isSaidForUser({ profile, destination }, 'onOpen')
    ? [{ to, what: said('opening', written.map(textOf).join(', '), digest) }]
    : [];
}

/** The same for the heartbeat message. */
export function heartbeatDisclosures(
  profile: Profile,
  destination: Destination,
  digest: Digest,
): readonly Wanted[] {
  const key = 'heartbeat.message';
  const { to } = destination;
  const text = profile.values[key];
  if (text === '') {
    return [];
  }
  if (isLent({ profile, destination }, key)) {
    return [{ to, what: { kind: 'heartbeat', name: key } }];
  }
  return isSaidForUser({ profile, destination }, key)
    ? [{ to, what: said('heartbeat', text, digest) }]
    : [];
}

/** Whether a workspace sends something to a peer that the user chose, or with the user's login. */
function isSaidForUser(facts: Going, key: SettingKey): boolean {
  const { profile } = facts;
  if (profile.explicit.get(key) !== 'workspace') {
    return false;
  }
  const { headers, auth, 'tls.cert': certificate } = profile.values;
  return (
    profile.scope === 'user' ||
    (isLent(facts, 'headers') && Object.keys(headers).length > 0) ||
    (isLent(facts, 'auth') && auth.type !== undefined) ||
    (isLent(facts, 'tls.cert') && certificate !== '')
  );
}

function said(kind: 'opening' | 'heartbeat', text: string, digest: Digest): Disclosure {
  const name = text.length > longestSaid ? `${text.slice(0, longestSaid)}…` : text;
  return { kind, name, digest: digest(text) };
}

function ofOpening(facts: DisclosureFacts): readonly Disclosure[] {
  const { profile, destination, source, itemOf, digest } = facts;
  const { onOpen } = profile.values;
  const { isForeign } = destination;
  // As `connectionOptions` has it.
  const author = stricterOf(profile.scope, authorOf(facts, 'onOpen'));
  const written = onOpen.filter(message => sequenceOf(message) === undefined);
  const opening = openingDisclosures(profile, destination, digest).map(({ what }) => what);
  const items = onOpen.flatMap(message => {
    const path = sequenceOf(message);
    const found = path === undefined ? undefined : itemOf(path, author);
    return found ? messageDisclosures([found], { named: source.named, isForeign, digest }) : [];
  });
  return [...opening, ...referenced(facts, written.map(textOf), author), ...items];
}

function sequenceOf(message: MessageSetting): string | undefined {
  return typeof message === 'object' && 'sequence' in message ? message.sequence : undefined;
}

/** All that is written in it: a name that is no reference does no harm. */
function textOf(message: MessageSetting): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
