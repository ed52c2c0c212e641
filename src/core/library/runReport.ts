import { bodyLabel } from './librarySchema.ts';
import type { Step } from './library.ts';
import type { Answer, RunProgress, StepOutcome } from './sequenceRun.ts';
import type { RunFacts, StepFacts } from '../record/runFacts.ts';
import { shortened } from '../text/plainText.ts';
import { visibleLine } from '../text/visibleText.ts';

/** What is run, and for whom it says so. */
export interface RunSubject {
  readonly kind: 'message' | 'sequence';
  readonly path: string;
  readonly steps: readonly Step[];
  /** It is sent because the connection has opened, not because the user asked. */
  readonly isOnOpen?: boolean;
}

/** A row of the list that tells of a run; the connection's state is added to it. */
export interface RunRow {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly run: RunFacts;
}

/** How a run ended, for its row. */
export interface RunEnd {
  readonly progress: RunProgress;
  readonly outcomes: readonly StepOutcome[];
  readonly elapsedMs: number;
  readonly startRow: number | undefined;
  /** What stopped it, if something did. */
  readonly stoppedBy: 'user' | 'loss';
  /** A sentence about what follows; empty if nothing is to be said. */
  readonly rest?: string;
}

const severities = { done: 'info', stopped: 'info', lost: 'warning', failed: 'error' } as const;

const maxSteps = 50;
const maxMessageLength = 200;
const maxAnswerLength = 200;
/** Of an answer: with all of a secret that begins in what is shown of it. */
const maxReadByteLength = 16 * 1024;
const maxPathLength = 120;

/**
 * Whether the start and a good end of a run are worth rows of their own. A message that is sent at
 * once and waits for nothing is a row itself.
 */
export function isWorthRows({ kind, steps, isOnOpen }: RunSubject): boolean {
  const timing = steps[0]?.timing;
  const isPlain = !timing || (timing.delayMs === 0 && !timing.repeat && !timing.waitFor);
  return kind === 'sequence' || (isOnOpen !== true && !isPlain);
}

/** The row at the start of a run. */
export function runStartRow(subject: RunSubject): RunRow {
  const { kind, path, steps } = subject;
  const what = kind === 'sequence' ? `: ${amount(steps.length, 'step')}` : '';
  return {
    severity: 'info',
    text: `${nameOf(subject)} started${what}.`,
    run: { kind, path, phase: 'started', ...stepFacts(subject, 0, () => undefined) },
  };
}

/** The row at the end of a run. */
export function runEndRow(subject: RunSubject, end: RunEnd): RunRow {
  const { kind, path, steps } = subject;
  const { progress, outcomes, startRow, stoppedBy, rest = '' } = end;
  const { state, problem = '' } = progress;
  const phase = state === 'failed' || state === 'stopped' ? state : 'done';
  const last = Math.min(progress.step, steps.length - 1);
  const facts = stepFacts(subject, last, index => {
    const outcome = outcomes[index];
    return { outcome, problem: phase === 'failed' && index === last ? problem : '' };
  });
  return {
    severity: severities[phase === 'stopped' && stoppedBy === 'loss' ? 'lost' : phase],
    text: [endSentence(subject, end, phase), rest].filter(text => text !== '').join(' '),
    run: { kind, path, phase, ...(startRow === undefined ? {} : { startRow }), ...facts },
  };
}

/** The same row with all its texts changed. */
export function withTexts(row: RunRow, change: (text: string) => string): RunRow {
  return changed(row, change) as RunRow;
}

const decoder = new TextDecoder();

/** A message that came, as an answer is told of. */
interface AnsweringMessage {
  readonly row?: number | undefined;
  /** Its beginning, or all. */
  readonly payload: Uint8Array;
  readonly byteLength: number;
  readonly decoded?: { readonly summary?: string };
}

/**
 * The answer that a message is, shortened: what its decoders say of it, if they were asked.
 *
 * @param redact leaves out secrets
 */
export function answerOf(
  { row, payload, byteLength, decoded }: AnsweringMessage,
  redact: (text: string) => string,
): Answer {
  const text = decoded?.summary ?? decoder.decode(payload.subarray(0, maxReadByteLength));
  const isBinary = text.slice(0, maxAnswerLength).includes('\ufffd');
  return {
    text: isBinary ? amount(byteLength, 'byte') : beginning(redact(text), maxAnswerLength),
    ...(row === undefined ? {} : { row }),
  };
}

/** A span in words: `12 ms`, `0.4 s`, `12 s`. */
export function elapsedWords(ms: number): string {
  if (ms < 100) {
    return `${Math.round(ms)} ms`;
  }
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

function endSentence(
  subject: RunSubject,
  { progress, elapsedMs, stoppedBy }: RunEnd,
  phase: 'done' | 'failed' | 'stopped',
): string {
  const { kind, steps } = subject;
  const { step, sent, problem = '' } = progress;
  const place =
    kind === 'sequence' ? ` at step ${Math.min(step + 1, steps.length)} of ${steps.length}` : '';
  const facts = [
    ...(kind === 'sequence' ? [amount(steps.length, 'step')] : []),
    `${amount(sent, 'message')} sent`,
  ];
  const took = elapsedWords(elapsedMs);
  switch (phase) {
    case 'done':
      return `${nameOf(subject)} done in ${took}: ${facts.join(', ')}.`;
    case 'failed':
      return `${nameOf(subject)} failed${place}: ${problem}`;
    case 'stopped':
      return `${nameOf(subject)} ${stopWords[stoppedBy]}${place} after ${took}: ${amount(sent, 'message')} sent.`;
  }
}

const stopWords = {
  user: 'stopped by you',
  loss: 'stopped because the connection went down,',
} as const;

function nameOf({ kind, path, isOnOpen }: RunSubject): string {
  const name = visibleLine(shortened(path, maxPathLength));
  return `${kind === 'sequence' ? 'Sequence' : 'Message'} ${name}${isOnOpen ? ' of onOpen' : ''}`;
}

interface Known {
  readonly outcome: StepOutcome | undefined;
  readonly problem: string;
}

/** @param around the step that must be among those that are listed */
function stepFacts(
  { steps }: RunSubject,
  around: number,
  knownOf: (index: number) => Known | undefined,
): Pick<RunFacts, 'steps' | 'unlisted'> {
  const from = Math.max(0, Math.min(around - maxSteps + 1, steps.length - maxSteps));
  const listed = steps.slice(from, from + maxSteps);
  const unlisted = steps.length - listed.length;
  return {
    steps: listed.map((step, index) => factsOf(step, from + index, knownOf(from + index))),
    ...(unlisted > 0 ? { unlisted } : {}),
  };
}

function factsOf({ name, body, timing }: Step, index: number, known: Known | undefined): StepFacts {
  const { delayMs, waitFor } = timing;
  const { sent = 0, sentRow, answer, answeredAfterMs } = known?.outcome ?? {};
  const problem = known?.problem ?? '';
  return {
    step: index + 1,
    name,
    message: beginning(bodyLabel(body, maxMessageLength + 1), maxMessageLength),
    ...(delayMs > 0 ? { delay: delayMs / 1000 } : {}),
    ...(sent > 0 ? { sent } : {}),
    ...(sentRow === undefined ? {} : { sentRow }),
    ...(waitFor ? { waitsFor: waitFor.match, timeout: waitFor.timeoutMs / 1000 } : {}),
    ...(answer ? { answer: answer.text } : {}),
    ...(answer?.row === undefined ? {} : { answerRow: answer.row }),
    ...(answeredAfterMs === undefined ? {} : { answeredAfter: answeredAfterMs / 1000 }),
    ...(problem === '' ? {} : { problem }),
  };
}

function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map(each => changed(each, change));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, changed(each, change)]),
    );
  }
  return value;
}

function amount(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** Never cuts a character in half. */
function beginning(text: string, longest: number): string {
  return text.length <= longest
    ? text
    : `${text.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}
