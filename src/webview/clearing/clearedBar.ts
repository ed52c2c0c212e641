import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ClearedView } from '../../shared/monitorProtocol.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

interface ClearedBarListener {
  undo(): void;
  /** The bar has gone with the focus in it. */
  leave(): void;
}

/** Says for some seconds what was cleared, and brings it back. */
export class ClearedBar {
  /** In the page from the beginning, so that screen readers say what appears in it. */
  readonly element = el('div', { class: 'cleared-bar', role: 'status' });
  readonly #formats: Formats;
  readonly #listener: ClearedBarListener;
  #isOpen = false;

  constructor(formats: Formats, listener: ClearedBarListener) {
    this.#formats = formats;
    this.#listener = listener;
    document.addEventListener('keydown', event => this.#onKey(event));
  }

  /** @param cleared absent if there is nothing to bring back */
  show(cleared: ClearedView | undefined): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.#isOpen = cleared !== undefined;
    this.element.replaceChildren(...(cleared ? this.#parts(cleared) : []));
    if (hadFocus) {
      this.#listener.leave();
    }
  }

  #parts({ names, rows }: ClearedView): readonly Node[] {
    const [name = ''] = names;
    const count = this.#formats.count(rows);
    const sentence =
      names.length === 1
        ? text('cleared', count, visibleLine(name))
        : text('clearedSeveral', count, this.#formats.count(names.length));
    const button = el(
      'button',
      { type: 'button', class: 'secondary', title: text('clearedUndoHint') },
      text('clearedUndo'),
    );
    button.addEventListener('click', () => this.#listener.undo());
    return [el('span', { class: 'sentence' }, sentence), button];
  }

  #onKey(event: KeyboardEvent): void {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === 'z';
    if (this.#isOpen && isUndo && !isEditable(event.target) && !event.defaultPrevented) {
      event.preventDefault();
      this.#listener.undo();
    }
  }
}

/** Undo is that of the text there. */
function isEditable(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches('input, textarea, [contenteditable]');
}
