import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ListView, PanelView } from '../../shared/monitorProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

/** The progress of a filter. */
export interface FilterProgress {
  readonly matches: number;
  readonly total: number;
  /** Of the rows; absent when all of them were checked, except the newest. */
  readonly percent?: number;
}

/** A filter counts as up to date while fewer rows, or a smaller share, are unchecked. */
const fewRows = 10_000;
const smallPart = 0.01;

export function progressOf(list: ListView): FilterProgress {
  const { first, next, dropped, scanned, total } = list;
  // If rows were dropped, one row of the list says so.
  const matches = Math.max(0, next - first - (dropped > 0 ? 1 : 0));
  const behind = total - scanned;
  return behind > Math.max(fewRows, total * smallPart)
    ? { matches, total, percent: Math.floor((scanned / total) * 100) }
    : { matches, total };
}

/** What is shown of the list and its filter. */
export interface FilterModel {
  readonly view: PanelView;
  readonly list: ListView;
  /** Whether nothing tells of control frames, so that there are none to show. */
  readonly messagesOnly: boolean;
}

interface StatusActions {
  readonly show: (change: Partial<Pick<PanelView, 'showHeartbeats' | 'showControl'>>) => void;
  readonly cancel: () => void;
}

/** Beside the filter: hidden rows, matches, and messages that were left out. */
export function filterStatus(
  { view, list, messagesOnly }: FilterModel,
  formats: Formats,
  { show, cancel }: StatusActions,
): TemplateResult {
  const { showHeartbeats, showControl } = view;
  return html`<div class="filter-shown">
      ${toolButton({
        name: 'showHeartbeats',
        hint: 'showHeartbeatsHint',
        icon: 'heart',
        isPressed: showHeartbeats,
        isOption: true,
        run: () => show({ showHeartbeats: !showHeartbeats }),
      })}
      ${toolButton({
        name: 'showControl',
        hint: messagesOnly ? 'noControlHint' : 'showControlHint',
        icon: 'arrow-both',
        isDisabled: messagesOnly,
        isPressed: showControl && !messagesOnly,
        isOption: true,
        run: () => show({ showControl: !showControl }),
      })}
      ${hiddenCount(view, list, formats, show)}
    </div>
    ${view.filter === '' ? nothing : count(list, formats, cancel)} ${unreadMessages(list, formats)}
    ${slowRows(list, formats)} ${problem(list)}`;
}

/** How many rows are hidden and what they are; a click shows them. */
function hiddenCount(
  view: PanelView,
  { hidden }: ListView,
  formats: Formats,
  show: StatusActions['show'],
): TemplateResult | typeof nothing {
  if (hidden === 0) {
    return nothing;
  }
  const { one, several } = hiddenWords(view);
  const count = formats.count(hidden);
  const words = hidden === 1 ? text(one) : text(several, count);
  return html`<button
    type="button"
    class="tool filter-hidden"
    aria-label=${text('filterHiddenShow', words)}
    title=${text('filterHiddenShow', words)}
    @click=${() => show({ showHeartbeats: true, showControl: true })}
  >
    <span class="words">${words}</span
    ><span class="codicon codicon-eye-closed" aria-hidden="true"></span
    ><span class="number" aria-hidden="true">${count}</span>
  </button>`;
}

/** For one row and for several. */
function hiddenWords({ showHeartbeats, showControl }: PanelView): {
  readonly one: PageString;
  readonly several: PageString;
} {
  if (showControl) {
    return { one: 'filterOneHidden', several: 'filterHidden' };
  }
  return showHeartbeats
    ? { one: 'filterOneControlHidden', several: 'filterControlHidden' }
    : { one: 'filterOneOfBothHidden', several: 'filterBothHidden' };
}

function count(list: ListView, formats: Formats, cancel: () => void): TemplateResult {
  if (list.isPending === true) {
    return html`<span class="filter-count">${text('stillSearching')}</span>`;
  }
  const { matches, total, percent } = progressOf(list);
  const found = formats.count(matches);
  if (percent === undefined) {
    const words = text('filterCount', found, formats.count(total));
    return html`<span class="filter-count" title=${text('filterCountHint')}>${words}</span>`;
  }
  return html`<span class="filter-count"
    ><span>${text('filterProgress', found, String(percent))}</span
    ><progress max="100" value=${percent} aria-hidden="true"></progress>
    ${toolButton({ name: 'filterCancel', icon: 'debug-stop', run: cancel })}</span
  >`;
}

/** Why the host does not show the filtered list. */
function problem({ filterProblem, problem }: ListView): TemplateResult | typeof nothing {
  const sentence = filterProblem ?? problem;
  return sentence === undefined ? nothing : warning(visibleLine(sentence));
}

function warning(words: string): TemplateResult {
  return html`<span class="filter-warning"
    ><span class="codicon codicon-warning" aria-hidden="true"></span> ${words}</span
  >`;
}

/** The number of messages that are not JSON, for a filter with a path; empty if there are none. */
export function unreadWords({ unread = 0 }: ListView, formats: Formats): string {
  return unread === 0
    ? ''
    : unread === 1
      ? text('filterOneUnread')
      : text('filterUnread', formats.count(unread));
}

function unreadMessages(list: ListView, formats: Formats): TemplateResult | typeof nothing {
  const words = unreadWords(list, formats);
  return words === ''
    ? nothing
    : html`<span class="filter-unread" title=${text('filterUnreadHint')}>${words}</span>`;
}

function slowRows({ slow }: ListView, formats: Formats): TemplateResult | typeof nothing {
  if (!slow || slow.count === 0) {
    return nothing;
  }
  const row = formats.count(slow.seq);
  const words =
    slow.count === 1
      ? text('filterOneSlow', row)
      : text('filterSlow', formats.count(slow.count), row);
  return warning(words);
}
