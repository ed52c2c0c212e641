import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { PageString } from '../../shared/monitorStrings.ts';
import { iconClass, type IconName } from './icons.ts';
import { below, openMenu, type MenuItem } from './menu.ts';
import { text } from './strings.ts';

export interface ToolButton {
  readonly name: PageString;
  readonly icon: IconName;
  /** What it does, if the name does not say all of it. */
  readonly hint?: PageString;
  /** For the places in its name and hint. */
  readonly words?: readonly string[];
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
  /** Whether it looks pressed as the options in the editor's text boxes do. */
  readonly isOption?: boolean;
  /** Whether it goes where there is little room (`spare`), or only where there is least (`late`). */
  readonly overflow?: 'spare' | 'late';
  /** Whether no name is shown beside the icon, however much room there is. */
  readonly isIcon?: boolean;
  /** What its menu offers, if it opens one. */
  readonly items?: () => readonly MenuItem[];
  /** Whether `run` opens a menu. */
  readonly opensMenu?: boolean;
  /** What it does if it has no `items`. */
  readonly run?: (event: Event) => void;
}

/** A button with an icon. Its name is shown beside the icon if there is room. */
export function toolButton(tool: ToolButton): TemplateResult {
  const { name, icon, hint, isDisabled, opensMenu, isPressed, isOption, isIcon, items, run } = tool;
  const words = tool.words ?? [];
  const onClick = (event: Event) => {
    if (items) {
      openMenu(text(name, ...words), items, below(event.currentTarget as Element));
    } else {
      run?.(event);
    }
  };
  const look = isOption === true ? 'tool toggle' : 'tool';
  return html`<button
    type="button"
    class=${tool.overflow === undefined ? look : `${look} ${tool.overflow}`}
    data-tool=${name}
    aria-label=${text(name, ...words)}
    title=${text(hint ?? name, ...words)}
    aria-haspopup=${items || opensMenu === true ? 'menu' : nothing}
    aria-pressed=${isPressed === undefined ? nothing : String(isPressed)}
    ?disabled=${isDisabled ?? false}
    @click=${onClick}
  >
    <span class=${iconClass(icon)} aria-hidden="true"></span
    >${isIcon === true ? nothing : html`<span class="label">${text(name, ...words)}</span>`}
  </button>`;
}

/** What the buttons do that there is no room for below `root`, as items of a menu. */
export function hiddenTools(root: Element, tools: readonly ToolButton[]): readonly MenuItem[] {
  return tools
    .filter(({ name }) => {
      const button = root.querySelector(`[data-tool="${name}"]`);
      return button !== null && !button.checkVisibility();
    })
    .map(({ name, words = [], isDisabled = false, items, run }) => {
      const label = text(name, ...words);
      return items
        ? { kind: 'menu', label, items }
        : { kind: 'action', label, isDisabled, run: () => run?.(new Event('click')) };
    });
}
