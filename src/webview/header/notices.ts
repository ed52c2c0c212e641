import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Severity } from '../../core/connection/report.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { isObserved, isRecorded } from '../../shared/sourceKind.ts';
import { iconClass } from '../widgets/icons.ts';
import { text } from '../widgets/strings.ts';
import { timerText, timerTickMs } from './stateTimer.ts';

interface NoticeAction {
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
}

interface Notice {
  readonly severity: Severity;
  readonly sentence: string;
  /** What the user can do about it. */
  readonly actions?: readonly NoticeAction[];
}

interface NoticeCommands {
  readonly connect: () => void;
  readonly reconnect: () => void;
  readonly openSetting: () => void;
  /** Goes to a moment in the list, in milliseconds since 1970. */
  readonly showMoment: (at: number) => void;
}

/** Why things do not work, as sentences. */
interface Problems {
  readonly request: string | undefined;
  readonly list: string | undefined;
}

/** For so long it is said that a lost connection is open again. */
const reopenedForMs = 60_000;

/** The lines below the header: what does not work, and what to know about the connection. */
export class Notices {
  readonly #root: HTMLElement;
  readonly #formats: Formats;
  readonly #commands: NoticeCommands;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement, formats: Formats, commands: NoticeCommands) {
    this.#root = root;
    this.#formats = formats;
    this.#commands = commands;
  }

  /** @param receivedAt when the view came, by `performance.now()` */
  render(view: ConnectionView | undefined, receivedAt: number, problems: Problems): void {
    clearTimeout(this.#tick);
    const notices: Notice[] = [];
    if (problems.request !== undefined) {
      notices.push({ severity: 'error', sentence: problems.request });
    }
    if (problems.list !== undefined) {
      notices.push({ severity: 'warning', sentence: problems.list });
    }
    const hasPast = view?.source === 'configured' && view.extent.next > view.extent.first;
    // Without messages, the place of the list says the same.
    if (view && (isRecorded(view) || hasPast || view.isAwaited === true)) {
      const passedMs = performance.now() - receivedAt;
      notices.push(...this.#connectionNotices(view, passedMs));
      // Counts down at the same moments as the header's timer.
      const tickMs = view.causeAround && timerTickMs(view, passedMs);
      if (tickMs !== undefined) {
        this.#tick = setTimeout(() => this.render(view, receivedAt, problems), tickMs);
      }
    }
    render(notices.map(noticeLine), this.#root);
  }

  /** Why a connection is not open, or was not, and why its messages are not stored. */
  #connectionNotices(view: ConnectionView, passedMs: number): readonly Notice[] {
    const { severity, cause, causeAround, storage, openForMs = 0, reopenedAt } = view;
    const notices: Notice[] = [];
    // That a program has closed its own socket needs no attention.
    const isNews = !isObserved(view) && isStopped(view);
    if (cause !== '' && (isNews || severity !== 'info')) {
      const sentence = causeAround?.join(` ${timerText(view, passedMs, this.#formats)} `) ?? cause;
      notices.push({ severity, sentence, actions: actionsOf(view, this.#commands) });
    } else if (reopenedAt !== undefined && openForMs + passedMs < reopenedForMs) {
      const run = () => this.#commands.showMoment(reopenedAt);
      const show = { label: text('showReopened'), hint: text('showReopenedHint'), run };
      notices.push({ severity, sentence: cause, actions: [show] });
    }
    if (storage.problem !== undefined) {
      notices.push({ severity: 'warning', sentence: storage.problem });
    }
    return notices;
  }
}

function isStopped({ state }: ConnectionView): boolean {
  return state === 'retry' || state === 'failed' || state === 'disconnected';
}

function actionsOf(view: ConnectionView, commands: NoticeCommands): readonly NoticeAction[] {
  const { state, setting, canConnect } = view;
  const actions: NoticeAction[] = [];
  if (setting !== undefined) {
    const hint = text('openSettingHint', setting);
    actions.push({ label: text('openSetting', setting), hint, run: commands.openSetting });
  }
  if (state === 'retry') {
    actions.push({ label: text('retryNow'), run: commands.reconnect });
  } else if (canConnect && isStopped(view)) {
    actions.push({ label: text('connectNow'), run: commands.connect });
  }
  return actions;
}

function noticeLine({ severity, sentence, actions = [] }: Notice): TemplateResult {
  return html`<div class="notice ${severity}">
    <span class=${iconClass(severity)} aria-hidden="true"></span>
    <span class="sentence">${visibleLine(sentence)}</span>
    ${actions.length === 0 ? nothing : html`<span class="links">${actions.map(link)}</span>`}
  </div>`;
}

function link({ label, hint, run }: NoticeAction): TemplateResult {
  return html`<button type="button" class="secondary" title=${hint ?? label} @click=${run}>
    ${label}
  </button>`;
}
