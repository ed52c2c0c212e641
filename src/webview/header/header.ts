import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../../core/connection/report.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { isRecorded } from '../../shared/sourceKind.ts';
import { clearTools } from '../clearing/clearTools.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { MessageList } from '../list/messageList.ts';
import type { RowCommands } from '../list/rowCommands.ts';
import type { PanelState } from '../state/panelState.ts';
import { markClasses } from '../list/rows/connectionMark.ts';
import { iconClass, type IconName } from '../widgets/icons.ts';
import type { MenuItem } from '../widgets/menu.ts';
import { text } from '../widgets/strings.ts';
import { RovingFocus } from '../widgets/rovingFocus.ts';
import { hiddenTools, toolButton, type ToolButton } from '../widgets/toolbar.ts';
import { figures, marks } from './headerFigures.ts';
import { timerText, timerTickMs } from './stateTimer.ts';

const stateIcons: Readonly<Record<StateWord, IconName>> = {
  connecting: 'sync',
  connected: 'pass-filled',
  retry: 'history',
  closing: 'sync',
  disconnected: 'debug-disconnect',
  failed: 'error',
};

/** What goes on turns. */
function stateIconClass(state: StateWord): string {
  const name = stateIcons[state];
  return name === 'sync' ? `${iconClass(name)} codicon-modifier-spin` : iconClass(name);
}

/** Where the charts are opened from if their strip is hidden, as in a narrow panel. */
export interface ChartsPlace {
  readonly isHidden: boolean;
  open(): void;
}

/** The line above the list: which connection it is, its state, what can be done, and figures. */
export class Header {
  readonly #root: HTMLElement;
  readonly #formats: Formats;
  readonly #panel: PanelState;
  readonly #requests: HostRequests;
  readonly #list: MessageList;
  readonly #rows: RowCommands;
  readonly #openFind: () => void;
  readonly #charts: ChartsPlace;
  readonly #roving: RovingFocus;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(
    root: HTMLElement,
    formats: Formats,
    panel: PanelState,
    requests: HostRequests,
    list: MessageList,
    rows: RowCommands,
    openFind: () => void,
    charts: ChartsPlace,
  ) {
    this.#root = root;
    this.#formats = formats;
    this.#panel = panel;
    this.#requests = requests;
    this.#list = list;
    this.#rows = rows;
    this.#openFind = openFind;
    this.#charts = charts;
    root.setAttribute('role', 'toolbar');
    root.setAttribute('aria-label', text('connectionTools'));
    this.#roving = new RovingFocus(root);
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
        <div class="tools">
          ${
            this.#connectionTools(view).length === 0
              ? nothing
              : [this.#connectionTools(view).map(toolButton), html`<span class="gap"></span>`]
          }
          ${this.#viewTools(hasRows, view).map(tool => [
            toolButton(tool),
            tool.name === 'mergeTimeline' ? this.#mergedCount() : nothing,
          ])}
          ${toolButton({
            name: 'moreTools',
            icon: 'ellipsis',
            isIcon: true,
            items: () => this.#moreItems(hasRows),
          })}
        </div>
        <div class="figures">${figures(view, this.#panel.merged, this.#formats)}</div>`,
      this.#root,
    );
    this.#roving.refresh();
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
    const mark = connections.length > 1 ? ` ${markClasses(selected.mark)}` : '';
    return html`<div class="picker${mark}">
      <select aria-label=${text('connection')} title=${selected.url} @change=${onChange}>
        ${pickerOptions(connections, selected)}
      </select>
      ${toolButton(this.#newConnection())}
    </div>`;
  }

  #newConnection(): ToolButton {
    return {
      name: 'newConnection',
      icon: 'add',
      overflow: 'spare',
      run: () => this.#requests.send('connect.ask', undefined),
    };
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
    const hint = [label, subprotocol].filter(part => part !== '').join(' · ');
    return html`<div class="badge ${state} ${severity}" title=${hint}>
      <span class=${stateIconClass(state)} aria-hidden="true"></span>
      <span class="word">${label}</span> <span class="timer" role="timer">${timer}</span>
    </div>`;
  }

  /** None where nothing can be done, as with a capture and with what is only watched. */
  #connectionTools({ id, source, state, canConnect, canDisconnect }: ConnectionView): ToolButton[] {
    const send = (name: 'connect' | 'disconnect' | 'reconnect' | 'socket.close') => () =>
      this.#requests.send(name, { connection: id });
    switch (source) {
      case 'capture':
      case 'watch':
        return [];
      case 'tap':
        return [
          {
            name: 'closeSocket',
            hint: 'closeSocketHint',
            icon: 'debug-disconnect',
            run: send('socket.close'),
            isDisabled: !canDisconnect,
          },
        ];
      case 'connection':
      case 'configured':
        break;
    }
    const isWaiting = state === 'retry';
    const end: ToolButton = isWaiting
      ? { name: 'stopRetrying', icon: 'debug-stop', run: send('disconnect') }
      : {
          name: 'disconnect',
          icon: 'debug-disconnect',
          run: send('disconnect'),
          isDisabled: !canDisconnect,
        };
    return [
      canConnect && !canDisconnect ? { name: 'connect', icon: 'plug', run: send('connect') } : end,
      {
        name: isWaiting ? 'retryNow' : 'reconnectNow',
        icon: 'debug-restart',
        overflow: 'spare',
        run: send('reconnect'),
        isDisabled: !canDisconnect || state === 'closing',
      },
    ];
  }

  #viewTools(hasRows: boolean, selected: ConnectionView): ToolButton[] {
    const { connections, merged, view } = this.#panel;
    const { following } = view;
    const tools: ToolButton[] = [];
    if (isRecorded(selected) || merged.length > 0) {
      tools.push({
        name: following ? 'pause' : 'follow',
        hint: following ? 'pauseHint' : 'followHint',
        icon: following ? 'debug-pause' : 'debug-continue',
        run: () => this.#panel.set({ following: !following }),
      });
    }
    tools.push(
      ...clearTools(this.#panel.shown, ids =>
        this.#requests.send('clear', { connections: [...ids] }),
      ),
    );
    if (mergeable(connections).length > 1) {
      tools.push({
        name: 'mergeTimeline',
        hint: 'mergeTimelineHint',
        icon: 'merge',
        overflow: 'late',
        isPressed: merged.length > 0,
        items: () => this.#mergeItems(),
      });
    }
    tools.push({
      name: 'exportRows',
      hint: 'exportRowsHint',
      icon: 'export',
      overflow: 'spare',
      isDisabled: !hasRows,
      run: () => this.#rows.export(true),
    });
    return tools;
  }

  #mergedCount(): TemplateResult | typeof nothing {
    const { length } = this.#panel.merged;
    return length === 0
      ? nothing
      : html`<span class="merged-count">${text('mergedCount', this.#formats.count(length))}</span>`;
  }

  /** Which connections are in the list together, as choices that leave the menu open. */
  #mergeItems(): readonly MenuItem[] {
    const { shown, selected } = this.#panel;
    const connections = mergeable(this.#panel.connections);
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
          sign: markClasses(connection.mark),
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

  /** The tools that are hidden in a narrow panel. */
  #overflowItems(hasRows: boolean): readonly MenuItem[] {
    const { selected } = this.#panel;
    if (!selected) {
      return [];
    }
    const tools = [
      this.#newConnection(),
      ...this.#connectionTools(selected),
      ...this.#viewTools(hasRows, selected),
    ];
    const items = hiddenTools(this.#root, tools);
    const charts: MenuItem[] = this.#charts.isHidden
      ? [{ kind: 'action', label: text('chartsOpen'), run: () => this.#charts.open() }]
      : [];
    const all = [...items, ...charts];
    return all.length === 0 ? [] : [...all, { kind: 'line' }];
  }

  /** What there is no room for beside the other tools. */
  #moreItems(hasRows: boolean): readonly MenuItem[] {
    const { head } = this.#list;
    return [
      ...this.#overflowItems(hasRows),
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
      { kind: 'line' },
      { kind: 'action', label: text('openAsText'), run: () => this.#rows.openText() },
      {
        kind: 'action',
        label: text('keyboardHelp'),
        keys: 'F1',
        run: () => this.#requests.send('help.keys', undefined),
      },
    ];
  }
}

const groups = [
  ['connection', 'openedConnections'],
  ['tap', 'tappedSockets'],
  ['watch', 'watchedSockets'],
  ['configured', 'notConnected'],
  ['capture', 'savedCaptures'],
] as const;

/** In groups, unless all are connections of this window. */
function pickerOptions(
  connections: readonly ConnectionView[],
  selected: ConnectionView,
): readonly TemplateResult[] {
  if (connections.every(({ source }) => source === 'connection')) {
    return options(connections, 'connection', selected);
  }
  return groups
    .filter(([source]) => connections.some(each => each.source === source))
    .map(
      ([source, label]) =>
        html`<optgroup label=${text(label)}>${options(connections, source, selected)}</optgroup>`,
    );
}

/** Those that can be in the list together. */
function mergeable(connections: readonly ConnectionView[]): readonly ConnectionView[] {
  return connections.filter(({ source }) => source !== 'configured');
}

function options(
  connections: readonly ConnectionView[],
  wanted: ConnectionView['source'],
  selected: ConnectionView,
): readonly TemplateResult[] {
  const listed = connections.filter(({ source }) => source === wanted);
  const isShared = (name: string) => listed.filter(each => each.name === name).length > 1;
  return listed.map(({ id, name, place, url, mark }) => {
    // Captures of one connection and minute came from files of other names.
    const where = place ?? (isShared(name) ? url : '');
    return html`<option
      class=${connections.length > 1 ? markClasses(mark) : ''}
      value=${id}
      title=${visibleLine(url)}
      .selected=${id === selected.id}
    >
      ${visibleLine(where === '' ? name : `${name} · ${where}`)}
    </option>`;
  });
}
