import { shortened } from '../../core/text/plainText.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { isRecorded } from '../../shared/sourceKind.ts';
import { text } from '../widgets/strings.ts';
import type { ToolButton } from '../widgets/toolbar.ts';

const maxNameLength = 30;

/**
 * The tools that clear what the list shows: its connection, or all of them or one.
 *
 * @param shown what the list shows; a capture of an earlier window is not cleared
 * @param clear takes the ids of connections
 */
export function clearTools(
  shown: readonly ConnectionView[],
  clear: (ids: readonly string[]) => void,
): readonly ToolButton[] {
  const connections = shown.filter(isRecorded);
  const [only, ...others] = connections;
  if (!only) {
    return [];
  }
  if (others.length === 0) {
    return [
      {
        name: 'clear',
        hint: 'clearHint',
        words: [nameOf(only)],
        icon: 'clear-all',
        overflow: 'late',
        isDisabled: isEmpty(only),
        run: () => clear([only.id]),
      },
    ];
  }
  return [
    {
      name: 'clearAll',
      hint: 'clearAllHint',
      words: [String(connections.length)],
      icon: 'clear-all',
      overflow: 'late',
      isDisabled: connections.every(isEmpty),
      run: () => clear(connections.map(({ id }) => id)),
    },
    {
      name: 'clearOne',
      icon: 'chevron-down',
      isIcon: true,
      overflow: 'late',
      isDisabled: connections.every(isEmpty),
      items: () =>
        connections.map(connection => ({
          kind: 'action',
          label: text('clear', nameOf(connection)),
          isDisabled: isEmpty(connection),
          run: () => clear([connection.id]),
        })),
    },
  ];
}

function nameOf({ name }: ConnectionView): string {
  return shortened(visibleLine(name), maxNameLength);
}

function isEmpty({ extent }: ConnectionView): boolean {
  return extent.first === extent.next;
}
