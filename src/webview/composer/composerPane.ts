import { html, nothing, render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { CheckedBody, ComposerView } from '../../shared/composerProtocol.ts';
import { hasText, type Draft } from './draft.ts';
import type { MessageField } from './messageField.ts';
import {
  composerFields,
  composerMarks,
  composerTools,
  sendButton,
  type FormActions,
} from './composerForm.ts';
import { runList } from './runs.ts';
import { composerStatus, type SendOutcome } from './sendStatus.ts';
import { el } from '../widgets/dom.ts';
import { Sash } from '../widgets/sash.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

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
/** Of the page: the rest is the list's. */
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

  /** Puts the focus where a draft of this kind is written. */
  focus({ kind }: Draft): void {
    if (hasText(kind)) {
      this.#field.focus();
    } else {
      this.#fields.querySelector<HTMLElement>('button, input')?.focus();
    }
  }

  /** Puts the focus on the button that opens it. */
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
