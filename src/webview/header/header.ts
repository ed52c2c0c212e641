import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../../core/connection/report.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';
import { figures, marks } from './headerFigures.ts';
import { timerText, type TimedConnection } from './timedConnection.ts';
import { toolButton } from '../widgets/toolbar.ts';

export interface HeaderActions {
  readonly choose: (connection: string) => void;
  readonly ask: () => void;
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly reconnect: () => void;
  readonly clear: () => void;
  readonly follow: (following: boolean) => void;
  readonly export: () => void;
  /** Opens a menu below a button. */
  readonly chooseMerged: (button: Element) => void;
  readonly showMore: (button: Element) => void;
}

interface HeaderState {
  readonly connections: readonly ConnectionView[];
  readonly selected: TimedConnection | undefined;
  readonly following: boolean;
  /** Of the connections, how many are in the list together; 0 while it is one. */
  readonly mergedCount: number;
  /** Whether there are rows to export. */
  readonly hasRows: boolean;
}

const stateIcons: Readonly<Record<StateWord, string>> = {
  connecting: 'sync codicon-modifier-spin',
  connected: 'pass-filled',
  retry: 'history',
  closing: 'sync codicon-modifier-spin',
  disconnected: 'debug-disconnect',
  failed: 'error',
};

/** The line above the list: which connection, how it stands, what can be done, the figures. */
export class Header {
  readonly #root: HTMLElement;
  readonly #formats: Formats;
  readonly #actions: HeaderActions;

  constructor(root: HTMLElement, formats: Formats, actions: HeaderActions) {
    this.#root = root;
    this.#formats = formats;
    this.#actions = actions;
  }

  render(state: HeaderState): void {
    const { connections, selected } = state;
    if (!selected) {
      render(nothing, this.#root);
      return;
    }
    const { view } = selected;
    render(
      html`${this.#picker(connections, view)}${this.#state(selected)}${marks(view)}
        <div class="tools" role="group" aria-label=${text('connectionTools')}>
          ${
            view.source === 'capture'
              ? nothing
              : [this.#connectionTools(view), html`<span class="gap"></span>`]
          }
          ${this.#viewTools(state, view)}
        </div>
        <div class="figures">${figures(view, this.#formats)}</div>`,
      this.#root,
    );
  }

  #picker(connections: readonly ConnectionView[], selected: ConnectionView): TemplateResult {
    const onChange = ({ target }: Event) =>
      this.#actions.choose((target as HTMLSelectElement).value);
    return html`<div class="picker">
      <select aria-label=${text('connection')} title=${selected.url} @change=${onChange}>
        ${options(connections, 'connection', selected)}
        ${
          connections.some(({ source }) => source === 'capture')
            ? html`<optgroup label=${text('savedCaptures')}>
                ${options(connections, 'capture', selected)}
              </optgroup>`
            : nothing
        }
      </select>
      ${toolButton({ name: 'newConnection', icon: 'add', run: () => this.#actions.ask() })}
    </div>`;
  }

  #state(connection: TimedConnection): TemplateResult {
    const { state, severity, label, subprotocol, source } = connection.view;
    if (source === 'capture') {
      return html`<div class="badge capture" title=${text('captureHint')}>
        <span class="codicon codicon-archive" aria-hidden="true"></span>
        <span class="word">${text('captureLabel')}</span>
      </div>`;
    }
    const timer = timerText(connection, performance.now(), this.#formats);
    return html`<div class="badge ${state} ${severity}" title=${subprotocol}>
      <span class="codicon codicon-${stateIcons[state]}" aria-hidden="true"></span>
      <span class="word">${label}</span> <span class="timer" role="timer">${timer}</span>
    </div>`;
  }

  #connectionTools(view: ConnectionView): readonly (TemplateResult | typeof nothing)[] {
    const { state, canConnect, canDisconnect } = view;
    const { connect, disconnect, reconnect } = this.#actions;
    const isWaiting = state === 'retry';
    const end = isWaiting
      ? toolButton({ name: 'stopRetrying', icon: 'debug-stop', run: disconnect })
      : toolButton({
          name: 'disconnect',
          icon: 'debug-disconnect',
          run: disconnect,
          isDisabled: !canDisconnect,
        });
    return [
      canConnect && !canDisconnect
        ? toolButton({ name: 'connect', icon: 'plug', run: connect })
        : end,
      toolButton({
        name: isWaiting ? 'retryNow' : 'reconnectNow',
        icon: 'debug-restart',
        run: reconnect,
        isDisabled: !canDisconnect || state === 'closing',
      }),
    ];
  }

  #viewTools(
    { connections, following, mergedCount, hasRows }: HeaderState,
    { extent, source }: ConnectionView,
  ): readonly (TemplateResult | typeof nothing)[] {
    const { follow, clear, chooseMerged, showMore } = this.#actions;
    return [
      source === 'capture' && mergedCount === 0
        ? nothing
        : toolButton({
            name: following ? 'pause' : 'follow',
            hint: following ? 'pauseHint' : 'followHint',
            icon: following ? 'debug-pause' : 'debug-continue',
            run: () => follow(!following),
          }),
      source === 'capture'
        ? nothing
        : toolButton({
            name: 'clear',
            hint: 'clearHint',
            icon: 'clear-all',
            run: clear,
            isDisabled: extent.first === extent.next,
          }),
      connections.length < 2
        ? nothing
        : toolButton({
            name: 'mergeTimeline',
            hint: 'mergeTimelineHint',
            icon: 'merge',
            opensMenu: true,
            isPressed: mergedCount > 0,
            run: ({ currentTarget }) => chooseMerged(currentTarget as Element),
          }),
      mergedCount > 0
        ? html`<span class="merged-count"
            >${text('mergedCount', this.#formats.count(mergedCount))}</span
          >`
        : nothing,
      toolButton({
        name: 'exportRows',
        hint: 'exportRowsHint',
        icon: 'export',
        isDisabled: !hasRows,
        run: this.#actions.export,
      }),
      toolButton({
        name: 'moreTools',
        icon: 'ellipsis',
        opensMenu: true,
        isIcon: true,
        run: ({ currentTarget }) => showMore(currentTarget as Element),
      }),
    ];
  }
}

function options(
  connections: readonly ConnectionView[],
  wanted: ConnectionView['source'],
  selected: ConnectionView,
): readonly TemplateResult[] {
  return connections
    .filter(({ source }) => source === wanted)
    .map(
      ({ id, name }) =>
        html`<option value=${id} .selected=${id === selected.id}>${visibleLine(name)}</option>`,
    );
}
