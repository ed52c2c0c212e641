import { ProgressLocation, window, type CancellationToken } from 'vscode';
import { plainLine, plainSentence } from '../../core/text/plainText.ts';

/**
 * What the user is told: a whole sentence, or a translated template and the strangers' texts for its
 * `{0}`, `{1}` …, each of which is kept short so that the rest of the sentence can be read.
 */
export type Sentence = string | readonly [template: string, ...parts: readonly (string | number)[]];

type Show = (text: string, ...actions: string[]) => Thenable<string | undefined>;

/** Of a line of a dialog, which says all that there is to know before something is allowed. */
const longestLine = 4000;

/**
 * A sentence as the editor may draw it. No message of ours holds a link, so that whatever would be
 * one came from a stranger; what can be done is offered by buttons.
 */
export function plain(sentence: Sentence, longest?: number): string {
  if (typeof sentence === 'string') {
    return plainLine(sentence, longest);
  }
  const [template, ...parts] = sentence;
  return plainSentence(template, parts, longest);
}

/** Each shows a notification, and resolves to the action that the user chose, if any. */
export function showInformation<T extends string>(sentence: Sentence, ...actions: readonly T[]) {
  return show((...shown) => window.showInformationMessage(...shown), plain(sentence), actions);
}

export function showWarning<T extends string>(sentence: Sentence, ...actions: readonly T[]) {
  return show((...shown) => window.showWarningMessage(...shown), plain(sentence), actions);
}

export function showError<T extends string>(sentence: Sentence, ...actions: readonly T[]) {
  return show((...shown) => window.showErrorMessage(...shown), plain(sentence), actions);
}

/** Shows a notification that asks nothing, and does not wait until it is closed. */
export function inform(kind: 'information' | 'warning' | 'error', sentence: Sentence): void {
  const shows = { information: showInformation, warning: showWarning, error: showError };
  const shown = shows[kind](sentence);
  // It rejects only where the window goes down, and with it everybody who could be told.
  shown.catch(() => undefined);
}

/**
 * Asks in a dialog, whose first choice is the default.
 *
 * @param detail its lines
 * @returns `undefined` where it was cancelled
 */
export function confirm<T extends string>(
  question: Sentence,
  detail: readonly Sentence[],
  ...choices: readonly T[]
): Promise<T | undefined> {
  const options = {
    modal: true,
    ...(detail.length > 0 && { detail: linesOf(detail) }),
  };
  return show(
    (text, ...shown) => window.showWarningMessage(text, options, ...shown),
    plain(question),
    choices,
  );
}

/**
 * Asks likewise, where closing the dialog is an answer as well.
 *
 * @param closing the last choice, and what closing it counts as
 */
export async function confirmOrClose<T extends string>(
  question: Sentence,
  detail: readonly Sentence[],
  closing: T,
  ...choices: readonly T[]
): Promise<T> {
  const options = { modal: true, detail: linesOf(detail) };
  const items = choices.map(choice => ({ title: buttonOf(choice) }));
  const last = { title: buttonOf(closing), isCloseAffordance: true };
  const chosen = await window.showWarningMessage(plain(question), options, ...items, last);
  return choices[items.findIndex(item => item === chosen)] ?? closing;
}

export interface NotedProgress {
  readonly message: Sentence;
  /** In percent of the whole, since the last report. */
  readonly increment: number;
}

/** Runs a task under a notification of its progress. */
export function withProgress<T>(
  title: Sentence,
  isCancellable: boolean,
  task: (report: (progress: NotedProgress) => void, token: CancellationToken) => Thenable<T>,
): Thenable<T> {
  const options = {
    location: ProgressLocation.Notification,
    title: plain(title),
    cancellable: isCancellable,
  };
  return window.withProgress(options, (progress, token) =>
    task(({ message, increment }) => {
      progress.report({ message: plain(message), increment });
    }, token),
  );
}

async function show<T extends string>(
  open: Show,
  text: string,
  actions: readonly T[],
): Promise<T | undefined> {
  const shown = actions.map(buttonOf);
  const chosen = await open(text, ...shown);
  return chosen === undefined ? undefined : actions[shown.indexOf(chosen)];
}

function linesOf(detail: readonly Sentence[]): string {
  return detail.map(line => plain(line, longestLine)).join('\n');
}

/** Two ampersands mark the key of a button. */
function buttonOf(action: string): string {
  return plainLine(action).replace(/&(?=&)/g, '& ');
}
