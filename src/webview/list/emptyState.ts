import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../../core/connection/report.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import type { ConnectionView, ListView } from '../../shared/monitorProtocol.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
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
  /** Connects the selected connection. */
  readonly connectIt: () => void;
  readonly connect: () => void;
  readonly startDemo: () => void;
  readonly openWalkthrough: () => void;
  readonly clearFilter: () => void;
  /** What a filter that finds nothing may have been meant as. */
  readonly suggestion: () => string | undefined;
  readonly setFilter: (filter: string) => void;
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
    render(welcome(actions), root);
  } else if (list?.isPending === true || list?.first !== list?.next) {
    render(nothing, root);
  } else if (selected.source === 'configured' && (list === undefined || list.total === 0)) {
    render(notConnected(selected, actions.connectIt), root);
  } else if (list === undefined || list.total === 0) {
    render(html`<p>${text(sentences[selected.state], selected.url)}</p>`, root);
  } else if (list.scanned < list.total) {
    render(html`<p>${text('stillSearching')}</p>`, root);
  } else {
    render(filter === '' ? allHidden(actions.showAll) : noMatches(actions), root);
  }
  root.hidden = root.childElementCount === 0;
}

function noMatches({ clearFilter, suggestion, setFilter }: EmptyActions): TemplateResult {
  const meant = suggestion();
  return html`<p>${text('noMatches')}</p>
    <div class="empty-actions">
      ${
        meant === undefined
          ? nothing
          : html`<button type="button" class="secondary" @click=${() => setFilter(meant)}>
              ${text('didYouMean', visibleLine(meant))}
            </button>`
      }
      <button type="button" class="secondary" @click=${clearFilter}>${text('filterClear')}</button>
    </div>`;
}

function allHidden(show: () => void): TemplateResult {
  return html`<p>${text('nothingShown')}</p>
    <button type="button" class="secondary" @click=${show}>${text('showAllRows')}</button>`;
}

function notConnected({ name, url }: ConnectionView, connect: () => void): TemplateResult {
  const shown = visibleLine(name);
  return html`<span class="codicon codicon-debug-disconnect" aria-hidden="true"></span>
    <h2>${text('emptyConfigured', shown)}</h2>
    <p>${visibleLine(url)}</p>
    <button type="button" class="primary" @click=${connect}>${text('connectTo', shown)}</button>`;
}

function welcome({ connect, startDemo, openWalkthrough }: EmptyActions): TemplateResult {
  return html`<span class="codicon codicon-radio-tower" aria-hidden="true"></span>
    <h2>${text('noConnections')}</h2>
    <p>${text('noConnectionsHint')}</p>
    <button type="button" class="primary" @click=${connect}>${text('connectAsk')}</button>
    <p class="empty-links">
      <button type="button" class="link" @click=${startDemo}>${text('startDemo')}</button>
      <button type="button" class="link" @click=${openWalkthrough}>
        ${text('openWalkthrough')}
      </button>
    </p>`;
}
