import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import { runList } from './runs.ts';
import { el } from '../widgets/dom.ts';
import { iconClass } from '../widgets/icons.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

interface BarActions {
  readonly open: () => void;
  readonly cancelQueue: () => void;
  readonly stopRun: (id: string) => void;
}

/** What the line has while the composer is open. */
interface OpenLine {
  readonly tools: TemplateResult;
  readonly side: TemplateResult | typeof nothing;
  readonly shut: TemplateResult;
}

/** The composer's element with what is also shown while it is closed: its line, and the runs. */
export class ComposerBar {
  readonly element = el('section', { 'class': 'composer', 'aria-label': text('composer') });
  readonly #formats: Formats;
  readonly #actions: BarActions;
  readonly #line = el('div', { class: 'composer-bar' });
  readonly #runs = el('div', { class: 'composer-runs-place' });

  constructor(formats: Formats, actions: BarActions) {
    this.#formats = formats;
    this.#actions = actions;
    this.element.append(this.#line, this.#runs);
  }

  /** Adds elements above the line and below it. What is there stays, and so does the focus. */
  surround(above: Element, below: readonly Element[]): void {
    this.#line.before(above);
    this.#line.after(...below);
  }

  /** Moves the focus to the button that opens the composer. */
  focus(): void {
    this.#line.querySelector('button')?.focus();
  }

  /** @param open absent while the composer is closed */
  render(view: ComposerView | undefined, open?: OpenLine): void {
    const { open: start, cancelQueue, stopRun } = this.#actions;
    const count = (value: number) => this.#formats.count(value);
    render(
      html`${
          open?.tools ??
          toolButton({ name: 'compose', hint: 'composeHint', icon: 'edit', run: start })
        }
        ${open?.side ?? nothing}
        <span class="composer-marks"
          >${view ? composerMarks(view, count, cancelQueue) : nothing}</span
        >
        ${open?.shut ?? nothing}`,
      this.#line,
    );
    render(runList(view?.runs ?? [], this.#formats, stopRun), this.#runs);
  }
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
    <span class=${iconClass(isProduction ? 'warning' : 'globe')} aria-hidden="true"></span>
    <span class="words">${words}</span>
  </span>`;
}
