import { el } from './dom.ts';
import { text } from './strings.ts';

/** From this width on the details stand beside the list. */
const besideFromWidth = 900;

export type Layout = 'beside' | 'below';

/** The places of the page, in the order in which they are read and reached by Tab. */
export interface Places {
  readonly header: HTMLElement;
  readonly notices: HTMLElement;
  readonly filter: HTMLElement;
  readonly charts: HTMLElement;
  /** Shared by list and details. */
  readonly body: HTMLElement;
  readonly listPane: HTMLElement;
  readonly empty: HTMLElement;
  readonly jump: HTMLElement;
}

export function makePlaces(root: HTMLElement): Places {
  const header = el('div', { class: 'header' });
  const notices = el('div', { class: 'notices' });
  const filter = el('div', { class: 'filter-place' });
  const charts = el('div', { class: 'charts-place' });
  const empty = el('div', { class: 'empty' });
  const jump = el('div', { class: 'jump-place' });
  const listPane = el('div', { class: 'list-pane' });
  const body = el('div', { class: 'body' }, listPane);
  root.append(el('h1', { class: 'spoken' }, text('title')), header, notices, filter, charts, body);
  return { header, notices, filter, charts, body, listPane, empty, jump };
}

/** Tells now and whenever it changes where there is room for the details. */
export function watchLayout(root: HTMLElement, onChange: (layout: Layout) => void): void {
  let current: Layout | undefined;
  new ResizeObserver(() => {
    const layout = root.clientWidth >= besideFromWidth ? 'beside' : 'below';
    if (layout !== current) {
      current = layout;
      root.dataset['layout'] = layout;
      onChange(layout);
    }
  }).observe(root);
}
