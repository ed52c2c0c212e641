import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../core/connection/report.ts';
import type { PageString } from '../shared/pageStrings.ts';
import type { ConnectionView } from '../shared/protocol.ts';
import { text } from './strings.ts';

const sentences: Readonly<Record<StateWord, PageString>> = {
  connecting: 'emptyConnecting',
  connected: 'emptyConnected',
  retry: 'emptyRetry',
  closing: 'emptyClosing',
  disconnected: 'emptyDisconnected',
  failed: 'emptyFailed',
};

/** What stands where the list would be, while there is nothing to list. */
export function renderEmptyState(
  root: HTMLElement,
  selected: ConnectionView | undefined,
  connect: () => void,
): void {
  if (!selected) {
    render(welcome(connect), root);
  } else if (selected.extent.first === selected.extent.next) {
    render(html`<p>${text(sentences[selected.state], selected.url)}</p>`, root);
  } else {
    render(nothing, root);
  }
  root.hidden = root.childElementCount === 0;
}

function welcome(connect: () => void): TemplateResult {
  return html`<span class="codicon codicon-radio-tower" aria-hidden="true"></span>
    <h2>${text('noConnections')}</h2>
    <p>${text('noConnectionsHint')}</p>
    <button type="button" class="primary" @click=${connect}>${text('connectAsk')}</button>`;
}
