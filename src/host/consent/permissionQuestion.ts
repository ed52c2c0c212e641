import { l10n, workspace } from 'vscode';
import {
  type Disclosure,
  type DisclosureKind,
  disclosureKinds,
  type Wanted,
} from '../../core/consent/disclosure.ts';
import type { Sentence } from '../ui/notify.ts';
import { confirm } from '../ui/prompts.ts';

/** What the permissions are needed for. */
export type Purpose =
  | { readonly kind: 'connect'; readonly name: string; readonly to: string }
  | {
      readonly kind: 'send';
      /** The name of the connection. */
      readonly name: string;
      /** The path of a saved message or sequence; absent for a message that the user wrote. */
      readonly path?: string;
      readonly to: string;
      /** The messages as they were written, to be shown. */
      readonly contents: readonly string[];
      /** All saved messages of the workspace, which can be allowed at once. */
      readonly everything?: { readonly count: number; readonly wanted: readonly Wanted[] };
    };

const maxContents = 8;

/**
 * Asks whether a workspace may use all of this.
 *
 * @returns what is allowed
 * @throws CancellationError if the user allows nothing
 */
export async function askForPermission(
  purpose: Purpose,
  wanted: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const allow = l10n.t('Allow');
  const everything = purpose.kind === 'send' ? purpose.everything : undefined;
  const all =
    everything && everything.count > 1
      ? l10n.t('Allow All {0} Messages as They Are', everything.count)
      : undefined;
  const unnamed = wanted.filter(({ what }) => !isNamedBy(purpose, what));
  const detail = [
    contentLines(purpose),
    linesOf(purpose.to, unnamed),
    everything && all !== undefined ? everythingLines(purpose.to, everything) : [],
    [
      l10n.t(
        'You will be asked again if any of this changes. Run "Manage Permissions…" to see and revoke permissions.',
      ),
    ],
  ]
    .filter(lines => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
  const choices = all === undefined ? [allow] : [allow, all];
  const answer = await confirm(questionOf(purpose), detail, ...choices);
  return answer === all && everything ? [...everything.wanted, ...wanted] : wanted;
}

function questionOf(purpose: Purpose): Sentence {
  const name = workspace.name ?? '';
  if (purpose.kind === 'connect') {
    return [
      l10n.t('The workspace "{0}" wants to connect "{1}" to {2} and use the following.'),
      name,
      purpose.name,
      purpose.to,
    ];
  }
  return purpose.path === undefined
    ? [
        l10n.t('The workspace "{0}" contributes to this message to "{1}" at {2}. Send it?'),
        name,
        purpose.name,
        purpose.to,
      ]
    : [
        l10n.t('The workspace "{0}" wants to send "{1}" to "{2}" at {3}.'),
        name,
        purpose.path,
        purpose.name,
        purpose.to,
      ];
}

/** Whether the question itself names the message. */
function isNamedBy(purpose: Purpose, { kind, name }: Disclosure): boolean {
  return purpose.kind === 'send' && kind === 'message' && name === purpose.path;
}

function contentLines(purpose: Purpose): readonly Sentence[] {
  if (purpose.kind === 'connect' || purpose.contents.length === 0) {
    return [];
  }
  const { contents } = purpose;
  const more = contents.length - maxContents;
  return [
    l10n.t('As it is written:'),
    ...contents.slice(0, maxContents).map(text => ['    {0}', text] as const),
    ...(more > 0 ? [l10n.t('    and {0} more', more)] : []),
  ];
}

/** A line for each kind, grouped by destination if there are several. */
export function linesOf(to: string, wanted: readonly Wanted[]): readonly Sentence[] {
  const places = [to, ...new Set(wanted.map(each => each.to).filter(each => each !== to))];
  return places.flatMap(place => {
    const own = wanted.filter(each => each.to === place).map(({ what }) => what);
    const lines = disclosureKinds.flatMap(kind => lineOf(kind, own));
    const head = place === to || lines.length === 0 ? [] : [[l10n.t('To {0}:'), place] as const];
    return [...head, ...lines];
  });
}

function everythingLines(
  to: string,
  { count, wanted }: { readonly count: number; readonly wanted: readonly Wanted[] },
): readonly Sentence[] {
  const used = wanted.filter(({ what }) => what.kind !== 'message');
  return used.length === 0
    ? [
        l10n.t(
          'All {0} messages and sequences of the workspace use no secrets and no environment variables.',
          count,
        ),
      ]
    : [l10n.t('All {0} messages and sequences of the workspace use:', count), ...linesOf(to, used)];
}

function lineOf(kind: DisclosureKind, all: readonly Disclosure[]): readonly Sentence[] {
  const names = [...new Set(all.filter(each => each.kind === kind).map(({ name }) => name))];
  if (names.length === 0) {
    return [];
  }
  // A command line may have commas.
  const lists = kind === 'program' ? names : [names.join(', ')];
  return lists.map(name => disclosureLabel({ kind, name }));
}

/** The label of a disclosure, or of a list of one kind. */
export function disclosureLabel({ kind, name }: Disclosure): Sentence {
  switch (kind) {
    case 'url':
      return [l10n.t('Everything in your own URL: {0}'), name];
    case 'program':
      return [l10n.t('Program that runs on this machine: {0}'), name];
    case 'secret':
      return [l10n.t('Secret: {0}'), name];
    case 'env':
      return [l10n.t('Environment variable: {0}'), name];
    case 'variable':
      return [l10n.t('Variable of your own environment: {0}'), name];
    case 'login':
      return [l10n.t('Your own sign-in (auth): {0}'), name];
    case 'certificate':
      return [l10n.t('Client certificate: {0}'), name];
    case 'proxyLogin':
      return [l10n.t('Your own login at the proxy: {0}'), name];
    case 'header':
      return [l10n.t('Your own header: {0}'), name];
    case 'opening':
      return [l10n.t('Messages that are sent on opening: {0}'), name];
    case 'heartbeat':
      return [l10n.t('Message that is sent periodically (heartbeat): {0}'), name];
    case 'message':
      return [l10n.t('Saved message or sequence: {0}'), name];
  }
}
