import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { PageString } from '../../shared/monitorStrings.ts';
import { text } from './strings.ts';

interface ToolButton {
  readonly name: PageString;
  readonly icon: string;
  /** What it does, if the name does not say all of it. */
  readonly hint?: PageString;
  readonly isDisabled?: boolean;
  readonly opensMenu?: boolean;
  readonly isPressed?: boolean;
  /** Whether it looks pressed as the options in the editor's text boxes do. */
  readonly isOption?: boolean;
  /** Whether no name is shown beside the icon, however much room there is. */
  readonly isIcon?: boolean;
  readonly run: (event: Event) => void;
}

/** A button with an icon. Its name is shown beside the icon if there is room. */
export function toolButton(tool: ToolButton): TemplateResult {
  const { name, icon, hint, isDisabled, opensMenu, isPressed, isOption, isIcon, run } = tool;
  return html`<button
    type="button"
    class=${isOption === true ? 'tool toggle' : 'tool'}
    aria-label=${text(name)}
    title=${text(hint ?? name)}
    aria-haspopup=${opensMenu === true ? 'menu' : nothing}
    aria-pressed=${isPressed === undefined ? nothing : String(isPressed)}
    ?disabled=${isDisabled ?? false}
    @click=${run}
  >
    <span class="codicon codicon-${icon}" aria-hidden="true"></span
    >${isIcon === true ? nothing : html`<span class="label">${text(name)}</span>`}
  </button>`;
}
