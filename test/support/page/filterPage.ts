// Runs in a page of its own: the filter's and the find's parts, with what they say to their owner.
import './englishTexts.ts';
import { Formats } from '../../../src/core/base/format.ts';
import { parseFilter } from '../../../src/core/filter/parseFilter.ts';
import type { FindAnswer } from '../../../src/core/capture/view.ts';
import type { ListView, PanelView, SavedFilter } from '../../../src/shared/monitorProtocol.ts';
import { FilterBox } from '../../../src/webview/filter/filterBox.ts';
import { FindWidget } from '../../../src/webview/find/findWidget.ts';
import { Marks } from '../../../src/webview/find/marks.ts';
import { AnswerGate } from './answerGate.ts';

export interface FilterPage {
  /** Everything the parts said, such as `filter:foo`, in order. */
  readonly heard: string[];
  /** The filters before, as the box has kept them last. */
  recent: readonly string[];
  /** The texts that are marked, by highlight. */
  marked(name: 'filter' | 'find'): readonly string[];
  update(change: Partial<ListView>, view?: Partial<PanelView>, filters?: SavedFilter[]): void;
  answer: FindAnswer | Error;
  readonly gate: AnswerGate;
}

declare global {
  interface Window {
    filterPage: FilterPage;
  }
}

let view: PanelView = {
  merged: [],
  following: true,
  filter: '',
  showHeartbeats: false,
  showControl: false,
};
let list: ListView = {
  first: 0,
  next: 1_000_000,
  scanned: 1_000_000,
  total: 1_000_000,
  hidden: 12,
  dropped: 0,
  generation: 1,
};
let filters: SavedFilter[] = [];
const heard: string[] = [];
const marks = new Marks();
const cells = ['{"price":12,"side":"buy"}', 'a Price <b>bold</b>', 'no match'].map(words => {
  const text = new Text(words);
  const row = document.createElement('div');
  row.className = 'preview';
  row.append(text);
  return { row, text };
});

function draw(): void {
  box.render({ view, list, filters, messagesOnly: false });
  marks.show({
    filter: parseFilter(view.filter, { now: 0, startOfDay: 0 }).condition,
    find: find.condition,
  });
  marks.draw(cells.map(({ text }) => text));
}

const page: FilterPage = {
  heard,
  recent: [],
  answer: { position: 7, isWrapped: false },
  gate: new AnswerGate(),
  marked: name =>
    Array.from(CSS.highlights.get(name) ?? [], range => {
      const { data } = range.startContainer as Text;
      return data.slice(range.startOffset, range.endOffset);
    }),
  update(change, viewChange = {}, saved = filters) {
    list = { ...list, ...change };
    view = { ...view, ...viewChange };
    filters = saved;
    draw();
  },
};

const box = new FilterBox(new Formats('en'), ['in: earlier'], {
  onFilter(filter) {
    heard.push(`filter:${filter}`);
    page.update({ generation: list.generation + 1 }, { filter });
  },
  onShow(change) {
    heard.push(`show:${JSON.stringify(change)}`);
    page.update({}, change);
  },
  onSave: filter => heard.push(`save:${filter}`),
  onRemove: name => heard.push(`remove:${name}`),
  onLeave: () => heard.push('leave'),
  onEnterList: () => heard.push('enter list'),
  onRecent: recent => (page.recent = recent),
  paths: () => ['$.price', '$.side'],
});
const find = new FindWidget({
  label: 'findInMessages',
  hasPatterns: true,
  async find(query, direction, isFirst) {
    heard.push(`find:${JSON.stringify(query)} ${direction}${isFirst ? ' first' : ''}`);
    const { answer } = page;
    await page.gate.opened();
    if (answer instanceof Error) {
      throw answer;
    }
    const { position, isWrapped } = answer;
    const show = () => heard.push(`found:${position}`);
    return position === undefined ? undefined : { isWrapped, show };
  },
  onDidChange: draw,
  onClose: () => heard.push('close'),
});

const pane = document.createElement('div');
pane.className = 'list-pane';
const rows = document.createElement('div');
rows.className = 'box';
rows.append(...cells.map(({ row }) => row));
pane.append(rows, find.element);
document.querySelector('#app')?.append(box.element, pane);
document.addEventListener('keydown', ({ key, ctrlKey, shiftKey }) => {
  if (key === 'f' && ctrlKey) {
    find.open();
  } else if (key === 'F3') {
    find.go(shiftKey ? 'previous' : 'next');
  }
});
window.filterPage = page;
draw();
