import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { StateWord } from '../core/connection/report.ts';
import type { Formats } from '../core/format.ts';
import { visibleLine } from '../core/payload/visibleText.ts';
import type { ConnectionView } from '../shared/protocol.ts';
import { text } from './strings.ts';
import { timerText, type TimedConnection } from './timedConnection.ts';
import { toolButton } from './toolbar.ts';

interface HeaderActions {
  readonly choose: (connection: string) => void;
  readonly ask: () => void;
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly reconnect: () => void;
  readonly clear: () => void;
  readonly follow: (following: boolean) => void;
  readonly showOutput: () => void;
}

interface HeaderState {
  readonly connections: readonly ConnectionView[];
  readonly selected: TimedConnection | undefined;
  readonly following: boolean;
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

  render({ connections, selected, following }: HeaderState): void {
    if (!selected) {
      render(nothing, this.#root);
      return;
    }
    const { view } = selected;
    render(
      html`${this.#picker(connections, view)}${this.#state(selected)}${marks(view)}
        <div class="tools" role="group" aria-label=${text('connectionTools')}>
          ${this.#connectionTools(view)}
          <span class="gap"></span>
          ${this.#viewTools(following, view)}
        </div>
        <div class="figures">${this.#figures(view)}</div>`,
      this.#root,
    );
  }

  #picker(connections: readonly ConnectionView[], selected: ConnectionView): TemplateResult {
    const onChange = ({ target }: Event) =>
      this.#actions.choose((target as HTMLSelectElement).value);
    return html`<div class="picker">
      <select aria-label=${text('connection')} title=${selected.url} @change=${onChange}>
        ${connections.map(
          ({ id, name }) =>
            html`<option value=${id} .selected=${id === selected.id}>${visibleLine(name)}</option>`,
        )}
      </select>
      ${toolButton({ name: 'newConnection', icon: 'add', run: () => this.#actions.ask() })}
    </div>`;
  }

  #state(connection: TimedConnection): TemplateResult {
    const { state, severity, label, subprotocol } = connection.view;
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
          ...{ name: 'disconnect', icon: 'debug-disconnect', run: disconnect },
          isDisabled: !canDisconnect,
        });
    return [
      canConnect && !canDisconnect
        ? toolButton({ name: 'connect', icon: 'plug', run: connect })
        : end,
      toolButton({
        ...{ name: isWaiting ? 'retryNow' : 'reconnectNow', icon: 'debug-restart', run: reconnect },
        isDisabled: !canDisconnect || state === 'closing',
      }),
    ];
  }

  #viewTools(following: boolean, { extent }: ConnectionView): readonly TemplateResult[] {
    const { follow, clear, showOutput } = this.#actions;
    return [
      following
        ? toolButton({
            ...{ name: 'pause', hint: 'pauseHint', icon: 'debug-pause' },
            run: () => follow(false),
          })
        : toolButton({
            ...{ name: 'follow', hint: 'followHint', icon: 'debug-continue' },
            run: () => follow(true),
          }),
      toolButton({
        ...{ name: 'clear', hint: 'clearHint', icon: 'clear-all', run: clear },
        isDisabled: extent.first === extent.next,
      }),
      toolButton({ name: 'showOutput', hint: 'showOutputHint', icon: 'output', run: showOutput }),
    ];
  }

  #figures(view: ConnectionView): readonly (TemplateResult | typeof nothing)[] {
    const { received, sent, receivedRate, latencyMs } = view;
    const formats = this.#formats;
    const receivedCount = formats.count(received);
    const sentCount = formats.count(sent);
    return [
      figure({
        value: text('perSecond', formats.rate(receivedRate)),
        hint: text('rateHint'),
        className: 'rate',
      }),
      figure({
        ...{ value: receivedCount, icon: 'arrow-down', spoken: text('received') },
        ...{ hint: text('receivedHint', receivedCount), className: 'in' },
      }),
      figure({
        ...{ value: sentCount, icon: 'arrow-up', spoken: text('sent') },
        ...{ hint: text('sentHint', sentCount), className: 'out' },
      }),
      latencyMs === undefined
        ? nothing
        : figure({
            ...{ value: formats.latency(latencyMs), icon: 'pulse', spoken: text('latency') },
            ...{ hint: text('latencyHint'), className: 'latency' },
          }),
      storageMark(view),
    ];
  }
}

/** How the connection is protected, and by which way it goes. */
function marks(view: ConnectionView): TemplateResult | typeof nothing {
  const { proxy } = view;
  const security = securityMark(view);
  if (security === nothing && proxy === undefined) {
    return nothing;
  }
  return html`<div class="marks">
    ${security}
    ${
      proxy === undefined
        ? nothing
        : mark({
            name: text('throughProxy', visibleLine(proxy)),
            icon: 'globe',
            className: 'proxy',
          })
    }
  </div>`;
}

/** A missing check is said at all times; a lock would be a false promise before there is TLS. */
function securityMark({ security, state }: ConnectionView): TemplateResult | typeof nothing {
  if (security === 'unverified') {
    const words = text('certificateUnchecked');
    const hint = text('certificateUncheckedHint');
    return mark({ name: words, hint, icon: 'unlock', className: 'security warning', words });
  }
  return security === 'verified' && state === 'connected'
    ? mark({ name: text('certificateChecked'), icon: 'lock', className: 'security' })
    : nothing;
}

interface Mark {
  readonly name: string;
  readonly hint?: string;
  readonly icon: string;
  readonly className: string;
  /** Beside the icon, where there is room. */
  readonly words?: string;
}

function mark({ name, hint = name, icon, className, words }: Mark): TemplateResult {
  return html`<span class="mark ${className}" role="img" aria-label=${name} title=${hint}
    ><span class="codicon codicon-${icon}" aria-hidden="true"></span
    >${words === undefined ? nothing : html`<span class="words">${words}</span>`}</span
  >`;
}

interface Figure {
  readonly value: string;
  readonly hint: string;
  readonly className: string;
  readonly icon?: string;
  readonly spoken?: string;
}

function figure({ value, hint, className, icon, spoken }: Figure): TemplateResult {
  return html`<span class="figure ${className}" title=${hint}>
    ${
      icon === undefined
        ? nothing
        : html`<span class="codicon codicon-${icon}" aria-hidden="true"></span>`
    }
    ${spoken === undefined ? nothing : html`<span class="spoken">${spoken}</span>`}
    <span class="value">${value}</span>
  </span>`;
}

function storageMark({ storage }: ConnectionView): TemplateResult {
  const isInFile = storage.kind === 'sqlite';
  const hint = isInFile
    ? text('storedInFile', storage.path ?? '')
    : (storage.problem ?? text('storedInMemory'));
  return html`<span class="figure storage" role="img" aria-label=${hint} title=${hint}>
    <span class="codicon codicon-${isInFile ? 'database' : 'chip'}" aria-hidden="true"></span>
    ${isInFile ? nothing : html`<span class="value">${text('inMemory')}</span>`}
  </span>`;
}
