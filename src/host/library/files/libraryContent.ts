import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import { emptyLibrary, type Library, type LibraryItem } from '../../../core/library/library.ts';
import type { Origin } from '../../../core/variables/value.ts';

/** A problem in a file, and its position in UTF-16 units. */
export interface TextProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** The content of a library file. */
export interface LibraryContent {
  readonly library: Library;
  readonly problems: readonly TextProblem[];
  readonly isLater: boolean;
  /** Which limit it exceeds, as a sentence that is also one of the problems. */
  readonly excess: string | undefined;
  /** The path of each item in the document. */
  readonly places: ReadonlyMap<LibraryItem, JsonPath>;
}

export const noContent: LibraryContent = {
  library: emptyLibrary,
  problems: [],
  isLater: false,
  excess: undefined,
  places: new Map(),
};

/** In the order in which they are searched and shown. */
export const origins: readonly Origin[] = ['workspace', 'user'];
