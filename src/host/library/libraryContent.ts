import { emptyLibrary, type Library, type LibraryItem } from '../../core/library/library.ts';
import type { JsonPath } from '../../core/json/jsonEdit.ts';

/** What is wrong with a file, and where: in UTF-16 units. */
export interface TextProblem {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
}

/** What a library's file says. */
export interface LibraryContent {
  readonly library: Library;
  readonly problems: readonly TextProblem[];
  readonly isLater: boolean;
  /** What is in it beyond what is read, as one of the problems says. */
  readonly excess: string | undefined;
  /** Where in the document each item is. */
  readonly places: ReadonlyMap<LibraryItem, JsonPath>;
}

export const noContent: LibraryContent = {
  library: emptyLibrary,
  problems: [],
  isLater: false,
  excess: undefined,
  places: new Map(),
};
