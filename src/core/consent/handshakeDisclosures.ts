import { secretSubprotocols } from '../connection/redaction.ts';
import type { Runnable } from '../library/library.ts';
import { textsOfAuth } from '../settings/login.ts';
import type { Profile } from '../settings/profile.ts';
import type { SettingKey } from '../settings/settingsTable.ts';
import type { MessageSetting } from '../settings/setting.ts';
import type { Needs } from '../variables/needs.ts';
import type { VariableSource } from '../variables/resolve.ts';
import { referencesIn } from '../variables/template.ts';
import { stricterOf, template, type Origin } from '../variables/value.ts';
import { isChosenByWorkspace, proxyPlaceOf, type Destination } from './destination.ts';
import { referencedBy, type Disclosure, type Wanted } from './disclosure.ts';
import { messageDisclosures, type Digest } from './messageDisclosures.ts';
import { shownProgram } from './shownProgram.ts';

export interface HandshakeFacts {
  readonly profile: Profile;
  readonly destination: Destination;
  /** What went into the URL. */
  readonly url: Needs;
  readonly source: Pick<VariableSource, 'named' | 'env' | 'workspaceFolder'>;
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
export function handshakeDisclosures(facts: HandshakeFacts): readonly Wanted[] {
  const { destination } = facts;
  const here = [
    ...ofUrl(facts),
    ...ofHeaders(facts),
    ...ofLogin(facts),
    ...ofCertificate(facts),
    ...ofOpening(facts),
  ].map((what): Wanted => ({ to: destination.to, what }));
  return [...here, ...ofProxy(facts)];
}

function authorOf({ profile }: HandshakeFacts, key: SettingKey): Origin {
  return profile.explicit.get(key) ?? 'user';
}

/** Whether what the user set for all connections would go where a workspace wants it. */
function isLent({ profile, destination }: HandshakeFacts, key: SettingKey): boolean {
  return destination.isForeign && profile.explicit.get(key) === 'user';
}

function referenced(
  { destination, source }: HandshakeFacts,
  texts: readonly string[],
  author: Origin,
): readonly Disclosure[] {
  const templates = texts.map(text => template(text, author));
  return referencedBy(templates, source.named, destination.isForeign);
}

function ofUrl({ url, destination }: HandshakeFacts): readonly Disclosure[] {
  return url.flatMap(({ kind, argument: name, origin }) => {
    const isAsked = destination.isForeign || origin === 'workspace';
    return isAsked && (kind === 'secret' || kind === 'env') ? [{ kind, name }] : [];
  });
}

function ofHeaders(facts: HandshakeFacts): readonly Disclosure[] {
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

function ofLogin(facts: HandshakeFacts): readonly Disclosure[] {
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

/** Also the files that a workspace names, where they are not its own. */
function ofCertificate(facts: HandshakeFacts): readonly Disclosure[] {
  const { values } = facts.profile;
  const keys = ['tls.cert', 'tls.key'] as const;
  const files = keys.flatMap((key): readonly Disclosure[] => {
    const path = values[key];
    const isForeignPath = authorOf(facts, key) === 'workspace' && !isRelative(path);
    return path !== '' && (isLent(facts, key) || isForeignPath)
      ? [{ kind: 'certificate', name: path }]
      : [];
  });
  const all = [...keys, 'tls.ca', 'tls.passphrase'] as const;
  return [...files, ...all.flatMap(key => referenced(facts, [values[key]], authorOf(facts, key)))];
}

/** Below the folder, whatever the names on the way are; what a reference stands for is not known. */
function isRelative(path: string): boolean {
  return !/^([\\/~]|[a-z]:)|\.\.|\$\{/i.test(path);
}

/** What goes to the proxy goes there, and not to where the URL leads. */
function ofProxy(facts: HandshakeFacts): readonly Wanted[] {
  const { profile, source, destination } = facts;
  const { proxy } = profile.values;
  if (proxy === '') {
    return [];
  }
  const author = authorOf(facts, 'proxy');
  const texts = [template(proxy, author)];
  const lent: Wanted[] =
    isLent(facts, 'proxy') && hasLogin(proxy)
      ? [{ to: destination.to, what: { kind: 'proxyLogin', name: proxyPlaceOf(proxy) } }]
      : [];
  const references = referencedBy(texts, source.named, author === 'workspace');
  return [...lent, ...references.map(what => ({ to: proxyPlaceOf(proxy), what }))];
}

function hasLogin(proxy: string): boolean {
  return proxy.includes('@') || proxy.includes('${');
}

/**
 * What is sent on opening where one of user and workspace wrote it and the other chose the place. To a
 * place of its own choice a workspace may say what it likes.
 */
export function openingDisclosures(
  { values, explicit }: Profile,
  { to, isForeign }: Destination,
  digest: Digest,
): readonly Wanted[] {
  const author = explicit.get('onOpen');
  const written = values.onOpen.filter(message => sequenceOf(message) === undefined);
  const isAsked = author !== undefined && isForeign === (author === 'user');
  if (!isAsked || written.length === 0) {
    return [];
  }
  const name = String(written.length);
  const content = author === 'workspace' ? { digest: digest(JSON.stringify(written)) } : {};
  return [{ to, what: { kind: 'opening', name, ...content } }];
}

function ofOpening(facts: HandshakeFacts): readonly Disclosure[] {
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
