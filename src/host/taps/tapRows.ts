import { ThemeColor, ThemeIcon, type TreeItem } from 'vscode';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { TapNode, type TapNodes } from '../slots/slotNodes.ts';
import { textCard } from '../ui/card.ts';
import { treeRow } from '../ui/trees.ts';
import type { Tap } from './tap.ts';
import type { Taps } from './taps.ts';
import { tapDescription, tapParagraphs } from './tapWords.ts';

/** A tap as a row of the tree of connections. */
class TapRow extends TapNode {
  readonly #tap: Tap;

  constructor(tap: Tap) {
    super(tap.name);
    this.#tap = tap;
  }

  item(): TreeItem {
    const tap = this.#tap;
    const row = treeRow({
      label: tap.name,
      description: tapDescription(tap),
      tooltip: textCard(tapParagraphs(tap)),
    });
    row.id = `tap ${tap.name}`;
    row.iconPath = iconOf(tap);
    const place = tap.profile.isConfigured ? '.configured' : '';
    row.contextValue = `tap.${isBusy(tap) ? 'busy' : tap.state}${place}`;
    return row;
  }
}

/** The taps of a window as rows. */
export class TapRows implements TapNodes, Disposable {
  readonly #store = new DisposableStore();
  readonly #taps: Taps;
  readonly #rows = new WeakMap<Tap, TapRow>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  readonly onDidChange = this.#onDidChange.event;

  constructor(taps: Taps) {
    this.#taps = taps;
    this.#store.add(taps.onDidChange(() => this.#onDidChange.fire(undefined)));
  }

  get all(): readonly TapNode[] {
    return this.#taps.all.map(tap => {
      const row = this.#rows.get(tap) ?? new TapRow(tap);
      this.#rows.set(tap, row);
      return row;
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function isBusy({ state }: Tap): boolean {
  return state === 'starting' || state === 'stopping';
}

function iconOf(tap: Tap): ThemeIcon {
  if (isBusy(tap)) {
    return new ThemeIcon('loading~spin');
  }
  if (tap.isRunning) {
    return new ThemeIcon('radio-tower', new ThemeColor('testing.iconPassed'));
  }
  return tap.problem === undefined
    ? new ThemeIcon('circle-outline')
    : new ThemeIcon('error', new ThemeColor('list.errorForeground'));
}
