import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { filterTerm } from '../../core/json/jsonValues.ts';
import { indexJson, type JsonIndex, type JsonProblem } from '../../core/json/jsonScanner.ts';
import { JsonTree } from '../../core/json/jsonTree.ts';
import { stringIn } from '../../core/json/readJson.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import { longestFilter } from '../../core/filter/parseFilter.ts';
import { el } from '../widgets/dom.ts';
import { FindBar } from '../find/findBar.ts';
import type { PayloadViewer, ViewerActions, ShownPayload } from './payloadViewer.ts';
import { JsonLines } from './jsonLines.ts';
import { JsonSearch } from './jsonSearch.ts';
import { inSlices } from '../widgets/slices.ts';
import { text } from '../widgets/strings.ts';
import type { TextViewer } from './textViewer.ts';
import { toolButton } from '../widgets/toolbar.ts';

/** In bytes: the host takes no more for the clipboard, see `maxBytesAsked` of the protocol. */
const mostCopied = 4 * 1024 * 1024;
/** A path is shown up to here; it is copied in full. */
const longestPath = 300;

/** A text as a tree of JSON; where it is not JSON, as the text that it is. */
export class JsonViewer implements PayloadViewer {
  readonly isFilling = true;
  readonly #formats: Formats;
  readonly #context: ViewerActions;
  readonly #text: TextViewer;
  readonly #tools = el('div', { class: 'viewer-tools' });
  readonly #note = el('div', { class: 'viewer-note' });
  readonly #path = el('div', { class: 'json-path' });
  readonly #find: FindBar;
  readonly #lines: JsonLines;
  readonly #fallback: HTMLElement;
  readonly element: HTMLElement;
  #tree: JsonTree | undefined;
  #search: JsonSearch | undefined;
  #shown: ShownPayload | undefined;
  #isBusy = false;

  /** @param plain shows what is not JSON */
  constructor(formats: Formats, context: ViewerActions, plain: TextViewer) {
    this.#formats = formats;
    this.#context = context;
    this.#text = plain;
    this.#lines = new JsonLines({ onActive: node => this.#renderPath(node) });
    this.#find = new FindBar(formats, {
      onWords: words => this.#look(words),
      onGo: way => this.#go(way),
      onClose: () => this.#endSearch(),
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
    this.#search?.stop();
    this.#search = undefined;
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
      this.#openFind();
    } else if (event.key === 'F3' && this.#search) {
      this.#go(event.shiftKey ? 'previous' : 'next');
    } else if (isCommand && event.key === 'c' && event.target === this.#lines.element) {
      this.#copyValue();
    } else {
      return false;
    }
    return true;
  }

  /** All of the payload, and then all of its values, with a word on how far it is. */
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
    if (this.#find.words !== '') {
      this.#look(this.#find.words);
    }
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
      icon: string,
      run: () => void,
    ) => toolButton({ name, icon, run });
    render(
      this.#tree
        ? html`${tool('expandAll', 'expand-all', () => this.#openAll())}
          ${tool('collapseAll', 'collapse-all', () => this.#closeAll())}
          ${tool('findInJson', 'search', () => this.#openFind())}`
        : nothing,
      this.#tools,
    );
  }

  #renderPath(node: number): void {
    const path = this.#tree?.values.path(node) ?? '';
    const cut = path.length > longestPath ? `…${path.slice(-longestPath)}` : path;
    render(this.#tree ? this.#pathBar(node, cut) : nothing, this.#path);
  }

  #pathBar(node: number, path: string): TemplateResult {
    const size = this.#valueLength(node);
    return html`<span class="words" title=${visibleLine(path)}>${visibleLine(path)}</span>
      ${toolButton({ name: 'copyPath', icon: 'list-tree', run: () => this.#copyPath() })}
      ${toolButton({
        name: 'copyValue',
        icon: 'copy',
        isDisabled: size > mostCopied,
        ...(size > mostCopied ? { hint: 'tooLongToCopy' } : {}),
        run: () => this.#copyValue(),
      })}
      ${toolButton({
        name: 'filterByValue',
        icon: 'filter',
        isDisabled: !this.#filterTerm(node),
        run: () => this.#filter(),
      })}`;
  }

  /** In bytes, of which a character takes one at least. */
  #valueLength(node: number): number {
    const { values } = this.#tree ?? {};
    return values ? values.valueEnd(node) - values.valueBegin(node) : 0;
  }

  #copyPath(): void {
    if (this.#tree) {
      this.#context.onCopyText(this.#tree.values.path(this.#lines.active));
    }
  }

  /** A string as what it stands for, all else as it came. */
  #copyValue(): void {
    const node = this.#lines.active;
    if (this.#tree && this.#valueLength(node) <= mostCopied) {
      const raw = this.#tree.values.valueText(node);
      const isString = this.#tree.values.kind(node) === 'string';
      this.#context.onCopyText(isString ? stringIn(raw) : raw);
    }
  }

  #filterTerm(node: number): string | undefined {
    const { values } = this.#tree ?? {};
    const isShort = this.#valueLength(node) <= longestFilter;
    const term = values && isShort ? filterTerm(values, node) : undefined;
    return term !== undefined && term.length <= longestFilter ? term : undefined;
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

  #openFind(): void {
    this.#find.open();
    this.#find.show(this.#search?.state ?? { isSearching: false, count: 0, current: 0 });
    this.#look(this.#find.words);
  }

  #look(words: string): void {
    this.#search?.stop();
    this.#search = undefined;
    this.#lines.mark(words);
    if (this.#tree && words !== '') {
      const search = new JsonSearch(this.#tree.values.nodes);
      this.#search = search;
      search.run(words, this.#lines.active).then(
        isDone => {
          if (isDone) {
            this.#showPlace(search);
          }
        },
        (error: unknown) => this.#shown?.onFailure(error),
      );
    }
    this.#find.show(this.#search?.state ?? { isSearching: false, count: 0, current: 0 });
  }

  #go(way: 'next' | 'previous'): void {
    this.#search?.go(way);
    if (this.#search) {
      this.#showPlace(this.#search);
    }
  }

  #showPlace(search: JsonSearch): void {
    if (search.node !== undefined) {
      this.#lines.activate(search.node);
    }
    this.#find.show(search.state);
  }

  #endSearch(): void {
    this.#search?.stop();
    this.#search = undefined;
    this.#lines.mark('');
    this.#lines.element.focus();
  }
}
