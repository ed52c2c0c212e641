import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import { isRecorded } from '../../shared/sourceKind.ts';
import { Charts } from '../charts/charts.ts';
import type { Request } from '../link/hostLink.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { MessageList } from '../list/messageList.ts';
import type { RowPlace } from '../list/places/rowSeeker.ts';
import type { PanelState } from '../state/panelState.ts';
import type { StateKeeper } from '../state/savedState.ts';
import type { RowPlaces } from './rowPlaces.ts';

interface ChartsViewParts {
  readonly formats: Formats;
  readonly request: Request;
  readonly requests: HostRequests;
  readonly keeper: StateKeeper;
  readonly panel: PanelState;
  readonly list: MessageList;
  readonly places: RowPlaces;
  readonly requestRender: () => void;
}

/** The charts: whose they are, and where they lead. */
export class ChartsView {
  readonly charts: Charts;
  readonly #parts: ChartsViewParts;
  /** The connection of a merged timeline whose charts the user wants. */
  #charted: string | undefined;

  constructor(parts: ChartsViewParts) {
    this.#parts = parts;
    const { formats, request, requests, keeper, panel, list, requestRender } = parts;
    this.charts = new Charts(formats, {
      ask: (connection, span) => request('series', { connection, span }),
      onGoTo: place => this.#goTo(place),
      onEvent: event => panel.set({ filter: eventTerm(event) }),
      onFail: reason => requests.fail(reason),
      onOwner: id => {
        this.#charted = id;
        requestRender();
      },
      onToggle: isChartOpen => {
        keeper.set({ isChartOpen });
        if (this.charts.isHidden) {
          list.element.focus();
        }
      },
    });
  }

  /**
   * In a merged timeline the charts are of one connection, which the user chooses.
   *
   * @param isBlank whether there is nothing to draw
   */
  render(isBlank: boolean): void {
    const { selected, merged } = this.#parts.panel;
    const shown = isBlank ? undefined : (merged.find(({ id }) => id === this.#charted) ?? selected);
    const owners = merged.map(({ id, name }) => ({ id, name: visibleLine(name) }));
    this.charts.follow(shown?.id, shown !== undefined && isRecorded(shown), owners);
  }

  /** Goes where a chart leads. A filter of the user's stays, and what is hidden by default is shown. */
  #goTo(place: RowPlace): void {
    const { list, panel, places } = this.#parts;
    if ('at' in place) {
      list.seek(place);
    } else if (panel.view.filter === '') {
      void places.showInContext(place);
    } else {
      void places.goToRow(place);
      list.element.focus();
    }
  }
}

/** A term of the filter for all rows of an event. */
function eventTerm(event: string): string {
  return /^[\w.-]+$/.test(event) ? `event:${event}` : `event:${JSON.stringify(event)}`;
}
