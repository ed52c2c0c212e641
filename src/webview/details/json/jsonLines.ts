import type { JsonTree } from '../../../core/json/jsonTree.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import { el, setAttribute } from '../../widgets/dom.ts';
import { iconClass } from '../../widgets/icons.ts';
import { text } from '../../widgets/strings.ts';
import { VirtualLines } from '../../widgets/virtualLines.ts';

interface JsonLinesListener {
  /** Another value has become active. */
  onActive(node: number): void;
}

/** In bytes, for a value, a key, and the preview of a collapsed container. */
const maxValueLength = 1000;
const maxKeyLength = 300;
const maxPreviewLength = 160;
/** Deeper levels are not indented further. */
const deepestIndent = 40;

/** A JSON text as a tree, with one line for each value. */
export class JsonLines {
  readonly element = el('div', {
    'class': 'json-lines',
    'role': 'tree',
    'tabindex': '0',
    'aria-label': text('json'),
  });
  readonly #listener: JsonLinesListener;
  readonly #lines: VirtualLines;
  #tree: JsonTree | undefined;
  #active = 0;
  #made = 0;
  /** The text to mark, in lower case. */
  #marked = '';

  constructor(listener: JsonLinesListener) {
    this.#listener = listener;
    this.#lines = new VirtualLines(this.element, {
      make: () => el('div', { class: 'json-line', role: 'treeitem', id: `json-${this.#made++}` }),
      paint: (element, line) => this.#paint(element, line),
    });
    this.element.addEventListener('keydown', event => this.#onKey(event));
    this.element.addEventListener('mousedown', event => this.#onPress(event));
    this.element.addEventListener('dblclick', event => this.#onDoubleClick(event));
  }

  /** The value that keys and commands apply to. */
  get active(): number {
    return this.#active;
  }

  /** The line of the active value, or all of them if that is not on the screen. */
  get activeElement(): HTMLElement {
    const line = this.#tree?.lineOf(this.#active);
    return (line === undefined ? undefined : this.#lines.elementOf(line)) ?? this.element;
  }

  /** Makes the value active that an element shows. */
  activateAt(target: EventTarget | null): void {
    const line = this.#lines.lineAt(target);
    if (line !== undefined && this.#tree) {
      this.activate(this.#tree.nodeAt(line));
    }
  }

  show(tree: JsonTree | undefined): void {
    this.#tree = tree;
    this.#active = 0;
    this.#lines.count = tree?.lineCount ?? 0;
    this.#lines.toBegin();
  }

  /** Redraws after values were expanded or collapsed. */
  refresh(): void {
    if (this.#tree) {
      this.#lines.count = this.#tree.lineCount;
      this.activate(this.#nearest(this.#tree));
    }
  }

  mark(words: string): void {
    this.#marked = words.toLowerCase();
    this.draw();
  }

  /** Makes a value active and scrolls to it. */
  activate(node: number): void {
    if (this.#tree) {
      const count = this.#tree.lineCount;
      const line = this.#tree.reveal(node);
      if (this.#tree.lineCount !== count) {
        this.#lines.count = this.#tree.lineCount;
      }
      this.#active = node;
      this.#lines.reveal(line);
      this.draw();
      this.#listener.onActive(node);
    }
  }

  draw(): void {
    this.#lines.draw();
    const { activeElement } = this;
    const id = activeElement === this.element ? undefined : activeElement.id;
    setAttribute(this.element, 'aria-activedescendant', id);
  }

  /** The active value, or the collapsed container that has it. */
  #nearest(tree: JsonTree): number {
    let node = this.#active;
    for (
      let up = tree.values.nodes.parent(node);
      up !== undefined;
      up = tree.values.nodes.parent(up)
    ) {
      node = tree.isOpen(up) ? node : up;
    }
    return node;
  }

  #paint(element: HTMLElement, line: number): void {
    const tree = this.#tree;
    if (!tree) {
      return;
    }
    const node = tree.nodeAt(line);
    const { nodes } = tree.values;
    const depth = nodes.depth(node);
    const parent = nodes.parent(node);
    const isActive = node === this.#active;
    element.className = `json-line${isActive ? ' active' : ''}`;
    element.style.setProperty('--depth', String(Math.min(depth, deepestIndent)));
    element.ariaLevel = String(depth + 1);
    element.ariaPosInSet = String(nodes.place(node) + 1);
    element.ariaSetSize = String(parent === undefined ? 1 : nodes.childCount(parent));
    element.ariaSelected = String(isActive);
    setAttribute(
      element,
      'aria-expanded',
      tree.canOpen(node) ? String(tree.isOpen(node)) : undefined,
    );
    element.replaceChildren(...this.#content(tree, node));
  }

  *#content(tree: JsonTree, node: number): Generator<HTMLElement | string> {
    const { values } = tree;
    const isOpen = tree.isOpen(node);
    const twistie = tree.canOpen(node) ? (isOpen ? 'chevron-down' : 'chevron-right') : 'blank';
    yield el('span', { 'class': `twistie ${iconClass(twistie)}`, 'aria-hidden': 'true' });
    const key = values.key(node, maxKeyLength);
    if (key) {
      yield this.#words('key', key.text);
      yield key.isCut ? '…: ' : ': ';
    } else if (values.nodes.parent(node) !== undefined) {
      yield el('span', { class: 'index' }, String(values.nodes.place(node)));
      yield ': ';
    }
    if (values.isContainer(node)) {
      yield* this.#container(tree, node);
    } else {
      const { text: value, isCut } = values.value(node, maxValueLength);
      yield this.#words(values.kind(node), value);
      yield* isCut ? [el('span', { class: 'count' }, text('goesOn'))] : [];
    }
  }

  *#container(tree: JsonTree, node: number): Generator<HTMLElement | string> {
    const [first, last] = tree.values.kind(node) === 'object' ? ['{', '}'] : ['[', ']'];
    if (tree.isOpen(node)) {
      yield first;
    } else {
      const { text: inside, isCut } = tree.values.value(node, maxPreviewLength);
      yield this.#words('inside', inside.replace(/\s+/g, ' '));
      yield isCut ? `…${last}` : '';
    }
    yield el('span', { class: 'count' }, String(tree.values.nodes.childCount(node)));
  }

  /** Text from a peer, with the search text marked. */
  #words(className: string, raw: string): HTMLElement {
    const words = visibleLine(raw);
    const element = el('span', { class: className });
    const lower = this.#marked === '' ? '' : words.toLowerCase();
    let from = 0;
    // If lower case is longer, offsets differ.
    for (let at = lower.indexOf(this.#marked); lower.length === words.length && at >= 0;) {
      const to = at + this.#marked.length;
      element.append(words.slice(from, at), el('mark', {}, words.slice(at, to)));
      from = to;
      at = lower.indexOf(this.#marked, to);
    }
    element.append(words.slice(from));
    return element;
  }

  #onPress(event: MouseEvent): void {
    const line = this.#lines.lineAt(event.target);
    if (line === undefined || !this.#tree || event.button !== 0) {
      return;
    }
    const isTwistie = event.target instanceof Element && event.target.matches('.twistie');
    this.activate(this.#tree.nodeAt(line));
    if (isTwistie) {
      this.#toggle(line);
    }
  }

  #onDoubleClick({ target }: MouseEvent): void {
    const line = this.#lines.lineAt(target);
    if (line !== undefined && target instanceof Element && !target.matches('.twistie')) {
      this.#toggle(line);
    }
  }

  #toggle(line: number): void {
    this.#tree?.toggle(line);
    this.refresh();
  }

  #onKey(event: KeyboardEvent): void {
    const tree = this.#tree;
    if (!tree || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return;
    }
    const line = tree.lineOf(this.#active) ?? 0;
    const target = this.#target(event.key, line, tree);
    if (target === 'toggle') {
      this.#toggle(line);
    } else if (target !== undefined) {
      this.activate(tree.nodeAt(Math.max(0, Math.min(target, tree.lineCount - 1))));
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** The line that a key moves to, as in the trees of VS Code. */
  #target(key: string, line: number, tree: JsonTree): number | 'toggle' | undefined {
    const node = this.#active;
    const canOpen = tree.canOpen(node);
    switch (key) {
      case 'ArrowUp':
        return line - 1;
      case 'ArrowDown':
        return line + 1;
      case 'ArrowLeft': {
        const parent = tree.values.nodes.parent(node) ?? node;
        return canOpen && tree.isOpen(node) ? 'toggle' : tree.lineOf(parent);
      }
      case 'ArrowRight':
        return canOpen && !tree.isOpen(node) ? 'toggle' : canOpen ? line + 1 : line;
      case 'Home':
        return 0;
      case 'End':
        return tree.lineCount - 1;
      case 'PageUp':
        return line - this.#lines.pageSize;
      case 'PageDown':
        return line + this.#lines.pageSize;
      case 'Enter':
      case ' ':
        return canOpen ? 'toggle' : line;
      default:
        return undefined;
    }
  }
}
