import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type {
  DecodingSource,
  SessionDecoding,
  StepProblem,
} from '../../core/decode/rowDecoding.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { iconClass } from '../widgets/icons.ts';
import { text } from '../widgets/strings.ts';

const reasons: Readonly<Record<NonNullable<DecodingSource>, PageString>> = {
  setting: 'decodedBySetting',
  subprotocol: 'decodedBySubprotocol',
  url: 'decodedByUrl',
  messages: 'decodedByMessages',
};

/**
 * What the messages are decoded as; its hint says why, and pressing it offers others. Nothing where nobody
 * has a reason to decode.
 *
 * @param readTo the time of the message that is decoded next, as long as there are some
 */
export function decoderChip(
  decoding: SessionDecoding | undefined,
  formats: Formats,
  choose: () => void,
  readTo?: number,
): TemplateResult | typeof nothing {
  if (!decoding || (decoding.shown === 'none' && decoding.from === null)) {
    return nothing;
  }
  const { misfits, stepProblem } = decoding;
  const isAwaited = stepProblem?.is === 'awaited';
  const warns = misfits !== undefined || (stepProblem !== undefined && !isAwaited);
  const upTo = isAwaited ? undefined : readTo;
  const words = chipWords(decoding);
  const hints = [
    ...(stepProblem ? [problemWords(stepProblem)] : []),
    ...(decoding.from ? [text(reasons[decoding.from])] : []),
    ...(decoding.shown === 'applied?' ? [text('decodedByGuess')] : []),
    ...(misfits
      ? [text('decoderMisfits', formats.count(misfits.count), formats.count(misfits.of))]
      : []),
    ...(upTo === undefined ? [] : [text('decodedUpTo', formats.clock(upTo))]),
    text('decodedChange'),
  ];
  const hint = hints.join(' ');
  return html`<button
    type="button"
    class="tool decoder-chip ${warns ? 'misfit' : ''}"
    title=${hint}
    aria-label=${`${words}. ${hint}`}
    aria-haspopup="menu"
    @click=${choose}
  >
    ${warns ? html`<span class=${iconClass('warning')} aria-hidden="true"></span>` : nothing}
    <span class="words">${words}</span>
    <span class="short-words">${shortWords(decoding)}</span>
    ${
      misfits
        ? html`<span class="quiet"
            >${text('decoderMisfitsShort', formats.count(misfits.count), formats.count(misfits.of))}</span
          >`
        : nothing
    }
    ${upTo === undefined ? nothing : html`<span class="quiet">${formats.clock(upTo)} …</span>`}
    <span class=${iconClass('chevron-down')} aria-hidden="true"></span>
  </button>`;
}

/** Where there is little room. */
function shortWords(decoding: SessionDecoding): string {
  switch (decoding.shown) {
    case 'applied':
      return decoding.title;
    case 'applied?':
      return `${decoding.title}?`;
    case 'suggested':
    case 'none':
      return chipWords(decoding);
  }
}

function chipWords({ shown, title, stepProblem }: SessionDecoding): string {
  switch (shown) {
    case 'applied':
      return text('decodedAs', title);
    case 'applied?':
      return text('decodedAsGuess', title);
    case 'suggested':
      return text('decodeSuggested', title);
    case 'none':
      return stepProblem
        ? text(
            stepProblem.is === 'awaited' ? 'decoderAwaited' : 'decoderNotRunShort',
            stepProblem.name,
          )
        : text('decodedRaw');
  }
}

function problemWords({ is, name, problem }: StepProblem): string {
  return is === 'notRun' ? text('decoderNotRun', name, problem) : problem;
}
