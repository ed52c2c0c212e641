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

export interface Notice {
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

/** What the user should know about a connection: why it is not open, why nothing is stored. */
export function noticesOf(view: ConnectionView, commands: NoticeCommands): readonly Notice[] {
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

/** The lines below the header. */
export function renderNotices(root: HTMLElement, notices: readonly Notice[]): void {
  render(notices.map(noticeLine), root);
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
