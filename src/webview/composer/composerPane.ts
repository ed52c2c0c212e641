import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { CheckedBody, ComposerView } from '../../shared/composerProtocol.ts';
import { hasText, type Draft, bodyKinds, type DraftProblem } from './draft.ts';
import type { ComposerBar } from './composerBar.ts';
import type { HeldEdit } from './heldEdits.ts';
import { type MessageField, composerProblemId } from './messageField.ts';
import { editedKinds } from './savedComposer.ts';
import { composerStatus, type SendOutcome } from './sendStatus.ts';
import { el } from '../widgets/dom.ts';
import { Sash } from '../widgets/sash.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';
import type { Side } from '../../core/slot/observedSocket.ts';
import type { BodyKind } from '../../core/message/messageBody.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { PageString } from '../../shared/monitorStrings.ts';

export interface PaneActions extends FormActions {
  readonly close: () => void;
  /** Shows the place of the problem. */
  readonly reveal: () => void;
  readonly resize: (height: number) => void;
  readonly setSide: (side: Side) => void;
  readonly cancelEdit: () => void;
  readonly startTap: () => void;
}

interface FaceState {
  readonly isOpen: boolean;
  readonly draft: Draft;
  readonly checked: CheckedBody;
  readonly outcome: SendOutcome;
  readonly view: ComposerView | undefined;
  /** Why nothing is sent now. */
  readonly why: string | undefined;
  /** The held message that is edited. */
  readonly edited: HeldEdit | undefined;
  /** Where it goes; `undefined` if there is no choice. */
  readonly side: Side | undefined;
}

/** The least height of the text, in pixels. */
const minHeight = 60;
/** Of the page. */
const maxHeightShare = 0.55;

/** The composer's elements, and what they show. */
export class ComposerPane {
  readonly #bar: ComposerBar;
  readonly #formats: Formats;
  readonly #field: MessageField;
  readonly #actions: PaneActions;
  readonly #fields = el('div', { class: 'composer-fields' });
  readonly #status = el('div', { class: 'composer-status' });
  readonly #end = el('div', { class: 'composer-end' });
  readonly #foot = el('div', { class: 'composer-foot' }, this.#status, this.#end);
  readonly #sash: Sash;
  /** Of the text, in pixels; 0 if it grows with what is in it. */
  #height = 0;

  /**
   * @param bar is part of it
   * @param height of the text in pixels; 0 lets it grow
   */
  constructor(
    formats: Formats,
    bar: ComposerBar,
    field: MessageField,
    height: number,
    actions: PaneActions,
  ) {
    this.#formats = formats;
    this.#bar = bar;
    this.#field = field;
    this.#actions = actions;
    this.#sash = this.#makeSash();
    bar.surround(this.#sash.element, [field.element, this.#fields, this.#foot]);
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

  /** That a held message has gone without its edit. */
  goneSentence({ message, direction }: HeldEdit): string {
    const name = direction === 'in' ? 'heldGoneToClient' : 'heldGoneToServer';
    return text(name, this.#formats.count(message.number));
  }

  render(state: FaceState): void {
    const { isOpen, draft, checked } = state;
    this.#element.classList.toggle('open', isOpen);
    this.#renderBar(state);
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

  get #element(): HTMLElement {
    return this.#bar.element;
  }

  #makeSash(): Sash {
    return new Sash({
      className: 'composer-sizer',
      label: text('composeResize'),
      edge: 'top',
      step: 20,
      keys: { Home: 'max', End: 'default' },
      ariaScale: 1,
      size: () => this.#element.querySelector('textarea')?.clientHeight ?? minHeight,
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
    this.#element.style.setProperty('--composer-height', `${this.#height}px`);
    this.#element.classList.toggle('sized', this.#height > 0);
    this.#sash.refresh();
  }

  #renderFoot({ checked, outcome, view, why, edited }: FaceState): void {
    const gone = edited?.isGone === true ? this.goneSentence(edited) : undefined;
    const note = gone ?? why ?? (view?.sends === 'queue' ? view.why : undefined);
    const status = { outcome, checked, why: note };
    render(composerStatus(status, this.#formats, this.#actions.reveal), this.#status);
    const { send, cancelEdit } = this.#actions;
    render(
      edited === undefined
        ? html`${view?.needsTap === true ? tapButton(this.#actions.startTap) : nothing}
          ${sendButton(view?.sends ?? 'never', sendKeys(), why, send)}`
        : editButtons(edited, send, cancelEdit),
      this.#end,
    );
  }

  #renderBar({ isOpen, draft, view, edited, side }: FaceState): void {
    if (!isOpen) {
      this.#bar.render(view);
      return;
    }
    const isOwn = edited === undefined;
    this.#bar.render(view, {
      tools: isOwn
        ? composerTools(draft, this.#actions)
        : editTools(draft, edited, this.#formats, this.#actions),
      side: isOwn && side ? sideChoice(side, this.#actions) : nothing,
      shut: toolButton({
        name: 'composeClose',
        icon: 'chevron-down',
        isIcon: true,
        run: this.#actions.close,
      }),
    });
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

function kindChoice(
  kinds: readonly BodyKind[],
  draft: Draft,
  { change }: Pick<FormActions, 'change'>,
): TemplateResult {
  const onKind = ({ target }: Event) => {
    const kind = kinds.find(kind => kind === (target as HTMLSelectElement).value);
    if (kind) {
      change({ kind });
    }
  };
  return html`<select aria-label=${text('composeKind')} @change=${onKind}>
    ${kinds.map(
      kind =>
        html`<option value=${kind} .selected=${kind === draft.kind}>
          ${text(kindNames[kind])}
        </option>`,
    )}
  </select>`;
}

/** Over a held message that is edited. */
function editTools(
  draft: Draft,
  { message, isGone }: HeldEdit,
  formats: Formats,
  actions: FormActions,
): TemplateResult {
  const words = text(isGone ? 'heldEdited' : 'heldEditing', formats.count(message.number));
  return html`${kindChoice(editedKinds, draft, actions)}
    <span class="composer-edited" title=${words}>${words}</span>`;
}

function editButtons({ isGone }: HeldEdit, send: () => void, cancel: () => void): TemplateResult {
  return html`<button
      type="button"
      class="secondary"
      title=${text(isGone ? 'heldDiscardHint' : 'heldCancelEditHint')}
      @click=${cancel}
    >
      ${text(isGone ? 'heldDiscard' : 'heldCancelEdit')}
    </button>
    <button
      type="button"
      class="primary composer-send"
      title=${text(isGone ? 'heldSendHint' : 'heldReleaseEditedHint', sendKeys())}
      @click=${send}
    >
      ${text(isGone ? 'heldSend' : 'heldReleaseEdited')}
    </button>`;
}

/** Beside the sentence that a socket of a debug session can only be watched. */
function tapButton(startTap: () => void): TemplateResult {
  return html`<button
    type="button"
    class="secondary"
    title=${text('composeStartTapHint')}
    @click=${startTap}
  >
    ${text('composeStartTap')}
  </button>`;
}

/** To which side of a tap it goes. */
function sideChoice(side: Side, { setSide }: Pick<PaneActions, 'setSide'>): TemplateResult {
  const onSide = ({ target }: Event) =>
    setSide((target as HTMLSelectElement).value === 'client' ? 'client' : 'server');
  return html`<select aria-label=${text('composeTo')} @change=${onSide}>
    <option value="server" .selected=${side === 'server'}>${text('composeToServer')}</option>
    <option value="client" .selected=${side === 'client'}>${text('composeToClient')}</option>
  </select>`;
}

/** The line over the message: its kind, and all commands but sending. */
function composerTools(draft: Draft, actions: FormActions): TemplateResult {
  return html`${kindChoice(bodyKinds, draft, actions)}
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
