import { markOf } from '../../../shared/connectionMarks.ts';

/** The classes of an element that a connection's mark stands before. */
export function markClasses(number: number): string {
  const { shape, colour } = markOf(number);
  return `connection-mark shape-${shape} colour-${colour}`;
}
