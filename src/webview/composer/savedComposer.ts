import type { Direction } from '../../core/record/record.ts';
import type { EditedBody, HeldAddress } from '../../shared/heldProtocol.ts';
import { readSavedDrafts, type SavedDrafts } from './draft.ts';

/** An edit that outlives the page. */
export interface SavedEdit extends HeldAddress, EditedBody {
  /** The connection's name. */
  readonly name: string;
  readonly at: number;
  readonly direction: Direction;
}

export const maxSavedEdits = 20;

/** The kinds that a held message can have. */
export const editedKinds = [
  'text',
  'json',
  'hex',
  'base64',
] as const satisfies readonly EditedBody['as'][];

/** State of the composer that outlives the page. */
export interface SavedComposer {
  readonly isOpen: boolean;
  /** Of the text, in pixels; 0 lets it grow. */
  readonly height: number;
  readonly drafts: SavedDrafts;
  /** Of held messages; the one begun last is at the end. */
  readonly edits: readonly SavedEdit[];
}

/** Reads saved state, which another version of the page may have written. */
export function readSavedComposer(value: unknown): SavedComposer {
  const { isOpen, height, drafts, edits } = (
    typeof value === 'object' && value !== null ? value : {}
  ) as Readonly<Record<string, unknown>>;
  const isHeight = typeof height === 'number' && height >= 0 && height < 10_000;
  return {
    isOpen: isOpen === true,
    height: isHeight ? height : 0,
    drafts: readSavedDrafts(drafts),
    edits: readSavedEdits(edits),
  };
}

/** Reads saved edits, which another version of the page may have written. */
function readSavedEdits(value: unknown): readonly SavedEdit[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.slice(-maxSavedEdits).flatMap(entry => {
    const { name, connection, number, at, direction, as, text } = (
      typeof entry === 'object' && entry !== null ? entry : {}
    ) as Readonly<Record<string, unknown>>;
    const kind = editedKinds.find(each => each === as);
    return typeof name === 'string' &&
      typeof connection === 'string' &&
      typeof number === 'number' &&
      typeof at === 'number' &&
      (direction === 'in' || direction === 'out') &&
      kind !== undefined &&
      typeof text === 'string'
      ? [{ name, connection, number, at, direction, as: kind, text }]
      : [];
  });
}
