import { html, nothing, type TemplateResult } from 'lit/html.js';
import { assertNever } from '../../core/base/errors.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleText } from '../../core/text/visibleText.ts';
import type { CheckedBody } from '../../shared/composerProtocol.ts';
import { composerProblemId } from './messageField.ts';
import { text } from '../widgets/strings.ts';

/** The outcome of the last message, or of what was done with it. */
export type SendOutcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'written' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'saved'; readonly path: string }
  | { readonly kind: 'unsaved'; readonly reason: string }
  /** Something else did not work. */
  | { readonly kind: 'problem'; readonly reason: string };

interface Status {
  readonly outcome: SendOutcome;
  readonly checked: CheckedBody;
  /** Why nothing can be sent now. */
  readonly why: string | undefined;
}

/** The lines below the message: its error, the outcome, and a preview. */
export function composerStatus(
  { outcome, checked, why }: Status,
  formats: Formats,
  reveal: () => void,
): TemplateResult {
  const { problem, preview, byteLength } = checked;
  const size = byteLength === undefined ? '' : formats.bytes(byteLength);
  return html`<div class="composer-said">
      ${
        problem
          ? html`<button type="button" class="composer-problem" @click=${reveal}>
              <span class="codicon codicon-error" aria-hidden="true"></span>
              <span id=${composerProblemId} class="sentence">${visibleText(problem.message)}</span>
            </button>`
          : nothing
      }
      ${
        why === undefined
          ? nothing
          : html`<p class="composer-why">
              <span class="codicon codicon-info" aria-hidden="true"></span>
              <span id="composer-why" class="sentence">${visibleText(why)}</span>
            </p>`
      }
      ${outcomeLine(outcome)}
      <span class="composer-size">${size}</span>
    </div>
    ${
      preview === undefined
        ? nothing
        : html`<div class="composer-preview" role="group" aria-label=${text('composePreview')}>
            <span
              class="codicon codicon-eye"
              title=${text('composePreview')}
              aria-hidden="true"
            ></span>
            <pre tabindex="0">${visibleText(preview)}</pre>
          </div>`
    }`;
}

function outcomeLine(outcome: SendOutcome): TemplateResult | typeof nothing {
  const words = outcomeText(outcome);
  if (words === '') {
    return nothing;
  }
  const isBad = 'reason' in outcome;
  return html`<p class="composer-outcome ${isBad ? 'failed' : ''}">${visibleText(words)}</p>`;
}

/** As a sentence; empty for no outcome. */
export function outcomeText(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case 'none':
      return '';
    case 'sending':
      return text('composeReading');
    case 'written':
      return text('composeWritten');
    case 'queued':
      return text('composeQueued');
    case 'failed':
      return text('composeFailed', outcome.reason);
    case 'saved':
      return text('composeSaved', outcome.path);
    case 'unsaved':
      return text('composeUnsaved', outcome.reason);
    case 'problem':
      return outcome.reason;
    default:
      return assertNever(outcome);
  }
}
