import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { CheckedBody, ComposerView } from '../../shared/composerProtocol.ts';
import { hasText, type Draft, bodyKinds, type DraftProblem } from './draft.ts';
import { type MessageField, composerProblemId } from './messageField.ts';
import { runList } from './runs.ts';
import { composerStatus, type SendOutcome } from './sendStatus.ts';
import { el } from '../widgets/dom.ts';
import { Sash } from '../widgets/sash.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';
import type { BodyKind } from '../../core/message/messageBody.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { PageString } from '../../shared/monitorStrings.ts';

export interface PaneActions extends FormActions {
  readonly open: () => void;
  readonly close: () => void;
  /** Shows the place of the problem. */
  readonly reveal: () => void;
  readonly stopRun: (id: string) => void;
  readonly resize: (height: number) => void;
}

interface FaceState {
  readonly isOpen: boolean;
  readonly draft: Draft;
  readonly checked: CheckedBody;
  readonly outcome: SendOutcome;
  readonly view: ComposerView | undefined;
  /** Why nothing is sent now. */
  readonly why: string | undefined;
}

/** The least height of the text, in pixels. */
const minHeight = 60;
/** Of the page. */
const maxHeightShare = 0.55;

/** The composer's elements, and what they show. */
export class ComposerPane {
  readonly element = el('section', { 'class': 'composer', 'aria-label': text('composer') });
  readonly #formats: Formats;
  readonly #field: MessageField;
  readonly #actions: PaneActions;
  readonly #bar = el('div', { class: 'composer-bar' });
  readonly #fields = el('div', { class: 'composer-fields' });
  readonly #status = el('div', { class: 'composer-status' });
  readonly #end = el('div', { class: 'composer-end' });
  readonly #foot = el('div', { class: 'composer-foot' }, this.#status, this.#end);
  readonly #runs = el('div', { class: 'composer-runs-place' });
  readonly #sash: Sash;
  /** Of the text, in pixels; 0 if it grows with what is in it. */
  #height = 0;

  /** @param height of the text in pixels; 0 lets it grow */
  constructor(formats: Formats, field: MessageField, height: number, actions: PaneActions) {
    this.#formats = formats;
    this.#field = field;
    this.#actions = actions;
    this.#sash = this.#makeSash();
    this.element.append(this.#sash.element, this.#bar, field.element, this.#fields);
    this.element.append(this.#foot, this.#runs);
    this.#setHeight(height);
  }

  /** Moves the focus to the field for a draft of this kind. */
  focus({ kind }: Draft): void {
    if (hasText(kind)) {
      this.#field.focus();
    } else {
      this.#fields.querySelector<HTMLElement>('button, input')?.focus();
    }
  }

  /** Moves the focus to the button that opens it. */
  focusBar(): void {
    this.#bar.querySelector('button')?.focus();
  }

  render(state: FaceState): void {
    const { isOpen, draft, checked, view } = state;
    this.element.classList.toggle('open', isOpen);
    this.#renderBar(state);
    render(runList(view?.runs ?? [], this.#formats, this.#actions.stopRun), this.#runs);
    this.#field.element.hidden = !isOpen || !hasText(draft.kind);
    for (const part of [this.#sash.element, this.#fields, this.#foot]) {
      part.hidden = !isOpen;
    }
    if (isOpen) {
      this.#field.show(draft, checked.problem);
      render(composerFields(draft, checked.problem, this.#actions), this.#fields);
      this.#renderFoot(state);
    }
  }

  #makeSash(): Sash {
    return new Sash({
      className: 'composer-sizer',
      label: text('composeResize'),
      edge: 'top',
      step: 20,
      keys: { Home: 'max', End: 'default' },
      ariaScale: 1,
      size: () => this.element.querySelector('textarea')?.clientHeight ?? minHeight,
      bounds: () => [minHeight, Math.max(minHeight, Math.round(innerHeight * maxHeightShare))],
      unitPixels: () => 1,
      onResize: height => {
        this.#setHeight(height ?? 0);
        this.#actions.resize(this.#height);
      },
    });
  }

  #setHeight(height: number): void {
    const max = Math.max(minHeight, Math.round(innerHeight * maxHeightShare));
    this.#height = height === 0 ? 0 : Math.min(max, Math.max(minHeight, Math.round(height)));
    this.element.style.setProperty('--composer-height', `${this.#height}px`);
    this.element.classList.toggle('sized', this.#height > 0);
    this.#sash.refresh();
  }

  #renderFoot({ checked, outcome, view, why }: FaceState): void {
    const note = why ?? (view?.sends === 'queue' ? view.why : undefined);
    const status = { outcome, checked, why: note };
    render(composerStatus(status, this.#formats, this.#actions.reveal), this.#status);
    render(sendButton(view?.sends ?? 'never', sendKeys(), why, this.#actions.send), this.#end);
  }

  #renderBar({ isOpen, draft, view }: FaceState): void {
    const { open, close, cancelQueue } = this.#actions;
    const count = (value: number) => this.#formats.count(value);
    const marks = view ? composerMarks(view, count, cancelQueue) : nothing;
    const shut = toolButton({
      name: 'composeClose',
      icon: 'chevron-down',
      isIcon: true,
      run: close,
    });
    const start = toolButton({ name: 'compose', hint: 'composeHint', icon: 'edit', run: open });
    render(
      html`${isOpen ? composerTools(draft, this.#actions) : start}
        <span class="composer-marks">${marks}</span>
        ${isOpen ? shut : nothing}`,
      this.#bar,
    );
  }
}

function sendKeys(): string {
  return navigator.userAgent.includes('Mac OS') ? '⌘Enter' : 'Ctrl+Enter';
}

interface FormActions {
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

/** The line over the message: its kind, and all commands but sending. */
function composerTools(draft: Draft, actions: FormActions): TemplateResult {
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

/** The fields of kinds that have no text. */
function composerFields(
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

/** The queue and the environment, which are also shown while the composer is closed. */
function composerMarks(
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
 * The send button. It stays focusable while it is disabled, so that it can say why.
 *
 * @param keys the keyboard shortcut, as users read it
 * @param why it is disabled; `undefined` if it is not
 */
function sendButton(
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
