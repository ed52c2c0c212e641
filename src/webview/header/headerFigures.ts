import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { isRecorded } from '../../shared/sourceKind.ts';
import { iconClass, type IconName } from '../widgets/icons.ts';
import { text } from '../widgets/strings.ts';

type Part = TemplateResult | typeof nothing;

/**
 * How much was received and sent, how fast, and where it is stored.
 *
 * @param merged the connections of a merged timeline, whose figures are added up; else none
 */
export function figures(
  view: ConnectionView,
  merged: readonly ConnectionView[],
  formats: Formats,
): readonly Part[] {
  if (merged.length > 0) {
    return mergedFigures(merged, formats);
  }
  if (!isRecorded(view)) {
    // Its connection has ended, or was not opened yet.
    return view.source === 'capture' ? [storageMark(view)] : [];
  }
  const { latencyMs } = view;
  return [
    ...amounts([view], formats),
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

/** Says whose they are together. There is no round trip, since it cannot be added up. */
function mergedFigures(merged: readonly ConnectionView[], formats: Formats): readonly Part[] {
  // The connections of captures have ended.
  const live = merged.filter(isRecorded);
  const stored = merged.find(({ storage }) => storage.kind !== 'file') ?? merged[0];
  const names = live.map(({ name }) => visibleLine(name)).join(', ');
  const words =
    live.length === 1 ? text('figuresOne', names) : text('figuresAll', formats.count(live.length));
  return [
    ...(live.length === 0
      ? []
      : [
          figure({ value: words, hint: text('figuresHint', names), className: 'whose' }),
          ...amounts(live, formats),
        ]),
    stored ? storageMark(stored) : nothing,
  ];
}

/** Rate and counts, added up; if they are of several, the hints tell them apart. */
function amounts(views: readonly ConnectionView[], formats: Formats): readonly Part[] {
  const total = (of: (view: ConnectionView) => number) =>
    views.reduce((sum, view) => sum + of(view), 0);
  const apart = (words: (view: ConnectionView) => string) =>
    views.length === 1 ? [] : views.map(view => `${visibleLine(view.name)}: ${words(view)}`);
  const hint = (sum: string, words: (view: ConnectionView) => string) =>
    [sum, ...apart(words)].join('\n');
  const received = formats.count(total(view => view.received));
  const sent = formats.count(total(view => view.sent));
  return [
    figure({
      value: text('perSecond', formats.rate(total(view => view.receivedRate))),
      hint: hint(text('rateHint'), view => formats.rate(view.receivedRate)),
      className: 'rate',
    }),
    figure({
      value: received,
      icon: 'arrow-down',
      spoken: text('received'),
      hint: hint(text('receivedHint', received), view => formats.count(view.received)),
      className: 'in',
    }),
    figure({
      value: sent,
      icon: 'arrow-up',
      spoken: text('sent'),
      hint: hint(text('sentHint', sent), view => formats.count(view.sent)),
      className: 'out',
    }),
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
  readonly icon: IconName;
  readonly className: string;
  /** Shown beside the icon if there is room. */
  readonly words?: string;
}

function mark({ name, hint = name, icon, className, words }: Mark): TemplateResult {
  return html`<span class="mark ${className}" role="img" aria-label=${name} title=${hint}
    ><span class=${iconClass(icon)} aria-hidden="true"></span
    >${words === undefined ? nothing : html`<span class="words">${words}</span>`}</span
  >`;
}

interface Figure {
  readonly value: string;
  readonly hint: string;
  readonly className: string;
  readonly icon?: IconName;
  readonly spoken?: string;
}

function figure({ value, hint, className, icon, spoken }: Figure): TemplateResult {
  return html`<span class="figure ${className}" title=${hint}>
    ${
      icon === undefined ? nothing : html`<span class=${iconClass(icon)} aria-hidden="true"></span>`
    }
    ${spoken === undefined ? nothing : html`<span class="spoken">${spoken}</span>`}
    <span class="value">${value}</span>
  </span>`;
}

function storageMark({ storage }: ConnectionView): TemplateResult {
  const isInFile = storage.kind === 'file';
  const hint = isInFile
    ? text('storedInFile', storage.path ?? '')
    : (storage.problem ?? text('storedInMemory'));
  return html`<span class="figure storage" role="img" aria-label=${hint} title=${hint}>
    <span class=${iconClass(isInFile ? 'database' : 'chip')} aria-hidden="true"></span>
    ${isInFile ? nothing : html`<span class="value">${text('inMemory')}</span>`}
  </span>`;
}
