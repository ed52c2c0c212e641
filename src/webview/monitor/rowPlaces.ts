import type { Formats } from '../../core/base/format.ts';
import { asksForControlFrames } from '../../core/filter/condition.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { NamedRow, PanelView, RowAnswer } from '../../shared/monitorProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import type { Request } from '../link/hostLink.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { Goal } from '../list/goToRow.ts';
import type { ListNotice } from '../list/listNotice.ts';
import type { MessageList } from '../list/messageList.ts';
import type { RowName } from '../list/places/rowSeeker.ts';
import type { PanelState } from '../state/panelState.ts';
import { text } from '../widgets/strings.ts';

interface RowPlacePorts {
  readonly list: MessageList;
  readonly panel: PanelState;
  readonly request: Request;
  readonly requests: HostRequests;
  readonly notice: ListNotice;
  readonly formats: Formats;
}

/** What hides a row: the view without it, and how that is said. */
interface Hider {
  readonly sentence: PageString;
  readonly action: PageString;
  readonly change: Partial<PanelView>;
}

/** More characters of a filter than this are no help in a notice. */
const maxShownFilter = 80;

/** Goes to rows, also to those that the list hides: says what hides them, and takes that away. */
export class RowPlaces {
  readonly #ports: RowPlacePorts;
  /** The notice is about the selected row, and goes when another is selected. */
  #isAboutSelected = false;
  /** The filter that the list had when the notice was made. */
  #filter = '';
  /** Counts what the user asks for, so that an answer that is out of date is dropped. */
  #turn = 0;

  constructor(ports: RowPlacePorts) {
    this.#ports = ports;
  }

  /** Goes to a row or a moment that the user has named, or says why there is nothing to go to. */
  async goTo(goal: Goal): Promise<void> {
    const { list, panel } = this.#ports;
    const connection = list.activeRow?.connection ?? panel.shown[0]?.id;
    if ('at' in goal) {
      await this.#try(turn => this.#goToMoment(goal, turn));
    } else if (connection !== undefined) {
      await this.goToRow({ connection, seq: goal.seq });
    }
  }

  async goToRow({ connection, seq }: RowName): Promise<void> {
    const { list, request } = this.#ports;
    await this.#try(async turn => {
      const { row, ...kept } = await request('row', { connection, seq });
      if (turn === this.#turn && row) {
        list.seek({ connection, seq }, () => this.#sayHidden(row, this.#number(seq)));
      } else if (turn === this.#turn) {
        this.#say(this.#missing(seq, kept));
      }
    });
  }

  /** Clears what hides a row, and goes there with the focus in the list. */
  async showInContext({ connection, seq }: RowName): Promise<void> {
    await this.#try(async turn => {
      const { row, ...kept } = await this.#ports.request('row', { connection, seq });
      if (turn === this.#turn) {
        if (row) {
          this.#showAll(row);
        } else {
          this.#say(this.#missing(seq, kept));
        }
        this.#ports.list.element.focus();
      }
    });
  }

  /**
   * The row that was selected is not in the list any more: says so.
   *
   * @returns the row, if it is still kept
   */
  async lost(name: RowName): Promise<NamedRow | undefined> {
    const { panel, list, request } = this.#ports;
    if (!panel.shown.some(({ id }) => id === name.connection)) {
      this.found();
      return undefined;
    }
    const turn = ++this.#turn;
    const { generation } = list;
    // The connection may be gone by then, and with it what could be said.
    const answer = await request('row', name).catch(() => undefined);
    if (!answer) {
      return undefined;
    }
    const { row, ...kept } = answer;
    if (turn === this.#turn && generation === list.generation) {
      if (row) {
        const sentence = text(this.#hiderOf(row)?.sentence ?? 'rowHidden', this.#number(row.seq));
        const run = () => void this.showInContext(row);
        this.#say(sentence, { label: text('showInContext'), run });
      } else {
        this.#say(this.#missing(name.seq, kept));
      }
      this.#isAboutSelected = true;
    }
    return row;
  }

  /** Of so many selected rows only one is still selected: says so. */
  reduced(count: number): void {
    this.#begin();
    this.#say(text('selectionReduced', this.#ports.formats.count(count)));
  }

  /** A row of the list is selected, or none: a notice about the one before is out of date. */
  found(): void {
    if (this.#isAboutSelected) {
      this.#begin();
    }
  }

  /** The filter is another: what the notice says of the one before does not hold any more. */
  follow(filter: string): void {
    if (filter !== this.#filter) {
      this.#filter = filter;
      if (!this.#isAboutSelected) {
        this.#begin();
      }
    }
  }

  #begin(): number {
    this.#isAboutSelected = false;
    this.#ports.notice.hide();
    return ++this.#turn;
  }

  async #try(act: (turn: number) => Promise<void>): Promise<void> {
    try {
      await act(this.#begin());
    } catch (error) {
      this.#ports.requests.failed(error);
    }
  }

  async #goToMoment(goal: { readonly at: number; readonly spanMs: number }, turn: number) {
    const { list, formats, request } = this.#ports;
    const { at } = goal;
    const { row, span } = await request('row.at', { at });
    if (turn !== this.#turn || !span) {
      return;
    }
    const until = at + goal.spanMs;
    const words = formats.clock(at);
    if (at > span.to) {
      this.#say(text('momentLate', words, formats.clock(span.to)));
    } else if (until <= span.from) {
      this.#say(text('momentEarly', words, formats.clock(span.from)));
    } else if (row && row.at < until && (await this.#hides({ at }, until))) {
      if (turn === this.#turn) {
        this.#sayHidden(row, words, 'momentHidden');
      }
      return;
    }
    if (turn === this.#turn) {
      list.seek({ at });
    }
  }

  /** Whether the list has nothing from a moment on, up to another one. */
  async #hides(place: { readonly at: number }, until: number): Promise<boolean> {
    const { list, request } = this.#ports;
    const { generation } = list;
    const { position, isScanned } = await request('locate', { generation, place });
    const { rows } = await request('rows', { generation, from: position, count: 1 });
    const [next] = rows;
    return isScanned && (next === undefined || next.at >= until);
  }

  /** Clears all that may hide the row. */
  #showAll(row: NamedRow): void {
    const { filter } = this.#ports.panel.view;
    const shown = hiddenKind({ ...this.#ports.panel.view, filter: '' }, row)?.change;
    this.#show(row, { ...(filter === '' ? {} : { filter: '' }), ...shown });
  }

  #show(row: RowName, change: Partial<PanelView>): void {
    const { list, panel } = this.#ports;
    const { connection, seq } = row;
    const { filter } = panel.view;
    const isListToCome = Object.keys(change).length > 0;
    list.pointOut({ connection, seq }, isListToCome);
    if (isListToCome) {
      panel.set(change);
    }
    list.element.focus();
    if (change.filter !== undefined) {
      this.follow(change.filter);
      const words = visibleLine(filter);
      const isLong = words.length > maxShownFilter;
      const shown = isLong ? `${words.slice(0, maxShownFilter)}…` : words;
      this.#say(text('filterWasCleared', shown), {
        label: text('filterBack'),
        run: () => {
          panel.set({ filter });
          list.element.focus();
        },
      });
    }
  }

  /** @param words for the row, or for what else was named */
  #sayHidden(row: NamedRow, words: string, sentence?: PageString): void {
    const hider = this.#hiderOf(row);
    if (hider) {
      const run = () => this.#show(row, hider.change);
      const isFilter = hider.change.filter !== undefined;
      const spoken = isFilter && sentence !== undefined ? sentence : hider.sentence;
      const named = isFilter ? words : this.#number(row.seq);
      this.#say(text(spoken, named), { label: text(hider.action), run });
    } else {
      this.#say(text('rowHidden', this.#number(row.seq)));
    }
  }

  #hiderOf(row: NamedRow): Hider | undefined {
    const { view } = this.#ports.panel;
    const byFilter: Hider = {
      sentence: 'rowHiddenByFilter',
      action: 'filterClear',
      change: { filter: '' },
    };
    return hiddenKind(view, row) ?? (view.filter === '' ? undefined : byFilter);
  }

  #missing(seq: number, { first, next }: Omit<RowAnswer, 'row'>): string {
    const number = this.#number(seq);
    if (seq >= next && next > first) {
      return text('rowNotYet', number, this.#number(next - 1));
    }
    if (seq >= first) {
      return text('rowMissing', number);
    }
    return next > first
      ? text('rowDropped', number, this.#number(first))
      : text('rowNoneKept', number);
  }

  #say(...given: Parameters<ListNotice['show']>): void {
    this.#isAboutSelected = false;
    this.#ports.notice.show(...given);
  }

  #number(seq: number): string {
    return this.#ports.formats.count(seq);
  }
}

/** What hides all rows of this kind; a filter that asks for control frames by name shows them. */
function hiddenKind(view: PanelView, { kind, heartbeat }: NamedRow): Hider | undefined {
  const { condition } = parseFilter(view.filter, { now: 0, startOfDay: 0 });
  if (condition && asksForControlFrames(condition)) {
    return undefined;
  }
  if (heartbeat) {
    return view.showHeartbeats
      ? undefined
      : {
          sentence: 'rowHiddenHeartbeat',
          action: 'showHeartbeatsNow',
          change: { showHeartbeats: true },
        };
  }
  return view.showControl || !['ping', 'pong', 'close'].includes(kind)
    ? undefined
    : {
        sentence: 'rowHiddenControl',
        action: 'showControlNow',
        change: { showControl: true },
      };
}
