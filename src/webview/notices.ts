import { html, render, type TemplateResult } from 'lit/html.js';
import type { Severity } from '../core/connection/report.ts';
import { visibleLine } from '../core/payload/visibleText.ts';
import type { ConnectionView } from '../shared/protocol.ts';

export interface Notice {
  readonly severity: Severity;
  readonly sentence: string;
}

/** What the user should know about a connection: why it is not open, why nothing is stored. */
export function noticesOf({ state, severity, cause, storage }: ConnectionView): readonly Notice[] {
  const isStopped = state === 'retry' || state === 'failed' || state === 'disconnected';
  const notices: Notice[] = [];
  if (cause !== '' && (isStopped || severity !== 'info')) {
    notices.push({ severity, sentence: cause });
  }
  if (storage.problem !== undefined) {
    notices.push({ severity: 'warning', sentence: storage.problem });
  }
  return notices;
}

/** The lines below the header. */
export function renderNotices(root: HTMLElement, notices: readonly Notice[]): void {
  render(notices.map(noticeLine), root);
}

function noticeLine({ severity, sentence }: Notice): TemplateResult {
  return html`<p class="notice ${severity}">
    <span class="codicon codicon-${severity}" aria-hidden="true"></span>
    <span class="sentence">${visibleLine(sentence)}</span>
  </p>`;
}
