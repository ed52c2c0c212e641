import { ProgressLocation, window, type CancellationToken } from 'vscode';
import { plainLine, plainSentence } from '../../core/text/plainText.ts';

/**
 * A text for the user: a whole sentence, or a translated template and the foreign texts for its `{0}`,
 * `{1}` …, each of which is shortened so that the rest of the sentence stays readable.
 */
export type Sentence = string | readonly [template: string, ...parts: readonly (string | number)[]];

type Show = (text: string, ...actions: string[]) => Thenable<string | undefined>;

/**
 * A sentence that the editor draws as plain text. No message of this extension contains a link, so
 * anything that looks like one comes from elsewhere; actions are offered as buttons.
 */
export function plain(sentence: Sentence, maxLength?: number): string {
  if (typeof sentence === 'string') {
    return plainLine(sentence, maxLength);
  }
  const [template, ...parts] = sentence;
  return plainSentence(template, parts, maxLength);
}

/** The label of a button: two ampersands would mark its key. */
export function plainButton(action: string): string {
  return plainLine(action).replace(/&(?=&)/g, '& ');
}

/** Each shows a notification and resolves to the action that the user chose, if any. */
export function showInformation<T extends string>(sentence: Sentence, ...actions: readonly T[]) {
  return show((...shown) => window.showInformationMessage(...shown), sentence, actions);
}

export function showWarning<T extends string>(sentence: Sentence, ...actions: readonly T[]) {
  return show((...shown) => window.showWarningMessage(...shown), sentence, actions);
}

export function showError<T extends string>(sentence: Sentence, ...actions: readonly T[]) {
  return show((...shown) => window.showErrorMessage(...shown), sentence, actions);
}

/** Shows a notification without actions, and does not wait until it is closed. */
export function inform(kind: 'information' | 'warning' | 'error', sentence: Sentence): void {
  const shows = { information: showInformation, warning: showWarning, error: showError };
  const shown = shows[kind](sentence);
  // It rejects only if the window closes.
  shown.catch(() => undefined);
}

export interface ProgressReport {
  readonly message: Sentence;
  /** In percent of the whole, since the last report. */
  readonly increment: number;
}

/** Runs a task and shows its progress in a notification. */
export function withProgress<T>(
  title: Sentence,
  isCancellable: boolean,
  task: (report: (progress: ProgressReport) => void, token: CancellationToken) => Thenable<T>,
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
  sentence: Sentence,
  actions: readonly T[],
): Promise<T | undefined> {
  const shown = actions.map(plainButton);
  const chosen = await open(plain(sentence), ...shown);
  return chosen === undefined ? undefined : actions[shown.indexOf(chosen)];
}
