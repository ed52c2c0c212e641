import type { Row } from '../../core/capture/capture.ts';
import type { RowKind } from '../../core/record/record.ts';
import { looksLikeJson } from '../../core/json/looksLikeJson.ts';
import { hasHandshake, readStateRow } from '../list/rows/stateRow.ts';

const detailTabs = [
  'decoded',
  'json',
  'text',
  'hex',
  'close',
  'frame',
  'state',
  'handshake',
] as const;
export type DetailTab = (typeof detailTabs)[number];

/** Kinds of rows; the last tab is remembered for each. */
export type TabGroup = 'decoded' | 'text' | 'binary' | 'control' | 'state';

/** The tab that the user chose last for each kind. */
export type LikedTabs = Readonly<Record<TabGroup, DetailTab>>;

export const firstLiked: LikedTabs = {
  decoded: 'decoded',
  text: 'json',
  binary: 'hex',
  control: 'close',
  state: 'state',
};

const groups: Readonly<Record<RowKind, TabGroup>> = {
  state: 'state',
  text: 'text',
  binary: 'binary',
  close: 'control',
  ping: 'control',
  pong: 'control',
};

export function tabGroup(row: Row): TabGroup {
  return isDecoded(row) ? 'decoded' : groups[row.kind];
}

function isDecoded({ decoded }: Row): boolean {
  return decoded !== undefined && decoded !== 'waiting';
}

export function tabsOf(row: Row): readonly DetailTab[] {
  switch (row.kind) {
    case 'state':
      return hasHandshake(row) ? ['state', 'handshake'] : ['state'];
    case 'text':
    case 'binary':
      return [...(isDecoded(row) ? (['decoded'] as const) : []), 'json', 'text', 'hex', 'frame'];
    case 'close':
      return ['close', 'hex', 'frame'];
    case 'ping':
    case 'pong':
      return ['text', 'hex', 'frame'];
  }
}

/** The user's last tab for this kind of row, or, if the row does not have it, the best one. */
export function bestTab(row: Row, liked: LikedTabs): DetailTab {
  const tabs = tabsOf(row);
  // What went wrong is said there only, whatever the user has looked at in other rows.
  if (row.kind === 'state' && readStateRow(row.preview).severity !== 'info') {
    return 'state';
  }
  const wanted = liked[tabGroup(row)];
  // Text that is clearly not JSON opens as text, even if the user prefers JSON.
  const isIdle = wanted === 'json' && row.kind === 'text' && !looksLikeJson(row.preview);
  if (isIdle) {
    return 'text';
  }
  const [first = 'text'] = tabs;
  return tabs.includes(wanted)
    ? wanted
    : row.kind === 'ping' || row.kind === 'pong'
      ? 'hex'
      : first;
}

/** Reads saved state, which another version of the page may have written. */
export function readLikedTabs(value: unknown): LikedTabs {
  const saved = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const read = (group: TabGroup) =>
    detailTabs.find(tab => tab === saved[group]) ?? firstLiked[group];
  return {
    decoded: read('decoded'),
    text: read('text'),
    binary: read('binary'),
    control: read('control'),
    state: read('state'),
  };
}
