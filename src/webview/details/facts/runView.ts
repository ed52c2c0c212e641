import { html, nothing, type TemplateResult } from 'lit/html.js';
import { visibleLine } from '../../../core/text/visibleText.ts';
import type { RunFacts, StepFacts } from '../../../core/record/runFacts.ts';
import { definitions, type Definition } from '../../widgets/definitions.ts';
import { iconClass } from '../../widgets/icons.ts';
import { text } from '../../widgets/strings.ts';

/** Goes to a row of the same connection. */
type GoTo = (seq: number) => void;

type Facts = Readonly<Record<string, unknown>>;

/**
 * What a run of a saved message or sequence did, step by step, with links to the rows of its messages.
 *
 * @param run as recorded; a file of another window may hold anything
 */
export function runView(run: unknown, goTo: GoTo): TemplateResult {
  const { steps, startRow, phase, unlisted } = factsOf(run);
  const all = Array.isArray(steps) ? (steps as readonly unknown[]).map(factsOf) : [];
  const hasEnded = phase !== 'started';
  return html`${
      numberOf(startRow) === undefined
        ? nothing
        : html`<p class="run-start">${text('runStarted')} ${rowLink(startRow, goTo)}</p>`
    }
    <ol class="run-steps" aria-label=${text('runSteps')}>
      ${all.map(step => stepView(step, hasEnded, goTo))}
    </ol>
    ${
      numberOf(unlisted) === undefined
        ? nothing
        : html`<p class="remark">${text('runUnlisted', String(unlisted))}</p>`
    }`;
}

type StepKey = keyof StepFacts;
type RunKey = keyof RunFacts;

function stepView(step: Facts, hasEnded: boolean, goTo: GoTo): TemplateResult {
  const value = (key: StepKey) => step[key];
  const number = numberOf(value('step'));
  const problem = wordsOf(value('problem'));
  const sent = numberOf(value('sent'));
  const outcome = problem !== '' ? 'failed' : sent !== undefined ? 'done' : 'open';
  const facts: readonly Definition[] = [
    [text('runMessage'), wordsOf(value('message'))],
    [text('runDelay'), seconds(value('delay'))],
    [text('runSent'), sentWords(sent, value('sentRow'), hasEnded, goTo)],
    [text('runWaitedFor'), waitWords(step)],
    [text('runAnswer'), answerWords(step, sent, hasEnded, goTo)],
    [text('runProblem'), problem],
  ];
  return html`<li class="run-step ${outcome}" value=${number ?? nothing}>
    <p class="run-step-name">
      ${hasEnded ? mark(outcome) : nothing}<span>${visibleLine(wordsOf(value('name')))}</span>
    </p>
    ${definitions(facts)}
  </li>`;
}

const marks = {
  done: ['pass', 'runStepDone'],
  failed: ['error', 'runStepFailed'],
  open: ['circle-large-outline', 'runStepOpen'],
} as const;

function mark(outcome: keyof typeof marks): TemplateResult {
  const [icon, words] = marks[outcome];
  return html`<span class=${iconClass(icon)} role="img" aria-label=${text(words)}></span>`;
}

function sentWords(
  sent: number | undefined,
  row: unknown,
  hasEnded: boolean,
  goTo: GoTo,
): string | TemplateResult {
  if (sent === undefined) {
    return hasEnded ? text('runNotSent') : '';
  }
  const times = sent === 1 ? text('runOnce') : text('runTimes', String(sent));
  return html`${times} ${rowLink(row, goTo)}`;
}

function waitWords(step: Facts): string {
  const filter = wordsOf(step['waitsFor' satisfies StepKey]);
  const longest = seconds(step['timeout' satisfies StepKey]);
  return filter === '' || longest === '' ? filter : text('runUpTo', filter, longest);
}

function answerWords(
  step: Facts,
  sent: number | undefined,
  hasEnded: boolean,
  goTo: GoTo,
): string | TemplateResult {
  const answer = step['answer' satisfies StepKey];
  if (typeof answer !== 'string') {
    const isMissed = hasEnded && sent !== undefined && wordsOf(step['waitsFor']) !== '';
    return isMissed ? text('runNoAnswer') : '';
  }
  const after = seconds(step['answeredAfter' satisfies StepKey]);
  return html`<span class="run-answer">${visibleLine(answer)}</span> ${rowLink(
      step['answerRow' satisfies StepKey],
      goTo,
    )}
    ${after === '' ? nothing : text('runAfter', after)}`;
}

function rowLink(row: unknown, goTo: GoTo): TemplateResult | typeof nothing {
  const seq = numberOf(row);
  return seq === undefined
    ? nothing
    : html`<button
        type="button"
        class="run-row"
        title=${text('runGoTo', String(seq))}
        aria-label=${text('runGoTo', String(seq))}
        @click=${() => goTo(seq)}
      >
        #${seq}
      </button>`;
}

function factsOf(value: unknown): Partial<Record<RunKey, unknown>> & Facts {
  return typeof value === 'object' && value !== null ? (value as Facts) : {};
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function seconds(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    return '';
  }
  return value > 0 && value < 0.1
    ? text('runMilliseconds', String(Math.round(value * 1000)))
    : text('runSeconds', String(Number(value.toFixed(1))));
}
