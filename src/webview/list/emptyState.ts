import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../../core/connection/report.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import type { ConnectionView, ListView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';

const sentences: Readonly<Record<StateWord, PageString>> = {
  connecting: 'emptyConnecting',
  connected: 'emptyConnected',
  retry: 'emptyRetry',
  closing: 'emptyClosing',
  disconnected: 'emptyDisconnected',
  failed: 'emptyFailed',
};

interface EmptyActions {
  readonly connect: () => void;
  readonly clearFilter: () => void;
  readonly showAll: () => void;
}

/** Says in place of the list why there is nothing in it, and what can be done about it. */
export function renderEmptyState(
  root: HTMLElement,
  selected: ConnectionView | undefined,
  list: ListView | undefined,
  filter: string,
  actions: EmptyActions,
): void {
  if (!selected) {
    render(welcome(actions.connect), root);
  } else if (list?.first !== list?.next) {
    render(nothing, root);
  } else if (list === undefined || list.total === 0) {
    render(html`<p>${text(sentences[selected.state], selected.url)}</p>`, root);
  } else if (list.scanned < list.total) {
    render(html`<p>${text('stillSearching')}</p>`, root);
  } else {
    render(filter === '' ? allHidden(actions.showAll) : noMatches(actions.clearFilter), root);
  }
  root.hidden = root.childElementCount === 0;
}

function noMatches(clear: () => void): TemplateResult {
  return html`<p>${text('noMatches')}</p>
    <button type="button" class="secondary" @click=${clear}>${text('filterClear')}</button>`;
}

function allHidden(show: () => void): TemplateResult {
  return html`<p>${text('nothingShown')}</p>
    <button type="button" class="secondary" @click=${show}>${text('showAllRows')}</button>`;
}

function welcome(connect: () => void): TemplateResult {
  return html`<span class="codicon codicon-radio-tower" aria-hidden="true"></span>
    <h2>${text('noConnections')}</h2>
    <p>${text('noConnectionsHint')}</p>
    <button type="button" class="primary" @click=${connect}>${text('connectAsk')}</button>`;
}
