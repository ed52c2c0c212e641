import { maxBytesAsked } from '../../../shared/limits.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import type { MenuItem } from '../../widgets/menu.ts';
import { text } from '../../widgets/strings.ts';
import type { ToolButton } from '../../widgets/toolbar.ts';
import type { ShownPayload } from './payloadViewer.ts';

/** Why so many bytes cannot be decoded; `undefined`: they can. */
function obstacle(length: number): PageString | undefined {
  return length === 0 ? 'nothingToDecode' : length > maxBytesAsked ? 'tooLongToDecode' : undefined;
}

/** The button for decoding what is selected. @param length in bytes */
export function decodeTool(length: number, run: () => void): ToolButton {
  const hint = obstacle(length);
  return {
    name: 'decodeSelection',
    hint: hint ?? 'decodeSelectionHint',
    icon: 'chip',
    isDisabled: hint !== undefined,
    run,
  };
}

/** The same as an item of a menu. */
export function decodeItem(length: number, run: () => void): MenuItem {
  const hint = obstacle(length);
  const label = text(hint ?? 'decodeSelection');
  return { kind: 'action', label, isDisabled: hint !== undefined, run };
}

/** Reads bytes of a payload; `undefined` if they are gone, or something else is to be shown. */
export async function readBytes(
  { reader, signal }: ShownPayload,
  from: number,
  to: number,
): Promise<Uint8Array | undefined> {
  await reader.read(from, to - from, signal);
  return signal.aborted ? undefined : reader.loaded(from, to - from);
}
