import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';

/** How much was received and sent, how fast, and where it is stored. */
export function figures(
  view: ConnectionView,
  formats: Formats,
): readonly (TemplateResult | typeof nothing)[] {
  if (view.source === 'capture') {
    return [storageMark(view)]; // Its connection has ended.
  }
  const { received, sent, receivedRate, latencyMs } = view;
  const receivedCount = formats.count(received);
  const sentCount = formats.count(sent);
  return [
    figure({
      value: text('perSecond', formats.rate(receivedRate)),
      hint: text('rateHint'),
      className: 'rate',
    }),
    figure({
      value: receivedCount,
      icon: 'arrow-down',
      spoken: text('received'),
      hint: text('receivedHint', receivedCount),
      className: 'in',
    }),
    figure({
      value: sentCount,
      icon: 'arrow-up',
      spoken: text('sent'),
      hint: text('sentHint', sentCount),
      className: 'out',
    }),
    latencyMs === undefined
      ? nothing
      : figure({
          value: formats.latency(latencyMs),
          icon: 'pulse',
          spoken: text('latency'),
          hint: text('latencyHint'),
          className: 'latency',
        }),
    storageMark(view),
  ];
}

/** How the connection is protected, and which proxy it goes through. */
export function marks(view: ConnectionView): TemplateResult | typeof nothing {
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

/** A missing check is always shown; the lock only while connected, since before there is no TLS. */
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
  /** Shown beside the icon if there is room. */
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
