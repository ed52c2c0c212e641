import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../../core/base/format.ts';
import { filterTerm } from '../../../core/json/jsonValues.ts';
import { indexJson, type JsonIndex } from '../../../core/json/jsonIndex.ts';
import type { JsonProblem } from '../../../core/json/jsonScanner.ts';
import { JsonTree } from '../../../core/json/jsonTree.ts';
import { stringIn } from '../../../core/json/readJson.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import { maxFilterLength } from '../../../core/filter/parseFilter.ts';
import { el } from '../../widgets/dom.ts';
import { FindWidget, type FindDirection, type FindResult } from '../../find/findWidget.ts';
import type {
  PayloadViewer,
  SelectionActions,
  ShownPayload,
  ViewerActions,
} from '../payload/payloadViewer.ts';
import { decodeItem, decodeTool } from '../payload/selectedBytes.ts';
import { bytesOfValue } from './valueBytes.ts';
import { ViewerMenu } from '../payload/viewerMenu.ts';
import type { MenuItem } from '../../widgets/menu.ts';
import { JsonLines } from './jsonLines.ts';
import { inSlices } from '../../widgets/slices.ts';
import type { IconName } from '../../widgets/icons.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import { text } from '../../widgets/strings.ts';
import type { TextViewer } from '../text/textViewer.ts';
import { toolButton } from '../../widgets/toolbar.ts';
import { findBytes, type FoundBytes } from '../../../core/base/byteSearch.ts';
import type { JsonNodes } from '../../../core/json/jsonIndex.ts';

/** In bytes: the host accepts no more for the clipboard, see `maxBytesAsked` of the protocol. */
const maxCopiedLength = 4 * 1024 * 1024;
/** A longer path is cut when it is shown, not when it is copied. */
const maxPathLength = 300;

/** Where decoded values were read; of values of a JSON text nobody need say it. */
export interface ValuePlaces {
  /** A value has become active. @param paths its own, and those of what holds it */
  onActive(paths: readonly string[]): void;
  /** Its type and bytes, in words; empty: they are not known. */
  describe(paths: readonly string[]): string;
  /** Copies its bytes as hex pairs. */
  copyBytes(paths: readonly string[]): void;
}

/** Values in which another that is to be shown is looked for. */
const maxSearched = 10_000;

/** A payload as a JSON tree, or as text if it is not JSON. */
export class JsonViewer implements PayloadViewer {
  readonly isFilling = true;
  readonly #formats: Formats;
  readonly #context: ViewerActions & SelectionActions;
  readonly #text: TextViewer;
  readonly #placesOf: ValuePlaces | undefined;
  readonly #menu: ViewerMenu;
  readonly #tools = el('div', { class: 'viewer-tools' });
  readonly #note = el('div', { class: 'viewer-note' });
  readonly #path = el('div', { class: 'json-path' });
  readonly #find: FindWidget;
  readonly #lines: JsonLines;
  readonly #fallback: HTMLElement;
  readonly element: HTMLElement;
  #tree: JsonTree | undefined;
  #places: JsonPlaces | undefined;
  #shown: ShownPayload | undefined;
  #isBusy = false;

  /** @param plain for payloads that are not JSON */
  constructor(
    formats: Formats,
    context: ViewerActions & SelectionActions,
    plain: TextViewer,
    placesOf?: ValuePlaces,
  ) {
    this.#formats = formats;
    this.#context = context;
    this.#text = plain;
    this.#placesOf = placesOf;
    this.#lines = new JsonLines({
      onActive: node => {
        this.#renderPath(node);
        this.#placesOf?.onActive(this.#paths(node));
      },
    });
    this.#menu = new ViewerMenu(this.#lines.element, {
      items: target => this.#menuItems(target),
      place: () => this.#lines.activeElement,
    });
    this.#find = new FindWidget({
      label: 'findInJson',
      hasPatterns: false,
      find: ({ text: words }, direction, isFirst) => this.#search(words, direction, isFirst),
      onDidChange: () => this.#lines.mark(this.#find.words),
      onClose: () => this.#lines.element.focus(),
    });
    this.#fallback = el('div', { class: 'viewer-fallback', tabindex: '0' }, plain.element);
    this.element = el(
      'div',
      { class: 'json-viewer' },
      this.#tools,
      this.#find.element,
      this.#note,
      this.#lines.element,
      this.#path,
      this.#fallback,
    );
  }

  async show(shown: ShownPayload): Promise<void> {
    this.#shown = shown;
    this.#tree = undefined;
    this.#dropPlaces();
    this.#fallback.hidden = true;
    this.#lines.element.hidden = true;
    this.#say(undefined);
    this.#renderPath(0);
    this.#renderTools();
    const index = await this.#index(shown);
    if (!index || shown.signal.aborted) {
      return;
    }
    if (index.nodes) {
      const tree = new JsonTree(index.nodes);
      await inSlices(tree.begin(), shown.signal);
      if (this.#isCurrent(shown)) {
        this.#showTree(tree, index.nodes.isFull, index.deviation);
      }
    } else {
      await this.#showText(shown, index.problem);
    }
  }

  #isCurrent({ signal }: ShownPayload): boolean {
    return !signal.aborted;
  }

  onKey(event: KeyboardEvent): boolean {
    const isCommand = event.ctrlKey || event.metaKey;
    if (!this.#tree) {
      return false;
    }
    if (isCommand && event.key === 'f') {
      this.#find.open();
    } else if (event.key === 'F3' && this.#find.isOpen) {
      this.#find.go(event.shiftKey ? 'previous' : 'next');
    } else if (event.target !== this.#lines.element) {
      return false;
    } else if (isCommand && event.key === 'c') {
      this.#copyValue();
    } else {
      return this.#menu.onKey(event);
    }
    return true;
  }

  /** Makes the value at a path active, if it is among the first ones. */
  activate(path: string): void {
    const { values } = this.#tree ?? {};
    const count = Math.min(values?.nodes.count ?? 0, maxSearched);
    for (let node = 0; values && node < count; node++) {
      if (values.path(node) === path) {
        this.#lines.activate(node);
        return;
      }
    }
  }

  focus(): void {
    this.#lines.element.focus();
  }

  /** Reads the whole payload and then indexes its values, and shows the progress. */
  async #index({ reader, signal }: ShownPayload): Promise<JsonIndex | undefined> {
    const { byteLength } = reader;
    const progress = (name: 'readingPayload' | 'readingJson') => (done: number) => {
      if (!signal.aborted) {
        const percent = String(Math.floor((100 * done) / byteLength));
        this.#say(text(name, percent, this.#formats.bytes(byteLength)));
      }
    };
    await reader.read(0, byteLength, signal, progress('readingPayload'));
    const bytes = signal.aborted ? undefined : reader.loaded(0, byteLength);
    return bytes && inSlices(indexJson(bytes), signal, progress('readingJson'));
  }

  #showTree(tree: JsonTree, isFull: boolean, deviation: JsonProblem | undefined): void {
    this.#tree = tree;
    const remarks = [
      ...(deviation ? [this.#deviation(deviation)] : []),
      ...(isFull ? [text('tooManyValues', this.#formats.count(tree.values.nodes.count))] : []),
    ];
    this.#say(remarks.length > 0 ? remarks.join(' ') : undefined);
    this.#lines.element.hidden = false;
    this.#lines.show(tree);
    this.#renderTools();
    this.#renderPath(0);
    this.#find.searchAgain();
  }

  #deviation({ line, column, found = '' }: JsonProblem): string {
    const place = [this.#formats.count(line), this.#formats.count(column)] as const;
    return found === '\ufeff'
      ? text('jsonWithMark')
      : text('lenientJson', ...place, visibleLine(found));
  }

  async #showText(shown: ShownPayload, problem: NonNullable<JsonIndex['problem']>): Promise<void> {
    const { line, column, found } = problem;
    const place = [this.#formats.count(line), this.#formats.count(column)] as const;
    this.#say(
      found === undefined
        ? text('endlessJson', ...place)
        : text('invalidJson', ...place, visibleLine(found)),
    );
    this.#find.hide();
    this.#fallback.hidden = false;
    this.#fallback.scrollTop = 0;
    await this.#text.show(shown, problem.offset);
  }

  #say(sentence: string | undefined): void {
    render(sentence === undefined ? nothing : html`<p class="remark">${sentence}</p>`, this.#note);
  }

  #renderTools(): void {
    const tool = (
      name: 'expandAll' | 'collapseAll' | 'findInJson',
      icon: IconName,
      run: () => void,
    ) => toolButton({ name, icon, run });
    render(
      this.#tree
        ? html`${tool('expandAll', 'expand-all', () => this.#openAll())}
          ${tool('collapseAll', 'collapse-all', () => this.#closeAll())}
          ${tool('findInJson', 'search', () => this.#find.open())}`
        : nothing,
      this.#tools,
    );
  }

  #renderPath(node: number): void {
    const path = this.#tree?.values.path(node) ?? '';
    const cut = path.length > maxPathLength ? `…${path.slice(-maxPathLength)}` : path;
    render(this.#tree ? this.#pathBar(node, cut) : nothing, this.#path);
  }

  #pathBar(node: number, path: string): TemplateResult {
    const size = this.#valueLength(node);
    const place = this.#placesOf?.describe(this.#paths(node)) ?? '';
    return html`<span class="words" title=${visibleLine(path)}>${visibleLine(path)}</span>
      ${place === '' ? nothing : html`<span class="value-place">${place}</span>`}
      ${toolButton({ name: 'copyPath', icon: 'list-tree', run: () => this.#copyPath() })}
      ${toolButton({
        name: 'copyValue',
        icon: 'copy',
        isDisabled: size > maxCopiedLength,
        ...(size > maxCopiedLength ? { hint: 'tooLongToCopy' } : {}),
        run: () => this.#copyValue(),
      })}
      ${toolButton({
        name: 'filterByValue',
        icon: 'filter',
        isDisabled: !this.#filterTerm(node),
        run: () => this.#filter(),
      })}
      ${toolButton(decodeTool(size, this.#decode))}`;
  }

  /** Of a value, and of what holds it. */
  #paths(node: number): readonly string[] {
    const { values } = this.#tree ?? {};
    const paths: string[] = [];
    for (let at: number | undefined = node; values && at !== undefined;) {
      paths.push(values.path(at));
      at = values.nodes.parent(at);
    }
    return paths;
  }

  #menuItems(target: EventTarget | null | undefined): readonly MenuItem[] {
    this.#lines.activateAt(target ?? null);
    const node = this.#lines.active;
    const size = this.#valueLength(node);
    const term = this.#filterTerm(node);
    const paths = this.#paths(node);
    const action = (name: PageString, run: () => void, isDisabled = false): MenuItem => ({
      kind: 'action',
      label: text(name),
      isDisabled,
      run,
    });
    const hasBytes = (this.#placesOf?.describe(paths) ?? '') !== '';
    return [
      action('copyValue', () => this.#copyValue(), size > maxCopiedLength),
      action('copyPath', () => this.#copyPath()),
      action('copyFilter', () => this.#context.onCopyText(term ?? ''), term === undefined),
      ...(hasBytes ? [action('copyHex', () => this.#placesOf?.copyBytes(paths))] : []),
      { kind: 'line' },
      action('filterByValue', () => this.#filter(), term === undefined),
      decodeItem(size, this.#decode),
    ];
  }

  readonly #decode = () => {
    if (this.#tree) {
      this.#context.onDecode(bytesOfValue(this.#tree.values, this.#lines.active));
    }
  };

  /** In bytes; each character takes at least one. */
  #valueLength(node: number): number {
    const { values } = this.#tree ?? {};
    return values ? values.valueEnd(node) - values.valueBegin(node) : 0;
  }

  #copyPath(): void {
    if (this.#tree) {
      this.#context.onCopyText(this.#tree.values.path(this.#lines.active));
    }
  }

  /** Copies a string without quotes and escapes, and any other value as it was received. */
  #copyValue(): void {
    const node = this.#lines.active;
    if (this.#tree && this.#valueLength(node) <= maxCopiedLength) {
      const raw = this.#tree.values.valueText(node);
      const isString = this.#tree.values.kind(node) === 'string';
      this.#context.onCopyText(isString ? stringIn(raw) : raw);
    }
  }

  #filterTerm(node: number): string | undefined {
    const { values } = this.#tree ?? {};
    const isShort = this.#valueLength(node) <= maxFilterLength;
    const term = values && isShort ? filterTerm(values, node) : undefined;
    return term !== undefined && term.length <= maxFilterLength ? term : undefined;
  }

  #filter(): void {
    const term = this.#filterTerm(this.#lines.active);
    if (term !== undefined) {
      this.#context.onFilter(term);
    }
  }

  #openAll(): void {
    const [tree, shown] = [this.#tree, this.#shown];
    if (tree && shown && !this.#isBusy) {
      this.#isBusy = true;
      inSlices(tree.openAll(), shown.signal)
        .then(() => this.#lines.refresh(), shown.onFailure)
        .finally(() => (this.#isBusy = false));
    }
  }

  #closeAll(): void {
    if (!this.#isBusy) {
      this.#tree?.closeAll();
      this.#lines.refresh();
    }
  }

  async #search(
    words: string,
    direction: FindDirection,
    isFirst: boolean,
  ): Promise<FindResult | undefined> {
    if (!this.#tree) {
      return undefined;
    }
    if (isFirst || this.#places?.words !== words) {
      this.#dropPlaces();
      this.#places = new JsonPlaces(this.#tree.values.nodes, words, this.#lines.active);
    } else {
      this.#places.go(direction);
    }
    const places = this.#places;
    await places.found;
    const { node } = places;
    return node === undefined
      ? undefined
      : {
          place: text(
            'findPlace',
            this.#formats.count(places.current + 1),
            this.#formats.count(places.count),
          ),
          show: () => this.#lines.activate(node),
        };
  }

  #dropPlaces(): void {
    this.#places?.stop();
    this.#places = undefined;
  }
}

/** The places of a text in a JSON text, one of them the current one. */
class JsonPlaces {
  /** Resolves when all places are known, or the search was stopped. */
  readonly found: Promise<void>;
  readonly words: string;
  readonly #nodes: JsonNodes;
  readonly #stop = new AbortController();
  #places: FoundBytes | undefined;
  #current = 0;

  /** Searches; the first place from the value `from` on becomes the current one. */
  constructor(nodes: JsonNodes, words: string, from: number) {
    this.#nodes = nodes;
    this.words = words;
    this.found = this.#search(words, nodes.begins[from] ?? 0);
  }

  get count(): number {
    return this.#places?.count ?? 0;
  }

  /** Which of them is the current one, from 0. */
  get current(): number {
    return this.#current;
  }

  /** The value that holds the current place; `undefined` if there is none. */
  get node(): number | undefined {
    const offset = this.#places?.offsets[this.#current];
    return offset === undefined ? undefined : this.#nodes.at(offset);
  }

  stop(): void {
    this.#stop.abort();
  }

  go(direction: FindDirection): void {
    const { length } = this.#places?.offsets ?? [];
    if (length > 0) {
      this.#current = (this.#current + (direction === 'next' ? 1 : length - 1)) % length;
    }
  }

  async #search(words: string, begin: number): Promise<void> {
    const found = await inSlices(findBytes(this.#nodes.bytes, words), this.#stop.signal);
    if (found && !this.#stop.signal.aborted) {
      this.#places = found;
      const at = found.offsets.findIndex(offset => offset >= begin);
      this.#current = Math.max(0, at);
    }
  }
}
