import { l10n, ThemeIcon } from 'vscode';
import type { Capture } from '../../core/capture/capture.ts';
import type { DecodeRule, DecodeStep } from '../../core/decode/decodeRule.ts';
import { titleOfDecoder } from '../../core/decode/registry/decoderNames.ts';
import type { SelectedBytes } from '../../core/decode/rowDecoding.ts';
import type { SelectionAnswer } from '../../shared/monitorProtocol.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
import { decoderChoice, otherDecoders, separator } from './decoderChoice.ts';
import {
  askForSchema,
  suggestedTypes,
  type ProtobufChoice,
  type ProtobufChoiceParts,
} from './protobufChoices.ts';
import type { ScopedRule } from './protobufSteps.ts';

export interface DecodeSelectionParts {
  readonly protobuf: ProtobufChoiceParts;
  /** A rule with the schemas that it names, once they have been read. */
  readonly withSchemas: (rule: ScopedRule) => Promise<DecodeRule>;
}

interface Offered extends Choice {
  readonly choose?: () => Chosen | Promise<Chosen>;
}

interface Chosen {
  readonly title: string;
  readonly use: readonly DecodeStep[];
}

/**
 * Asks what bytes of a message are, those decoders first that read them to their end, and has them decoded.
 *
 * @throws CancellationError if the user cancels
 */
export async function decodeSelection(
  parts: DecodeSelectionParts,
  capture: Pick<Capture, 'selectionReaders' | 'decodeSelection'>,
  selection: SelectedBytes,
): Promise<SelectionAnswer> {
  const readers = await capture.selectionReaders(selection);
  const { choose } = await pickOne(offered(parts, readers, selection.bytes), {
    title: l10n.t('WebSocket Monitor: Decode {0} bytes', selection.bytes.length),
    placeHolder:
      readers.length > 0
        ? l10n.t('Select what they are')
        : l10n.t('No decoder reads them to their end. Select one to see how far it comes.'),
    matchOnDescription: true,
  });
  const { title = '', use = [] } = (await choose?.()) ?? {};
  const decoded = await capture.decodeSelection(selection, use);
  return { title, ...(decoded && { decoded }) };
}

function offered(
  parts: DecodeSelectionParts,
  readers: readonly string[],
  bytes: Uint8Array,
): readonly Offered[] {
  const { protobuf, withSchemas } = parts;
  const types = readers.includes('protobuf-raw') ? suggestedTypes(protobuf, bytes) : [];
  const chosenType = async ({ label, scope, protobuf: use }: ProtobufChoice): Promise<Chosen> => {
    const rule = await withSchemas({ scope, rule: { use: [{ protobuf: use }] } });
    return { title: label, use: rule.use };
  };
  const choiceOf = (name: string, icon: 'eye' | 'blank'): Offered => ({
    ...decoderChoice(name, icon),
    choose: () => ({ title: titleOfDecoder(name), use: [name] }),
  });
  return [
    ...(types.length > 0
      ? [
          separator(l10n.t('Protobuf types that fit')),
          ...types.map(type => ({ ...type, choose: () => chosenType(type) })),
        ]
      : []),
    ...(readers.length > 0
      ? [
          separator(l10n.t('Can read them to the end')),
          ...readers.map(name => choiceOf(name, 'eye')),
        ]
      : []),
    separator(readers.length > 0 ? l10n.t('Others') : l10n.t('Decoders')),
    {
      label: l10n.t('Protobuf with a Schema…'),
      description: l10n.t('by a .proto file or a set of descriptors'),
      iconPath: new ThemeIcon('symbol-structure'),
      choose: async () => chosenType(await askForSchema(protobuf, bytes)),
    },
    ...otherDecoders(readers).map(name => choiceOf(name, 'blank')),
  ];
}
