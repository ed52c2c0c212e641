import type { PageRow, RowsAnswer } from '../../shared/monitorProtocol.ts';
import type { ColumnSettings } from './columns.ts';
import type { RowSourceName } from './rowElement.ts';
import type { Locate } from './rowSeeker.ts';
import type { RowQuestion } from './rowSource.ts';

/** What a list asks of the page that it is on, and tells it. */
export interface MessageListListener {
  ask(question: RowQuestion): Promise<RowsAnswer>;
  readonly locate: Locate;
  /** The user went to the end, or left it. */
  onFollow(following: boolean): void;
  /** @param row the active one; absent where it is not known yet: it is told when it is */
  onSelect(row: PageRow | undefined): void;
  /** A row that was not known yet, or was active before, is not in the list. */
  onNothing(): void;
  /** The active row is to be looked at closely. */
  onOpen(): void;
  onMenu(at: { readonly x: number; readonly y: number }): void;
  run(command: 'close' | 'copy' | 'goTo' | 'find' | 'findNext' | 'findPrevious'): void;
  onColumns(settings: ColumnSettings): void;
  /** @param reason why rows could not be read; absent where they could */
  onRead(reason?: string): void;
  /** What can be seen has changed. */
  onDraw(): void;
}

/** Whose rows are in the list. */
export interface ListSources {
  /** When the oldest of them began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly isMerged: boolean;
  readonly sourceOf: (connection: string) => RowSourceName | undefined;
}
