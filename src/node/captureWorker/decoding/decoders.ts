import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { DecodeRule, DecodeStep } from '../../../core/decode/decodeRule.ts';
import { chooserOf } from '../../../core/decode/registry/chooser.ts';
import { titleInChain } from '../../../core/decode/registry/decoderNames.ts';
import { decoderTable } from '../../../core/decode/registry/decoders.ts';
import type { DecodedSelection, SelectedBytes } from '../../../core/decode/rowDecoding.ts';
import { packings } from '../../../core/decode/detect/packings.ts';
import { readersOf } from '../../../core/decode/registry/readers.ts';
import type { CaptureScriptsOptions } from '../../../core/decode/script/sessionScripts.ts';
import { decodeSelection, selectionReaders } from '../../../core/decode/registry/selection.ts';
import { directionOf, isTextual } from '../../../core/record/record.ts';
import { CaptureDecoding, type DecoderSet } from './captureDecoding.ts';
import { nativeInflate } from './nativeInflate.ts';

const table = decoderTable(nativeInflate);

const set: DecoderSet = {
  choose: rules => chooserOf(rules, table, nativeInflate),
  titleOf: titleInChain,
  readersOf: ({ seq, flags, payload }) =>
    readersOf(
      { seq, direction: directionOf(flags), isText: isTextual(flags), bytes: payload },
      table,
    ),
};

/** The decoding of a capture with all decoders that there are. */
export function decodingOf(
  store: CaptureStore,
  url: string,
  rules: readonly DecodeRule[],
  scripts: CaptureScriptsOptions,
): CaptureDecoding {
  return new CaptureDecoding(store, url, rules, set, scripts);
}

const forSelections = { table, packings: packings(nativeInflate) };

/** The names of the decoders that read bytes to their end, the surest first. */
export function readersOfSelection(selection: SelectedBytes): readonly string[] {
  return selectionReaders(selection, forSelections);
}

/** What these decoders read; `undefined`: nothing, for they do not read such bytes. */
export function decodedSelection(
  selection: SelectedBytes,
  use: readonly DecodeStep[],
): DecodedSelection | undefined {
  return decodeSelection(selection, use, forSelections);
}
