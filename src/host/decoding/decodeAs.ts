import { l10n, ThemeIcon } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { DecodeRule, DecodeStep } from '../../core/decode/decodeRule.ts';
import { isDecoderName, titleOfDecoder } from '../../core/decode/registry/decoderNames.ts';
import type { ProtobufUse } from '../../core/decode/registry/protobufUse.ts';
import { rulesFor } from '../../core/decode/registry/rules.ts';
import { matchesUrl } from '../../core/decode/registry/urlPattern.ts';
import { isObject } from '../../core/json/json.ts';
import type { Formats } from '../../core/base/format.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { sourceLabel, type Source, type Sources } from '../captures/sources.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
import { decoderChoice, otherDecoders, separator } from './decoderChoice.ts';
import { nameOf, type DecoderChoices } from './decoderChoices.ts';
import {
  askForSchema,
  openSkeleton,
  protobufBytes,
  suggestedTypes,
  type ProtobufChoice,
  type ProtobufChoiceParts,
} from './protobufChoices.ts';
import { askForField } from './fieldChoices.ts';
import { newDecoder, subjectAround, type NewDecoderParts } from './newDecoder.ts';
import { protobufOf, type ScopedRule } from './protobufSteps.ts';
import type { ContributedDecoders } from './scripts/contributedDecoders.ts';
import { contributedChoices, scriptChoices, type ScriptChoice } from './scripts/scriptChoices.ts';

export interface DecodeAsParts extends NewDecoderParts {
  readonly sources: Sources;
  readonly choices: DecoderChoices;
  readonly contributed: Pick<ContributedDecoders, 'all'>;
  readonly formats: Formats;
  /** The source and the message that the user looks at. */
  readonly current: () => { readonly source: Source; readonly seq?: number } | undefined;
  readonly protobuf: ProtobufChoiceParts;
}

/** How messages are to be decoded, and where a rule for it belongs. */
interface Chosen {
  readonly scope: SettingsScope;
  /** Empty: as they came. */
  readonly use: readonly DecodeStep[];
  readonly title: string;
}

interface Offered extends Choice {
  /** `automatic`: as the settings say, or else by what the messages look like. */
  readonly chosen?: Chosen | 'automatic';
  /** Asks for more of Protobuf. */
  readonly ask?: () => Promise<Chosen>;
  /** Whether what it asks for is in such a use of Protobuf. */
  readonly isIn?: (use: ProtobufUse) => boolean;
  /** What is done in place of decoding otherwise. */
  readonly instead?: () => Promise<void>;
}

/**
 * Asks how the messages of a source are to be decoded, and for how long.
 *
 * @param target `{ connection, seq, offer }` of the page; absent: what the user looks at
 * @throws UserError if there is nothing to decode; CancellationError if the user cancels
 */
export async function decodeAs(parts: DecodeAsParts, target?: unknown): Promise<void> {
  const { source, seq } = subjectOf(parts, target);
  const { choices, formats } = parts;
  const present = choices.chosenFor(source);
  const offers = [...likely(target), ...(await offered(parts, source, seq, present))];
  const { chosen, ask, instead } = await pickOne(withPresent(offers, present), {
    title: [l10n.t('WebSocket Monitor: Decode the Messages of {0}'), sourceLabel(source, formats)],
    placeHolder: l10n.t('Select what the messages are'),
    matchOnDescription: true,
  });
  if (instead) {
    await instead();
    return;
  }
  const answer = chosen ?? (await ask?.());
  if (!answer || answer === 'automatic') {
    choices.choose(source, undefined);
    return;
  }
  const { scope, use, title } = answer;
  const { keep } = await pickOne(places(source, use), {
    title: [l10n.t('WebSocket Monitor: Decode as {0}'), title],
    placeHolder: l10n.t('Select for how long'),
  });
  choices.choose(source, { scope, rule: { use } });
  if (keep) {
    await parts.keepRule({ ...keep, use: written(use) }, scope);
  }
}

/** What the messages look like, where that is only offered. */
function likely(target: unknown): readonly Offered[] {
  const names: unknown = isObject(target) ? target['offer'] : undefined;
  const isKnown = (name: unknown): name is string =>
    typeof name === 'string' && isDecoderName(name);
  if (!Array.isArray(names) || names.length === 0 || !names.every(isKnown)) {
    return [];
  }
  const title = titleOfChain(names);
  return [
    {
      label: title,
      description: l10n.t('what the messages look like'),
      iconPath: new ThemeIcon('lightbulb'),
      chosen: { scope: 'user', use: names, title },
    },
  ];
}

function titleOfChain(use: readonly DecodeStep[]): string {
  const names = use.flatMap(step =>
    typeof step === 'string' ? step : Object.keys(step).slice(0, 1),
  );
  return names.map(titleOfDecoder).join(', ');
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

async function offered(
  parts: DecodeAsParts,
  source: Source,
  seq: number | undefined,
  present: ScopedRule | undefined,
): Promise<readonly Offered[]> {
  const { protobuf, contributed } = parts;
  const { capture } = source;
  const own = [
    ...(await scriptChoices([...protobuf.rules.written, ...(present ? [present] : [])])),
    ...contributedChoices(contributed),
  ];
  const readers = seq === undefined ? [] : await capture.readers(seq);
  const raw = rawUse(parts, source);
  const bytes =
    seq !== undefined && (raw.prefix !== undefined || readers.includes('protobuf-raw'))
      ? await protobufBytes(capture, seq)
      : undefined;
  const types = bytes ? suggestedTypes(protobuf, bytes) : [];
  const choiceOf = (name: string, icon: 'eye' | 'blank'): Offered => ({
    ...decoderChoice(name, icon),
    chosen: { scope: 'user', use: [name], title: titleOfDecoder(name) },
  });
  return [
    {
      label: l10n.t('Automatic'),
      description: l10n.t('as the settings say, or else by what the messages look like'),
      iconPath: new ThemeIcon('wand'),
      chosen: 'automatic',
    },
    {
      label: l10n.t('Raw'),
      description: l10n.t('as they came'),
      iconPath: new ThemeIcon('circle-slash'),
      chosen: { scope: 'user', use: [], title: l10n.t('Raw') },
    },
    ...(types.length > 0
      ? [
          separator(l10n.t('Protobuf types that fit this message')),
          ...types.map(type => ({ ...type, chosen: chosenType(type) })),
        ]
      : []),
    ...(readers.length > 0
      ? [separator(l10n.t('Can read this message')), ...readers.map(name => choiceOf(name, 'eye'))]
      : []),
    ...(own.length > 0
      ? [
          separator(l10n.t('Your own, and of extensions')),
          ...own.map(each => ({ ...each, chosen: chosenScript(each) })),
        ]
      : []),
    separator(readers.length > 0 ? l10n.t('Others') : l10n.t('Decoders')),
    {
      label: l10n.t('Protobuf with a Schema…'),
      description: l10n.t('by a .proto file or a set of descriptors'),
      iconPath: new ThemeIcon('symbol-structure'),
      ask: async () => chosenType(await askForSchema(protobuf, bytes)),
      isIn: ({ schema }) => schema !== undefined,
    },
    ...(bytes && seq !== undefined
      ? [
          {
            label: l10n.t('Read a Field Otherwise…'),
            description: l10n.t('Protobuf without schema: text, bytes, a message or other numbers'),
            iconPath: new ThemeIcon('edit'),
            ask: async () => chosenType(await askForField(bytes, raw)),
            isIn: ({ schema, fields }: ProtobufUse) => schema === undefined && fields !== undefined,
          },
          {
            label: l10n.t('Write Its Fields as .proto…'),
            description: l10n.t('a schema to go on with, of this message and those around it'),
            iconPath: new ThemeIcon('new-file'),
            instead: () => openSkeleton(capture, seq, raw),
          },
        ]
      : []),
    ...otherDecoders(readers).map(name => choiceOf(name, 'blank')),
    {
      label: l10n.t('New Decoder…'),
      description: l10n.t('a file with JavaScript or TypeScript that says what the messages are'),
      iconPath: new ThemeIcon('new-file'),
      instead: async () => newDecoder(parts, await subjectAround(source, seq)),
    },
  ];
}

/** Marks the present choice, which comes first where it is none of the others, as a chain. */
function withPresent(
  offers: readonly Offered[],
  present: ScopedRule | undefined,
): readonly Offered[] {
  const isChosen = ({ chosen }: Offered) =>
    chosen === 'automatic' ? !present : chosen && present && isSame(chosen, present);
  if (!present || offers.some(isChosen)) {
    return offers.map(offer => (isChosen(offer) ? marked(offer) : offer));
  }
  const { scope, rule } = present;
  const uses = rule.use.flatMap(step => protobufOf(step) ?? []);
  const hasAsked = ({ isIn }: Offered) => isIn !== undefined && uses.some(isIn);
  if (offers.some(hasAsked)) {
    return offers.map(offer => (hasAsked(offer) ? marked(offer) : offer));
  }
  const title = titleOfChain(rule.use);
  const description = JSON.stringify(written(rule.use));
  const chosen = { scope, use: rule.use, title };
  return [marked({ label: title, description, chosen }), ...offers];
}

function marked(offer: Offered): Offered {
  const { description = '' } = offer;
  return {
    ...offer,
    description: l10n.t('chosen now – {0}', description),
    iconPath: new ThemeIcon('check'),
  };
}

function isSame({ scope, use }: Chosen, { scope: other, rule }: ScopedRule): boolean {
  return scope === other && JSON.stringify(use) === JSON.stringify(rule.use);
}

/** How Protobuf of a source is read without a schema now. */
function rawUse({ choices, protobuf }: DecodeAsParts, source: Source): ProtobufUse {
  const { url } = factsOf(source);
  const chosen = choices.chosenFor(source)?.rule;
  const written = protobuf.rules.written.map(({ rule }) => rule);
  const rules = chosen
    ? [chosen]
    : rulesFor(nameOf(source), written).filter(each => !each.url || matchesUrl(each.url, url));
  const uses = rules.flatMap(({ use }) => use.flatMap(step => protobufOf(step) ?? []));
  return uses.find(({ schema }) => schema === undefined) ?? {};
}

function chosenScript({ label, scope, use }: ScriptChoice): Chosen {
  return { scope, use, title: label };
}

function chosenType({ label, scope, protobuf }: ProtobufChoice): Chosen {
  return { scope, use: [{ protobuf }], title: label };
}

/** As people write it. */
function written(use: readonly DecodeStep[]): unknown {
  return use.length === 0
    ? 'off'
    : use.map(step => {
        const protobuf = protobufOf(step);
        const [file, ...more] = protobuf?.schema ?? [];
        return file !== undefined && more.length === 0
          ? { protobuf: { ...protobuf, schema: file } }
          : step;
      });
}

interface Place extends Choice {
  /** What the rule of the setting is for; absent: until the window is closed. */
  readonly keep?: Omit<DecodeRule, 'use'> & { readonly connection?: string };
}

function places(source: Source, use: readonly DecodeStep[]): readonly Place[] {
  const name = nameOf(source);
  const { url: whole, subprotocol } = factsOf(source);
  const url = pattern(whole);
  const icon = new ThemeIcon('settings-gear');
  const rule = (keep: NonNullable<Place['keep']>) => ({
    description: JSON.stringify({ ...keep, use: written(use) }),
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

function factsOf(source: Source): { readonly url: string; readonly subprotocol: string } {
  switch (source.kind) {
    case 'connection': {
      const { connection } = source.monitored;
      const { state, options } = connection;
      const subprotocol = state.kind === 'open' ? state.subprotocol : '';
      return { url: options.endpoint.display, subprotocol };
    }
    case 'slot':
      return { url: '', subprotocol: '' };
    case 'capture':
      return { url: source.archived.url, subprotocol: '' };
  }
}

/** The URL without its query, which may hold what differs from time to time. */
function pattern(url: string): string {
  return url === '' ? '' : `${url.replace(/[?#].*$/, '')}*`;
}
