import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { ScriptPlace, WatchFacts } from '../../../core/record/watchFacts.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import { text } from '../../widgets/strings.ts';

export interface WatchLinks {
  /** Opens the line of a call, counted from 0 in the order of the row. */
  readonly onOpenScript: (call: number) => void;
  readonly onReloadPage: () => void;
}

/** What a row tells of the debugged program that has its socket: who opened it, and what can be done. */
export function watchView(
  { openedAt = [], canReload }: WatchFacts,
  links: WatchLinks,
): TemplateResult {
  const calls = openedAt.map((place, call) => callView(place, () => links.onOpenScript(call)));
  return html`${
    calls.length === 0
      ? nothing
      : html`<h2 class="opened-at">${text('openedAt')}</h2>
          <ol class="calls" aria-label=${text('openedAt')}>
            ${calls}
          </ol>`
  }
  ${
    canReload
      ? html`<button type="button" class="secondary" @click=${links.onReloadPage}>
          ${text('reloadPage')}
        </button>`
      : nothing
  }`;
}

function callView({ url, line, column, functionName }: ScriptPlace, open: () => void) {
  const place = `${visibleLine(url)}:${line}:${column}`;
  return html`<li>
    ${functionName === '' ? nothing : html`<span>${visibleLine(functionName)}</span>`}
    <button
      type="button"
      class="run-row"
      title=${text('openScript', place)}
      aria-label=${text('openScript', place)}
      @click=${open}
    >
      ${place}
    </button>
  </li>`;
}
