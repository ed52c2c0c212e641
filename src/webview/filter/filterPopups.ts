import { html, nothing, type TemplateResult } from 'lit/html.js';
import { visibleLine } from '../../core/text/visibleText.ts';
import { filterReference, type FilterMeaning } from '../../core/filter/hints/reference.ts';
import type { SavedFilter } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';
import type { PageString } from '../../shared/monitorStrings.ts';

interface PopupActions {
  /** Inserts an example into the filter. */
  readonly insert: (syntax: string) => void;
  readonly apply: (filter: string) => void;
  readonly save: () => void;
  readonly remove: (name: string) => void;
}

/** The filter language; a click on an example inserts it. */
export function filterHelp({ insert }: PopupActions): TemplateResult {
  const rows = filterReference.map(
    ({ syntax, meaning }) =>
      html`<tr>
        <td>
          <button type="button" class="filter-example" @click=${() => insert(syntax)}>
            ${syntax}
          </button>
        </td>
        <td>${meaningText(meaning)}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${text('filterExample')}</th>
        <th scope="col">${text('filterMeaning')}</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/**
 * The saved filters, and those that were in effect before.
 *
 * @param recent the latest first
 */
export function savedFilters(
  filters: readonly SavedFilter[],
  recent: readonly string[],
  canSave: boolean,
  { apply, save, remove }: PopupActions,
): TemplateResult {
  const items = filters.map(filter => {
    const name = visibleLine(filter.name);
    const words = visibleLine(filter.text);
    return html`<li>
      <button
        type="button"
        class="filter-saved"
        aria-label=${text('filterApplySaved', name, words)}
        @click=${() => apply(filter.text)}
      >
        <span class="name">${name}</span> <span class="words">${words}</span>
      </button>
      <button
        type="button"
        class="tool"
        aria-label=${text('filterRemove', name)}
        title=${text('filterRemove', name)}
        @click=${() => remove(filter.name)}
      >
        <span class="codicon codicon-trash" aria-hidden="true"></span>
      </button>
    </li>`;
  });
  return html`${
      items.length === 0
        ? html`<p class="remark">${text('filterNoneSaved')}</p>`
        : html`<ul>
            ${items}
          </ul>`
    }
    <button type="button" class="secondary" ?disabled=${!canSave} @click=${save}>
      ${text('filterSave')}
    </button>
    ${recent.length === 0 ? nothing : recentFilters(recent, apply)}`;
}

function recentFilters(recent: readonly string[], apply: (filter: string) => void): TemplateResult {
  const items = recent.map(
    filter =>
      html`<li>
        <button
          type="button"
          class="filter-saved"
          aria-label=${text('filterApplyRecent', visibleLine(filter))}
          @click=${() => apply(filter)}
        >
          <span class="words">${visibleLine(filter)}</span>
        </button>
      </li>`,
  );
  return html`<h2 class="filter-recent">${text('filterRecent')}</h2>
    <ul>
      ${items}
    </ul>`;
}

const names: Readonly<Record<FilterMeaning, PageString>> = {
  word: 'meaningWord',
  exact: 'meaningExact',
  pattern: 'meaningPattern',
  in: 'meaningIn',
  out: 'meaningOut',
  kind: 'meaningKind',
  size: 'meaningSize',
  after: 'meaningAfter',
  before: 'meaningBefore',
  field: 'meaningField',
  fieldCompare: 'meaningFieldCompare',
  fieldPart: 'meaningFieldPart',
  fieldHas: 'meaningFieldHas',
  error: 'meaningError',
  heartbeat: 'meaningHeartbeat',
  compressed: 'meaningCompressed',
  injected: 'meaningInjected',
  edited: 'meaningEdited',
  dropped: 'meaningDropped',
  held: 'meaningHeld',
  event: 'meaningEvent',
  topic: 'meaningTopic',
  type: 'meaningType',
  id: 'meaningId',
  as: 'meaningAs',
  asRaw: 'meaningAsRaw',
  call: 'meaningCall',
  callPending: 'meaningCallPending',
  callDone: 'meaningCallDone',
  callFailed: 'meaningCallFailed',
  callOrphan: 'meaningCallOrphan',
  conversation: 'meaningConversation',
  latency: 'meaningLatency',
  envelope: 'meaningEnvelope',
  undecodable: 'meaningUndecodable',
  is: 'meaningIs',
  not: 'meaningNot',
  or: 'meaningOr',
  group: 'meaningGroup',
  kindState: 'meaningKindState',
  kindText: 'meaningKindText',
  kindBinary: 'meaningKindBinary',
  kindClose: 'meaningKindClose',
  kindPing: 'meaningKindPing',
  kindPong: 'meaningKindPong',
};

export function meaningText(meaning: FilterMeaning): string {
  return text(names[meaning]);
}
