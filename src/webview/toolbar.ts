import { html, type TemplateResult } from 'lit/html.js';
import type { PageString } from '../shared/pageStrings.ts';
import { text } from './strings.ts';

interface ToolButton {
  readonly name: PageString;
  readonly icon: string;
  /** What it does, where the name leaves something to say. */
  readonly hint?: PageString;
  readonly isDisabled?: boolean;
  readonly run: () => void;
}

/** A button with an icon; its name stands beside the icon where there is room. */
export function toolButton({ name, icon, hint, isDisabled, run }: ToolButton): TemplateResult {
  return html`<button
    type="button"
    class="tool"
    aria-label=${text(name)}
    title=${text(hint ?? name)}
    ?disabled=${isDisabled ?? false}
    @click=${run}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span
    ><span class="label">${text(name)}</span>
  </button>`;
}
