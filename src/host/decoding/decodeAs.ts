import { l10n, QuickPickItemKind, ThemeIcon } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { DecodeRule } from '../../core/decode/decodeRule.ts';
import { decoderNames, titleOfDecoder } from '../../core/decode/registry/decoderNames.ts';
import { isObject } from '../../core/json/json.ts';
import type { Formats } from '../../core/base/format.ts';
import { sourceLabel, type Source, type Sources } from '../captures/sources.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
import { nameOf, type DecoderChoices } from './decoderChoices.ts';

export interface DecodeAsParts {
  readonly sources: Sources;
  readonly choices: DecoderChoices;
  readonly formats: Formats;
  /** The source and the message that the user looks at. */
  readonly current: () => { readonly source: Source; readonly seq?: number } | undefined;
  /** Writes a rule before the others of the setting `decoders`. */
  readonly keepRule: (rule: object) => Promise<void>;
}

/** What a choice does; `undefined`: as the settings say, or else by what the messages look like. */
type Use = readonly string[] | undefined;

/**
 * Asks how the messages of a source are to be decoded, and for how long.
 *
 * @param target `{ connection, seq }` of the page; absent: what the user looks at
 * @throws UserError if there is nothing to decode; CancellationError if the user cancels
 */
export async function decodeAs(parts: DecodeAsParts, target?: unknown): Promise<void> {
  const { source, seq } = subjectOf(parts, target);
  const { choices, formats } = parts;
  const readers = seq === undefined ? [] : await source.capture.readers(seq);
  const { use } = await pickOne(offered(readers), {
    title: [l10n.t('WebSocket Monitor: Decode the Messages of {0}'), sourceLabel(source, formats)],
    placeHolder: l10n.t('Select what the messages are'),
    matchOnDescription: true,
  });
  if (!use) {
    choices.choose(source, undefined);
    return;
  }
  const { keep } = await pickOne(places(source, use), {
    title: [l10n.t('WebSocket Monitor: Decode as {0}'), titleOf(use)],
    placeHolder: l10n.t('Select for how long'),
  });
  choices.choose(source, { scope: 'user', rule: { use } });
  if (keep) {
    await parts.keepRule({ ...keep, use: use.length === 0 ? 'off' : use });
  }
}

function subjectOf(
  { sources, current }: DecodeAsParts,
  target: unknown,
): { readonly source: Source; readonly seq?: number } {
  if (isObject(target) && typeof target['connection'] === 'string') {
    const { connection, seq } = target;
    const source = sources.get(connection);
    return typeof seq === 'number' ? { source, seq } : { source };
  }
  const found = current();
  if (!found) {
    throw new UserError(l10n.t('There are no messages to decode. Connect first.'));
  }
  return found;
}

function offered(readers: readonly string[]): readonly (Choice & { readonly use: Use })[] {
  const choiceOf = (name: string, icon: string) => ({
    label: titleOfDecoder(name),
    description: [name, decoderNames.find(each => each.name === name)?.about].join(' – '),
    use: [name],
    iconPath: new ThemeIcon(icon),
  });
  const others = decoderNames.map(({ name }) => name).filter(name => !readers.includes(name));
  const separator = (label: string) => ({ label, kind: QuickPickItemKind.Separator, use: [] });
  return [
    {
      label: l10n.t('Automatic'),
      description: l10n.t('as the settings say, or else by what the messages look like'),
      iconPath: new ThemeIcon('wand'),
      use: undefined,
    },
    {
      label: l10n.t('Raw'),
      description: l10n.t('as they came'),
      iconPath: new ThemeIcon('circle-slash'),
      use: [],
    },
    ...(readers.length > 0
      ? [
          separator(l10n.t('Can read this message')),
          ...readers.map(name => choiceOf(name, 'check')),
        ]
      : []),
    separator(readers.length > 0 ? l10n.t('Others') : l10n.t('Decoders')),
    ...others.map(name => choiceOf(name, 'blank')),
  ];
}

interface Place extends Choice {
  /** What the rule of the setting is for; absent: until the window is closed. */
  readonly keep?: Omit<DecodeRule, 'use'> & { readonly connection?: string };
}

function places(source: Source, use: readonly string[]): readonly Place[] {
  const name = nameOf(source);
  const { url, subprotocol } = factsOf(source);
  const icon = new ThemeIcon('settings-gear');
  const rule = (keep: NonNullable<Place['keep']>) => ({
    description: JSON.stringify({ ...keep, use: use.length === 0 ? 'off' : use }),
    iconPath: icon,
    keep,
  });
  return [
    {
      label: l10n.t('For now'),
      description: l10n.t('until the window is closed'),
      iconPath: new ThemeIcon('watch'),
    },
    { label: l10n.t('Always for this connection'), ...rule({ connection: name }) },
    ...(url === '' ? [] : [{ label: l10n.t('Always for this URL'), ...rule({ url }) }]),
    ...(subprotocol === ''
      ? []
      : [{ label: l10n.t('Always for this subprotocol'), ...rule({ subprotocol }) }]),
  ];
}

/** The URL without its query, which may hold what differs from time to time. */
function factsOf(source: Source): { readonly url: string; readonly subprotocol: string } {
  switch (source.kind) {
    case 'connection': {
      const { connection } = source.monitored;
      const { state, options } = connection;
      const subprotocol = state.kind === 'open' ? state.subprotocol : '';
      return { url: pattern(options.endpoint.display), subprotocol };
    }
    case 'slot':
      return { url: '', subprotocol: '' };
    case 'capture':
      return { url: pattern(source.archived.url), subprotocol: '' };
  }
}

function pattern(url: string): string {
  return url === '' ? '' : `${url.replace(/[?#].*$/, '')}*`;
}

function titleOf(use: readonly string[]): string {
  return use.length === 0 ? l10n.t('Raw') : use.map(titleOfDecoder).join(', ');
}
