import type { PageString } from '../../shared/monitorStrings.ts';

const columnNames = ['time', 'direction', 'kind', 'size', 'connection', 'preview'] as const;
export type ColumnName = (typeof columnNames)[number];

/** What the time of a row is counted from; see `TimeColumn`. */
export const timeModes = ['clock', 'start', 'previous', 'selected'] as const;
export type TimeMode = (typeof timeModes)[number];

export const columnHeadings: Readonly<Record<ColumnName, PageString>> = {
  time: 'time',
  direction: 'direction',
  kind: 'kind',
  size: 'size',
  connection: 'connection',
  preview: 'content',
};

/** In em of the page's font. The preview takes the rest. */
const defaultWidths: Readonly<Record<Exclude<ColumnName, 'preview'>, number>> = {
  time: 7,
  direction: 1.6,
  kind: 4.5,
  size: 5.5,
  connection: 9,
};
export const minWidth = 1.6;
export const maxWidth = 60;

/** The columns as the user has arranged them. Saved with the page's state. */
export interface ColumnSettings {
  readonly order: readonly ColumnName[];
  /** In em; absent for a column of the default width. */
  readonly widths: Readonly<Partial<Record<ColumnName, number>>>;
  readonly hidden: readonly ColumnName[];
  readonly time: TimeMode;
}

export const defaultColumns: ColumnSettings = {
  order: columnNames,
  widths: {},
  hidden: [],
  time: 'clock',
};

/** Reads saved settings, which an older version of the page may have written. */
export function readColumns(value: unknown): ColumnSettings {
  const saved = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const { widths } = saved;
  const namesIn = (list: unknown) =>
    columnNames.filter(name => Array.isArray(list) && list.includes(name));
  const order = saved['order'];
  const isWhole =
    Array.isArray(order) &&
    order.length === columnNames.length &&
    namesIn(order).length === columnNames.length;
  const known = typeof widths === 'object' && widths !== null ? widths : {};
  return {
    order: isWhole ? (order as ColumnName[]) : columnNames,
    widths: Object.fromEntries(
      Object.entries(known).filter(
        ([name, width]) => namesIn([name]).length > 0 && typeof width === 'number' && width > 0,
      ),
    ),
    hidden: namesIn(saved['hidden']).filter(name => name !== 'preview'),
    time: timeModes.find(mode => mode === saved['time']) ?? 'clock',
  };
}

export function widthOf(name: ColumnName, { widths }: ColumnSettings): number {
  const usual = name === 'preview' ? 0 : defaultWidths[name];
  return Math.min(maxWidth, Math.max(minWidth, widths[name] ?? usual));
}

/** Moves a column by one place among those that are shown. */
export function moveColumn(
  settings: ColumnSettings,
  shown: readonly ColumnName[],
  name: ColumnName,
  by: -1 | 1,
): ColumnSettings {
  const neighbour = shown[shown.indexOf(name) + by];
  return neighbour === undefined ? settings : placeColumn(settings, name, neighbour, by);
}

/** Puts a column before (`-1`) or after (`1`) another. */
export function placeColumn(
  settings: ColumnSettings,
  name: ColumnName,
  other: ColumnName,
  side: -1 | 1,
): ColumnSettings {
  if (name === other) {
    return settings;
  }
  const order = settings.order.filter(each => each !== name);
  order.splice(order.indexOf(other) + (side === 1 ? 1 : 0), 0, name);
  return { ...settings, order };
}

/** The columns as they are laid out. */
export interface ColumnLayout {
  readonly shown: readonly ColumnName[];
  /** Columns just before the preview, whose room a state's sentence takes too. */
  readonly spanned: ReadonlySet<ColumnName>;
  /** For `grid-template-columns`. A narrow list has no column for the kind. */
  readonly template: string;
  readonly narrowTemplate: string;
  /** How many columns a state's sentence spans. */
  readonly span: number;
  readonly narrowSpan: number;
}

/** @param isMerged whether the rows are of several connections, so that each row names its own */
export function layOut(settings: ColumnSettings, isMerged: boolean): ColumnLayout {
  const shown = settings.order.filter(
    name => !settings.hidden.includes(name) && (name !== 'connection' || isMerged),
  );
  const spanned = new Set<ColumnName>();
  for (let at = shown.indexOf('preview') - 1; at >= 0; at--) {
    const name = shown[at];
    if (name !== 'kind' && name !== 'size') {
      break;
    }
    spanned.add(name);
  }
  const template = (names: readonly ColumnName[]) =>
    names
      .map(name => (name === 'preview' ? 'minmax(4em, 1fr)' : `${widthOf(name, settings)}em`))
      .join(' ');
  return {
    shown,
    spanned,
    template: template(shown),
    narrowTemplate: template(shown.filter(name => name !== 'kind')),
    span: spanned.size + 1,
    narrowSpan: spanned.size + (spanned.has('kind') ? 0 : 1),
  };
}
