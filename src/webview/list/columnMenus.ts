import {
  columnHeadings,
  moveColumn,
  timeModes,
  usualColumns,
  type ColumnName,
  type ColumnSettings,
} from './columns.ts';
import type { MenuItem } from '../widgets/menuItem.ts';
import { text } from '../widgets/strings.ts';

const timeNames = {
  clock: 'timeClock',
  start: 'timeStart',
  previous: 'timePrevious',
  selected: 'timeSelected',
} as const;

/** The columns that a menu is about, as they are when it is opened. */
interface ColumnSubject {
  readonly settings: ColumnSettings;
  readonly isMerged: boolean;
  readonly shown: readonly ColumnName[];
  readonly change: (change: Partial<ColumnSettings>) => void;
}

/** Which columns are shown. */
export function columnItems({ settings, isMerged, change }: ColumnSubject): readonly MenuItem[] {
  const { hidden } = settings;
  return [
    ...usualColumns.order
      .filter(name => name !== 'preview' && (name !== 'connection' || isMerged))
      .map((name): MenuItem => {
        const isChecked = !hidden.includes(name);
        const others = hidden.filter(each => each !== name);
        return {
          kind: 'choice',
          label: text(columnHeadings[name]),
          isChecked,
          staysOpen: true,
          run: () => change({ hidden: isChecked ? [...hidden, name] : others }),
        };
      }),
    { kind: 'line' },
    { kind: 'action', label: text('resetColumns'), run: () => change(usualColumns) },
  ];
}

/** How the time is told. */
export function timeItems({ settings, change }: ColumnSubject): readonly MenuItem[] {
  return timeModes.map(time => ({
    kind: 'choice',
    label: text(timeNames[time]),
    isRadio: true,
    isChecked: settings.time === time,
    run: () => change({ time }),
  }));
}

/** The menu of one heading. */
export function headingItems(name: ColumnName, subject: ColumnSubject): readonly MenuItem[] {
  const { settings, shown, change } = subject;
  const at = shown.indexOf(name);
  const move = (by: -1 | 1): MenuItem => ({
    kind: 'action',
    label: text(by === -1 ? 'moveColumnBack' : 'moveColumnOn'),
    keys: by === -1 ? 'Alt+Shift+←' : 'Alt+Shift+→',
    isDisabled: shown[at + by] === undefined,
    run: () => change(moveColumn(settings, shown, name, by)),
  });
  return [
    ...(name === 'time' ? [...timeItems(subject), { kind: 'line' } as const] : []),
    move(-1),
    move(1),
    { kind: 'line' } as const,
    ...columnItems(subject),
  ];
}
