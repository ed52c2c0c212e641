import { QuickPickItemKind, ThemeIcon } from 'vscode';
import { decoderNames, titleOfDecoder } from '../../core/decode/registry/decoderNames.ts';
import type { Choice } from '../ui/prompts.ts';

/** A decoder, to be chosen. @param icon the id of its icon; `blank` leaves its place empty */
export function decoderChoice(name: string, icon: 'eye' | 'blank') {
  return {
    label: titleOfDecoder(name),
    description: [name, decoderNames.find(each => each.name === name)?.about].join(' – '),
    iconPath: new ThemeIcon(icon),
  };
}

/** All decoders but these. */
export function otherDecoders(names: readonly string[]): readonly string[] {
  return decoderNames.map(({ name }) => name).filter(name => !names.includes(name));
}

/** The heading of the choices behind it. */
export function separator(label: string): Choice {
  return { label, kind: QuickPickItemKind.Separator };
}
