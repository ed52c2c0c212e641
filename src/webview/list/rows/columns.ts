import type { PageString } from '../../../shared/monitorStrings.ts';

const columnNames = [
  'time',
  'direction',
  'kind',
  'size',
  'connection',
  'event',
  'topic',
  'type',
  'id',
  'latency',
  'preview',
] as const;
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
  event: 'event',
  topic: 'topic',
  type: 'type',
  id: 'id',
  latency: 'latency',
  preview: 'content',
};

type SizedColumn = Exclude<ColumnName, 'preview'>;

/** In em of the page's font. The preview takes the rest. */
const defaultWidths: Readonly<Record<SizedColumn, number>> = {
  time: 7,
  direction: 1.6,
  kind: 4.5,
  size: 5.5,
  connection: 13,
  event: 10,
  topic: 10,
  type: 8,
  id: 5,
  latency: 5.6,
};
/** What a column can be read at. Where there is less room, another column goes. */
const leastWidths: Readonly<Record<SizedColumn, number>> = {
  time: 6.7,
  direction: 1.3,
  kind: 3.6,
  size: 4.6,
  connection: 7,
  event: 8,
  topic: 6,
  type: 5,
  id: 3,
  latency: 4.4,
};
/** The connection's mark without its name. */
const markWidth = 1.3;
export const minWidth = 1.6;
export const maxWidth = 60;

/** In pixels: between two columns, and before the first and after the last. */
const wideGaps = { gap: 10, edge: 12 };
const narrowGaps = { gap: 6, edge: 6 };
const narrowBelow = 480;

/** What goes where there is no room, one after the other; of the connection its mark stays. */
const sacrifices = [
  'kind',
  'id',
  'type',
  'topic',
  'connection',
  'size',
  'latency',
  'event',
] as const satisfies readonly ColumnName[];

/** What only decoders know. */
const ofDecoders: readonly ColumnName[] = ['event', 'topic', 'type', 'id', 'latency'];

/** Columns that are hidden until the user wants them. */
const hiddenAtFirst: readonly ColumnName[] = ['topic', 'type', 'id'];

/** Columns that come by themselves, once a row has something for them. */
const comingLater: readonly ColumnName[] = ['event', 'latency'];

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
  hidden: hiddenAtFirst,
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
  const known = readOrder(saved['order']);
  const hidden = namesIn(saved['hidden']).filter(name => name !== 'preview');
  const all = typeof widths === 'object' && widths !== null ? widths : {};
  return {
    order: withAll(known),
    widths: Object.fromEntries(
      Object.entries(all).filter(
        ([name, width]) => namesIn([name]).length > 0 && typeof width === 'number' && width > 0,
      ),
    ),
    // Of columns that it did not have, it does not say whether they are wanted.
    hidden: [...hidden, ...hiddenAtFirst.filter(name => !known.includes(name))],
    time: timeModes.find(mode => mode === saved['time']) ?? 'clock',
  };
}

/** The order of an older version has fewer columns; one that is no order at all is nothing. */
function readOrder(order: unknown): readonly ColumnName[] {
  if (!Array.isArray(order)) {
    return [];
  }
  const known = columnNames.filter(name => order.includes(name));
  const isOrder = known.length === order.length && known.includes('preview');
  return isOrder ? (order as ColumnName[]) : [];
}

/** Puts columns that are missing before the content. */
function withAll(order: readonly ColumnName[]): readonly ColumnName[] {
  const missing = columnNames.filter(name => !order.includes(name));
  const at = Math.max(0, order.indexOf('preview'));
  return missing.length === 0 ? order : [...order.slice(0, at), ...missing, ...order.slice(at)];
}

/** Whether a column may have anything to say in a list. */
export function isOfList(name: ColumnName, { isMerged, isDecoded }: ListTraits): boolean {
  return name === 'connection' ? isMerged : ofDecoders.includes(name) ? isDecoded : true;
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

/** What a list has of decoders. */
export interface DecodedTraits {
  /** Decoders read its messages. */
  readonly isDecoded: boolean;
  /** Columns that a row has had a fact for; most formats know no event, and no calls. */
  readonly known: ReadonlySet<ColumnName>;
}

export interface ListTraits extends DecodedTraits {
  /** Its rows are of several connections, so that each row names its own. */
  readonly isMerged: boolean;
}

/** In pixels. */
export interface ListRoom {
  /** Of the list, with its scroll bar. */
  readonly width: number;
  /** Of a row. */
  readonly rowWidth: number;
  readonly em: number;
}

/**
 * The columns as they are laid out: the headings and the cells of every row, which therefore cannot
 * differ.
 */
export interface ColumnLayout {
  readonly shown: readonly ColumnName[];
  /** Columns just before the preview, whose room a state's sentence takes too. */
  readonly spanned: ReadonlySet<ColumnName>;
  /** How many columns a state's sentence spans. */
  readonly span: number;
  /** For `grid-template-columns`. */
  readonly template: string;
  /** In em, as far as the room goes. */
  readonly widths: ReadonlyMap<ColumnName, number>;
  /** How much wider the columns may become together, in em. */
  readonly spare: number;
  /** Whether the connection's mark stands without its name. */
  readonly isMarkOnly: boolean;
  /** In pixels. */
  readonly gap: number;
  readonly edge: number;
}

/** A column with the widths, in em, between which it may be. */
interface Fitted {
  readonly name: ColumnName;
  readonly least: number;
  readonly wanted: number;
}

/**
 * The preview gets half of the list at least, whatever the widths that the user has chosen: columns
 * become narrower, and where they could not be read any more, some go.
 *
 * @param room absent while it is not known
 */
export function layOut(
  settings: ColumnSettings,
  traits: ListTraits,
  room?: ListRoom,
): ColumnLayout {
  const wanted = settings.order.filter(
    name =>
      !settings.hidden.includes(name) &&
      isOfList(name, traits) &&
      (!comingLater.includes(name) || traits.known.has(name)),
  );
  const { gap, edge } = room && room.width < narrowBelow ? narrowGaps : wideGaps;
  const roomOf = (count: number) =>
    room ? (room.rowWidth - room.width / 2 - 2 * edge - gap * (count - 1)) / room.em : Infinity;
  for (let gone = 0; ; gone++) {
    const sacrificed = sacrifices.slice(0, gone);
    const isMarkOnly = wanted.includes('connection') && sacrificed.includes('connection');
    const shown = wanted.filter(
      name => name === 'connection' || !sacrificed.some(each => each === name),
    );
    const columns = shown
      .filter(name => name !== 'preview')
      .map(name => fitted(name, settings, isMarkOnly));
    const limit = Math.max(0, roomOf(shown.length));
    if (gone === sacrifices.length || sum(columns, ({ least }) => least) <= limit) {
      const widths = fit(columns, limit);
      const used = sum([...widths.values()], width => width);
      return {
        shown,
        ...spanOf(shown),
        template: shown
          .map(name => (name === 'preview' ? 'minmax(0, 1fr)' : `${widths.get(name) ?? 0}em`))
          .join(' '),
        widths,
        spare: Math.max(0, limit - used),
        isMarkOnly,
        gap,
        edge,
      };
    }
  }
}

function fitted(name: SizedColumn, settings: ColumnSettings, isMarkOnly: boolean): Fitted {
  if (name === 'connection' && isMarkOnly) {
    return { name, least: markWidth, wanted: markWidth };
  }
  const wanted = widthOf(name, settings);
  return { name, least: Math.min(wanted, leastWidths[name]), wanted };
}

/** Takes from each column in proportion to what it has over its least width, then from all alike. */
function fit(columns: readonly Fitted[], limit: number): ReadonlyMap<ColumnName, number> {
  const least = sum(columns, each => each.least);
  const slack = sum(columns, each => each.wanted) - least;
  const share = slack > 0 ? Math.max(0, Math.min(1, (limit - least) / slack)) : 1;
  const scale = least > 0 ? Math.min(1, limit / least) : 1;
  return new Map(
    columns.map(each => {
      const width = (each.least + share * (each.wanted - each.least)) * scale;
      return [each.name, Math.floor(width * 1000) / 1000];
    }),
  );
}

function spanOf(shown: readonly ColumnName[]): Pick<ColumnLayout, 'spanned' | 'span'> {
  const spanned = new Set<ColumnName>();
  for (let at = shown.indexOf('preview') - 1; at >= 0; at--) {
    const name = shown[at];
    if (name === undefined || !isSpannable(name)) {
      break;
    }
    spanned.add(name);
  }
  return { spanned, span: spanned.size + 1 };
}

/** What a state has nothing to say in. */
function isSpannable(name: ColumnName): boolean {
  return name === 'kind' || name === 'size' || ofDecoders.includes(name);
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
