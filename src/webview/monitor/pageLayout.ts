import { defaultShares, type StateKeeper } from '../state/savedState.ts';
import { el } from '../widgets/dom.ts';
import { Sash } from '../widgets/sash.ts';
import { text } from '../widgets/strings.ts';

/** From this width on the details are beside the list, else below it. In pixels. */
const besideFromWidth = 900;

/** Of the room that list and details share. */
const minShare = 0.15;
const maxShare = 0.85;

/** The places of the page, in the order in which they are read and reached by Tab. */
export class PageLayout {
  readonly header = el('div', { class: 'header' });
  readonly notices = el('div', { class: 'notices' });
  readonly filter = el('div', { class: 'filter-place' });
  readonly charts = el('div', { class: 'charts-place' });
  readonly empty = el('div', { class: 'empty' });
  readonly listPane = el('div', { class: 'list-pane' });
  readonly #details: HTMLElement;
  readonly #keeper: StateKeeper;
  readonly #sash: Sash;
  /** What list and details share. */
  readonly #body: HTMLElement;
  #isBeside = false;

  constructor(root: HTMLElement, details: HTMLElement, keeper: StateKeeper) {
    this.#details = details;
    this.#keeper = keeper;
    this.#sash = this.#makeSash();
    this.#body = el('div', { class: 'body' }, this.listPane, this.#sash.element, details);
    root.append(el('h1', { class: 'spoken' }, text('title')), this.header, this.notices);
    root.append(this.filter, this.charts, this.#body);
    this.showDetails(false);
    new ResizeObserver(() => this.#arrange(root)).observe(root);
  }

  showDetails(isOpen: boolean): void {
    this.#sash.element.hidden = !isOpen;
    this.#details.hidden = !isOpen;
    this.#body.classList.toggle('with-details', isOpen);
  }

  #arrange(root: HTMLElement): void {
    const isBeside = root.clientWidth >= besideFromWidth;
    if (root.dataset['layout'] === undefined || isBeside !== this.#isBeside) {
      this.#isBeside = isBeside;
      root.dataset['layout'] = isBeside ? 'beside' : 'below';
      this.#sash.edge = isBeside ? 'start' : 'top';
      this.#showShare();
    }
  }

  get #share(): number {
    const { shareBeside, shareBelow } = this.#keeper.state;
    return Math.min(maxShare, Math.max(minShare, this.#isBeside ? shareBeside : shareBelow));
  }

  #showShare(): void {
    this.#body.style.setProperty('--details-share', `${(this.#share * 100).toFixed(2)}%`);
    this.#sash.refresh();
  }

  #makeSash(): Sash {
    const sash = new Sash({
      className: 'splitter',
      label: text('resizeDetails'),
      edge: 'top',
      step: 0.02,
      keys: { Home: 'max', End: 'min' },
      ariaScale: 100,
      size: () => this.#share,
      bounds: () => [minShare, maxShare],
      unitPixels: () => (this.#isBeside ? this.#body.clientWidth : this.#body.clientHeight),
      onResize: share => {
        this.#keeper.set(
          this.#isBeside
            ? { shareBeside: share ?? defaultShares.shareBeside }
            : { shareBelow: share ?? defaultShares.shareBelow },
        );
        this.#showShare();
      },
    });
    sash.element.setAttribute('aria-controls', 'details');
    return sash;
  }
}
