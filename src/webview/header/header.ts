import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../../core/connection/report.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { MessageList } from '../list/messageList.ts';
import type { RowCommands } from '../list/rowCommands.ts';
import type { PanelState } from '../state/panelState.ts';
import { below, openMenu, type MenuItem } from '../widgets/menu.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';
import { figures, marks } from './headerFigures.ts';

const stateIcons: Readonly<Record<StateWord, string>> = {
  connecting: 'sync codicon-modifier-spin',
  connected: 'pass-filled',
  retry: 'history',
  closing: 'sync codicon-modifier-spin',
  disconnected: 'debug-disconnect',
  failed: 'error',
};

type Part = TemplateResult | typeof nothing;

/** The line above the list: which connection it is, its state, what can be done, and figures. */
export class Header {
  readonly #root: HTMLElement;
  readonly #formats: Formats;
  readonly #panel: PanelState;
  readonly #requests: HostRequests;
  readonly #list: MessageList;
  readonly #rows: RowCommands;
  readonly #openFind: () => void;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: HTMLElement,
    formats: Formats,
    panel: PanelState,
    requests: HostRequests,
    list: MessageList,
    rows: RowCommands,
    openFind: () => void,
  ) {
    this.#root = root;
    this.#formats = formats;
    this.#panel = panel;
    this.#requests = requests;
    this.#list = list;
    this.#rows = rows;
    this.#openFind = openFind;
  }

  /** @param hasRows whether there are rows to export */
  render(hasRows: boolean): void {
    clearTimeout(this.#tick);
    const { connections, receivedAt, selected: view } = this.#panel;
    if (!view) {
      render(nothing, this.#root);
      return;
    }
    const passedMs = performance.now() - receivedAt;
    render(
      html`${this.#picker(connections, view)}${this.#badge(view, passedMs)}${marks(view)}
        <div class="tools" role="group" aria-label=${text('connectionTools')}>
          ${
            view.source === 'capture'
              ? nothing
              : [this.#connectionTools(view), html`<span class="gap"></span>`]
          }
          ${this.#viewTools(hasRows, view)}
        </div>
        <div class="figures">${figures(view, this.#formats)}</div>`,
      this.#root,
    );
    const tickMs = timerTickMs(view, passedMs);
    if (tickMs !== undefined) {
      this.#tick = setTimeout(() => this.render(hasRows), tickMs);
    }
  }

  #picker(connections: readonly ConnectionView[], selected: ConnectionView): TemplateResult {
    const onChange = ({ target }: Event) => {
      const { value } = target as HTMLSelectElement;
      this.#panel.set({ selected: value, merged: [], following: true });
    };
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
      ${toolButton({
        name: 'newConnection',
        icon: 'add',
        run: () => this.#requests.send('connect.ask', undefined),
      })}
    </div>`;
  }

  #badge(view: ConnectionView, passedMs: number): TemplateResult {
    const { state, severity, label, subprotocol, source } = view;
    if (source === 'capture') {
      return html`<div class="badge capture" title=${text('captureHint')}>
        <span class="codicon codicon-archive" aria-hidden="true"></span>
        <span class="word">${text('captureLabel')}</span>
      </div>`;
    }
    const timer = timerText(view, passedMs, this.#formats);
    return html`<div class="badge ${state} ${severity}" title=${subprotocol}>
      <span class="codicon codicon-${stateIcons[state]}" aria-hidden="true"></span>
      <span class="word">${label}</span> <span class="timer" role="timer">${timer}</span>
    </div>`;
  }

  #connectionTools({ id, state, canConnect, canDisconnect }: ConnectionView): readonly Part[] {
    const send = (name: 'connect' | 'disconnect' | 'reconnect') => () =>
      this.#requests.send(name, { connection: id });
    const isWaiting = state === 'retry';
    const end = isWaiting
      ? toolButton({ name: 'stopRetrying', icon: 'debug-stop', run: send('disconnect') })
      : toolButton({
          name: 'disconnect',
          icon: 'debug-disconnect',
          run: send('disconnect'),
          isDisabled: !canDisconnect,
        });
    return [
      canConnect && !canDisconnect
        ? toolButton({ name: 'connect', icon: 'plug', run: send('connect') })
        : end,
      toolButton({
        name: isWaiting ? 'retryNow' : 'reconnectNow',
        icon: 'debug-restart',
        run: send('reconnect'),
        isDisabled: !canDisconnect || state === 'closing',
      }),
    ];
  }

  #viewTools(hasRows: boolean, { id, extent, source }: ConnectionView): readonly Part[] {
    const { connections, merged, view } = this.#panel;
    const { following } = view;
    const mergedCount = merged.length;
    return [
      source === 'capture' && mergedCount === 0
        ? nothing
        : toolButton({
            name: following ? 'pause' : 'follow',
            hint: following ? 'pauseHint' : 'followHint',
            icon: following ? 'debug-pause' : 'debug-continue',
            run: () => this.#panel.set({ following: !following }),
          }),
      source === 'capture'
        ? nothing
        : toolButton({
            name: 'clear',
            hint: 'clearHint',
            icon: 'clear-all',
            run: () => this.#requests.send('clear', { connection: id }),
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
            run: event => this.#openMenu('mergeTimeline', () => this.#mergeItems(), event),
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
        run: () => this.#rows.export(true),
      }),
      toolButton({
        name: 'moreTools',
        icon: 'ellipsis',
        opensMenu: true,
        isIcon: true,
        run: event => this.#openMenu('moreTools', () => this.#moreItems(), event),
      }),
    ];
  }

  #openMenu(
    name: 'mergeTimeline' | 'moreTools',
    items: () => readonly MenuItem[],
    { currentTarget }: Event,
  ): void {
    openMenu(text(name), items, below(currentTarget as Element));
  }

  /** Which connections are in the list together, as choices that leave the menu open. */
  #mergeItems(): readonly MenuItem[] {
    const { connections, shown, selected } = this.#panel;
    if (!selected) {
      return [];
    }
    const ids = shown.map(({ id }) => id);
    const choose = (chosen: readonly string[]) => {
      const main = chosen.includes(selected.id) ? selected.id : (chosen[0] ?? selected.id);
      this.#panel.set({ merged: chosen.length > 1 ? chosen : [], selected: main });
    };
    const allIds = connections.map(({ id }) => id);
    return [
      ...connections.map((connection): MenuItem => {
        const isChecked = ids.includes(connection.id);
        const rest = ids.filter(id => id !== connection.id);
        return {
          kind: 'choice',
          label: visibleLine(connection.name),
          isChecked,
          staysOpen: true,
          colour: this.#panel.colourOf(connection.id),
          isDisabled: isChecked && rest.length === 0,
          run: () =>
            choose(
              isChecked ? rest : allIds.filter(id => rest.includes(id) || id === connection.id),
            ),
        };
      }),
      { kind: 'line' },
      { kind: 'action', label: text('mergeAll'), run: () => choose(allIds) },
      {
        kind: 'action',
        label: text('mergeNone', visibleLine(selected.name)),
        run: () => choose([selected.id]),
      },
    ];
  }

  /** What there is no room for beside the other tools. */
  #moreItems(): readonly MenuItem[] {
    const { head } = this.#list;
    return [
      {
        kind: 'action',
        label: text('showOutput'),
        run: () => this.#requests.send('output.show', undefined),
      },
      { kind: 'line' },
      { kind: 'action', label: text('findInMessages'), keys: 'Ctrl+F', run: this.#openFind },
      { kind: 'action', label: text('goToRow'), keys: 'Ctrl+G', run: () => this.#rows.goToRow() },
      {
        kind: 'action',
        label: text('selectAllRows'),
        keys: 'Ctrl+A',
        run: () => this.#list.selectAll(),
      },
      { kind: 'line' },
      { kind: 'menu', label: text('timeMenu'), items: () => head.timeItems() },
      { kind: 'menu', label: text('columnsMenu'), items: () => head.columnItems() },
    ];
  }
}

/**
 * The countdown to the next attempt, or how long it has been open.
 *
 * @param passedMs the time since the snapshot came
 */
function timerText(
  { retryInMs, openForMs }: ConnectionView,
  passedMs: number,
  formats: Formats,
): string {
  if (retryInMs !== undefined) {
    // Rounded up: "in 1s" is shown during the last second, and "in 0s" never.
    const left = Math.ceil((retryInMs - passedMs) / 1000) * 1000;
    return left > 0 ? text('retryIn', formats.span(left)) : text('retryDue');
  }
  return openForMs === undefined ? '' : text('openFor', formats.span(openForMs + passedMs));
}

/** How long until `timerText` changes; `undefined` if it does not. */
function timerTickMs(
  { retryInMs, openForMs }: ConnectionView,
  passedMs: number,
): number | undefined {
  if (retryInMs !== undefined) {
    const left = retryInMs - passedMs;
    return left > 0 ? left % 1000 || 1000 : undefined;
  }
  return openForMs === undefined ? undefined : 1000 - ((openForMs + passedMs) % 1000);
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
