import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Severity } from '../../core/connection/report.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';

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
}

/** Why things do not work, as sentences. */
interface Problems {
  readonly request: string | undefined;
  readonly list: string | undefined;
}

/** The lines below the header: what does not work, and what to know about the connection. */
export function renderNotices(
  root: HTMLElement,
  view: ConnectionView | undefined,
  problems: Problems,
  commands: NoticeCommands,
): void {
  const notices: Notice[] = [];
  if (problems.request !== undefined) {
    notices.push({ severity: 'error', sentence: problems.request });
  }
  if (problems.list !== undefined) {
    notices.push({ severity: 'warning', sentence: problems.list });
  }
  if (view?.source === 'connection') {
    notices.push(...connectionNotices(view, commands));
  }
  render(notices.map(noticeLine), root);
}

/** Why a connection is not open, and why its messages are not stored. */
function connectionNotices(view: ConnectionView, commands: NoticeCommands): readonly Notice[] {
  const { severity, cause, storage } = view;
  const notices: Notice[] = [];
  if (cause !== '' && (isStopped(view) || severity !== 'info')) {
    notices.push({ severity, sentence: cause, actions: actionsOf(view, commands) });
  }
  if (storage.problem !== undefined) {
    notices.push({ severity: 'warning', sentence: storage.problem });
  }
  return notices;
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
    <span class="codicon codicon-${severity}" aria-hidden="true"></span>
    <span class="sentence">${visibleLine(sentence)}</span>
    ${actions.length === 0 ? nothing : html`<span class="links">${actions.map(link)}</span>`}
  </div>`;
}

function link({ label, hint, run }: NoticeAction): TemplateResult {
  return html`<button type="button" class="secondary" title=${hint ?? label} @click=${run}>
    ${label}
  </button>`;
}
