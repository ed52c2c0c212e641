import { existsSync } from 'node:fs';
import { messageOf } from '../../core/base/errors.ts';
import type { FallbackChange } from '../../core/capture/fallbackStore.ts';
import { FileLossError } from '../files/fileWatch.ts';

const count = new Intl.NumberFormat('en');

export const inMemory = 'they were in memory, and the part that kept them failed';
export const inFile = 'the file that they were in is no longer there';

/** Says that the rows from `first` up to, not including, `next` were lost. */
export function lost(first: number, next: number, why: string): string {
  const [from, to] = [count.format(first), count.format(next - 1)];
  return `Messages ${from} to ${to} were lost: ${why}.`;
}

/** Says what became of the rows below `next`, where the file at `path` cannot be opened. */
export function whereabouts(next: number, path: string): string {
  return existsSync(path)
    ? `Messages 0 to ${count.format(next - 1)} were in the file ${path}, which cannot be opened.`
    : lost(0, next, inMemory);
}

/** Says why rows are kept in memory from now on, and what to do. */
export function fallbackSentence(
  { seq, error }: Extract<FallbackChange, { kind: 'failed' }>,
  path: string,
): string {
  const from = `Messages from number ${count.format(seq)} on are kept in memory only`;
  const rescue = 'Earlier ones can be read until the window is closed: export or save them, then';
  switch (error instanceof FileLossError ? error.loss : undefined) {
    case undefined:
      return `${from}: the file takes no more (${messageOf(error)}). Free space on the disk and clear the messages.`;
    case 'gone':
      return (
        `${from}: the file ${path} was deleted or moved while it was written to. ${rescue} ` +
        'clear the messages to begin a new file.'
      );
    case 'replaced':
      return (
        `${from}: another file has taken the place of ${path}. ${rescue} ` +
        'move that file away and clear the messages to begin a new one.'
      );
    case 'cut':
      return (
        `${from}, and earlier ones are lost: the file ${path} was cut by another program. ` +
        'Clear the messages to begin a new file.'
      );
  }
}

/** Says that even the memory takes no more, and what to do. */
export function droppedSentence({
  rowCount,
  error,
}: Extract<FallbackChange, { kind: 'dropped' }>): string {
  const dropped = `${count.format(rowCount)} messages were dropped: `;
  return error instanceof FileLossError
    ? `${dropped}their file was lost, and the memory that stands in for it is full. ` +
        'Export or save what is here, then clear the messages to begin a new file.'
    : `${dropped}the file takes no more, and the memory that stands in for it is full. ` +
        'Free space on the disk and clear the messages.';
}
