import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { BodyKind } from '../../core/message/messageBody.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { bodyKinds, hasText, type Draft, type DraftProblem } from './draft.ts';
import { composerProblemId } from './messageField.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

export interface FormActions {
  readonly change: (change: Partial<Draft>) => void;
  readonly pickFile: () => void;
  readonly format: () => void;
  readonly save: () => void;
  readonly openLibrary: (button: Element) => void;
  readonly send: () => void;
  readonly cancelQueue: () => void;
}

const kindNames: Readonly<Record<BodyKind, PageString>> = {
  text: 'composeAsText',
  json: 'composeAsJson',
  hex: 'composeAsHex',
  base64: 'composeAsBase64',
  file: 'composeAsFile',
  ping: 'composeAsPing',
  close: 'composeAsClose',
};

/** The line over the message: its kind, and what can be done with it but for sending it. */
export function composerTools(draft: Draft, actions: FormActions): TemplateResult {
  const onKind = ({ target }: Event) => {
    const kind = bodyKinds.find(kind => kind === (target as HTMLSelectElement).value);
    if (kind) {
      actions.change({ kind });
    }
  };
  return html`<select aria-label=${text('composeKind')} @change=${onKind}>
      ${bodyKinds.map(
        kind =>
          html`<option value=${kind} .selected=${kind === draft.kind}>
            ${text(kindNames[kind])}
          </option>`,
      )}
    </select>
    <div class="composer-tools" role="group" aria-label=${text('composer')}>
      ${
        draft.kind === 'json'
          ? toolButton({
              name: 'composeFormat',
              hint: 'composeFormatHint',
              icon: 'json',
              run: actions.format,
            })
          : nothing
      }
      ${toolButton({
        name: 'composeLibrary',
        hint: 'composeLibraryHint',
        icon: 'library',
        opensMenu: true,
        run: ({ currentTarget }) => actions.openLibrary(currentTarget as Element),
      })}
      ${toolButton({
        name: 'composeSave',
        hint: 'composeSaveHint',
        icon: 'save',
        run: actions.save,
      })}
    </div>`;
}

/** What stands in place of the text, of kinds that have none. */
export function composerFields(
  draft: Draft,
  problem: DraftProblem | undefined,
  actions: FormActions,
): TemplateResult | typeof nothing {
  if (hasText(draft.kind)) {
    return nothing;
  }
  return draft.kind === 'file' ? fileFields(draft, actions) : closeFields(draft, problem, actions);
}

function fileFields({ path, isText }: Draft, actions: FormActions): TemplateResult {
  const onCheck = ({ target }: Event) =>
    actions.change({ isText: (target as HTMLInputElement).checked });
  return html`<div class="composer-line">
    <button type="button" class="secondary" @click=${actions.pickFile}>
      ${text('composePickFile')}
    </button>
    <span class="composer-path">${path === '' ? text('composeNoFile') : visibleLine(path)}</span>
    <label>
      <input type="checkbox" .checked=${isText} @change=${onCheck} />
      ${text('composeFileIsText')}
    </label>
  </div>`;
}

function closeFields(
  { code, reason }: Draft,
  problem: DraftProblem | undefined,
  { change, send }: FormActions,
): TemplateResult {
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      send();
    }
  };
  const valueOf = ({ target }: Event) => (target as HTMLInputElement).value;
  const invalid = problem ? 'true' : nothing;
  return html`<div class="composer-line" @keydown=${onKey}>
    <label>
      ${text('composeCode')}
      <input
        class="field composer-code"
        type="text"
        inputmode="numeric"
        maxlength="5"
        aria-invalid=${invalid}
        aria-describedby=${problem ? composerProblemId : nothing}
        .value=${code}
        @input=${(event: Event) => change({ code: valueOf(event) })}
      />
    </label>
    <label class="composer-reason">
      ${text('composeReason')}
      <input
        class="field"
        type="text"
        maxlength="200"
        placeholder=${text('composeReasonHint')}
        aria-invalid=${invalid}
        .value=${reason}
        @input=${(event: Event) => change({ reason: valueOf(event) })}
      />
    </label>
  </div>`;
}

/** What waits, and where it all goes: shown also while the composer is closed. */
export function composerMarks(
  { queued, environment }: ComposerView,
  count: (value: number) => string,
  cancelQueue: () => void,
): readonly (TemplateResult | typeof nothing)[] {
  return [
    queued === 0
      ? nothing
      : html`<span class="composer-queue">
          <span class="codicon codicon-history" aria-hidden="true"></span>
          ${text('composeWaiting', count(queued))}
          <button type="button" class="secondary" @click=${cancelQueue}>
            ${text('composeCancelQueue')}
          </button>
        </span>`,
    environment ? environmentMark(environment) : nothing,
  ];
}

function environmentMark({
  name,
  isProduction,
}: NonNullable<ComposerView['environment']>): TemplateResult {
  const words = text(isProduction ? 'composeProduction' : 'composeEnvironment', visibleLine(name));
  return html`<span class="composer-environment ${isProduction ? 'production' : ''}">
    <span class="codicon codicon-${isProduction ? 'warning' : 'globe'}" aria-hidden="true"></span>
    <span class="words">${words}</span>
  </span>`;
}

/**
 * The button that sends. It can always be reached, so that it can say why it does nothing now.
 *
 * @param keys those that do the same, as users read them
 * @param why what is said of it where it does nothing now
 */
export function sendButton(
  sends: ComposerView['sends'],
  keys: string,
  why: string | undefined,
  send: () => void,
): TemplateResult {
  const isQueue = sends === 'queue';
  const hint = why ?? text(isQueue ? 'composeQueueHint' : 'composeSendHint', keys);
  return html`<button
    type="button"
    class="primary composer-send"
    title=${hint}
    aria-disabled=${why === undefined ? nothing : 'true'}
    aria-describedby=${why === undefined ? nothing : 'composer-why'}
    @click=${send}
  >
    ${text(isQueue ? 'composeQueue' : 'composeSend')}
  </button>`;
}
