import {
  l10n,
  window,
  type InputBoxOptions,
  type InputBoxValidationSeverity,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';
import { CancellationError, isCancellation } from '../../core/base/errors.ts';
import { plainLine } from '../../core/text/plainText.ts';
import { plain, plainButton, type Sentence } from './notify.ts';

// Every question to the user. A question that is cancelled throws a CancellationError.

/** Of a line of a dialog, which has to show everything before something is allowed. */
const maxLineLength = 4000;

export interface TextQuestion {
  readonly title?: Sentence;
  readonly prompt?: Sentence;
  /** The initial text of the box, unchanged: the user edits it. */
  readonly value?: string;
  /** What of the initial text is selected; absent: all. */
  readonly selection?: readonly [from: number, to: number];
  readonly placeHolder?: string;
  readonly password?: boolean;
  /** A problem with a text, or a remark about it. */
  readonly validate?: (text: string) => Sentence | Remark | undefined;
}

export interface Remark {
  readonly message: Sentence;
  readonly severity: InputBoxValidationSeverity;
}

export interface PickQuestion {
  readonly title?: Sentence;
  readonly placeHolder?: Sentence;
  readonly matchOnDescription?: boolean;
  readonly ignoreFocusOut?: boolean;
}

/** A choice whose icon is apart from its label, in which the editor draws no icons. */
export type Choice = Omit<QuickPickItem, 'picked'>;

/** A quick pick that stays open: its choices are set through `offer`. */
export type Picker<T extends Choice> = Omit<
  QuickPick<Offered<T>>,
  'items' | 'title' | 'placeholder'
>;

/** @param isActive tells which choice is focused; absent: the first one */
type Offer<T> = (choices: readonly T[], isActive?: (choice: T) => boolean) => void;

export interface Offered<T> extends QuickPickItem {
  readonly of: T;
}

/** Asks for a text. The box stays open if the user looks at another window. */
export async function askText(question: TextQuestion): Promise<string> {
  const { title, prompt, value, selection, placeHolder, password, validate } = question;
  const options: InputBoxOptions = {
    ignoreFocusOut: true,
    ...(title !== undefined && { title: plain(title) }),
    ...(prompt !== undefined && { prompt: plain(prompt) }),
    ...(value !== undefined && { value }),
    ...(selection && { valueSelection: [selection[0], selection[1]] }),
    ...(placeHolder !== undefined && { placeHolder: plain(placeHolder) }),
    ...(password !== undefined && { password }),
    ...(validate && { validateInput: text => remarkOf(validate(text)) }),
  };
  return answered(await window.showInputBox(options));
}

/** Asks for a name; returns it without space around it. */
export async function askName(question: Omit<TextQuestion, 'validate'>): Promise<string> {
  const name = await askText({
    ...question,
    validate: text => (text.trim() === '' ? l10n.t('Enter a name.') : undefined),
  });
  return name.trim();
}

/** Asks for one of several. */
export async function pickOne<T extends Choice>(
  choices: readonly T[],
  question: PickQuestion,
): Promise<T> {
  const picked = await window.showQuickPick(choices.map(offered), optionsOf(question));
  return answered(picked).of;
}

/** Asks for one or more of several; choosing none is cancelling. */
export async function pickSeveral<T extends Choice>(
  choices: readonly T[],
  question: PickQuestion,
): Promise<readonly T[]> {
  const options = { ...optionsOf(question), canPickMany: true as const };
  const picked = await window.showQuickPick(choices.map(offered), options);
  return answered(picked?.length === 0 ? undefined : picked).map(({ of }) => of);
}

/** Makes a quick pick for more than one answer; the caller shows and disposes of it. */
export function createPicker<T extends Choice>(
  title: Sentence,
  placeholder: Sentence,
): { readonly picker: Picker<T>; readonly offer: Offer<T> } {
  const picker = window.createQuickPick<Offered<T>>();
  picker.title = plain(title);
  picker.placeholder = plain(placeholder);
  // Otherwise typing would sort the choices. The editor has this without declaring it, and an editor
  // that lacks it still shows them.
  Object.assign(picker, { sortByLabel: false });
  const offer: Offer<T> = (choices, isActive) => {
    const items = choices.map(offered);
    const active = isActive && items.find(({ of }) => isActive(of));
    picker.items = items;
    if (active) {
      picker.activeItems = [active];
    }
  };
  return { picker, offer };
}

/**
 * Shows a picker until something is chosen.
 *
 * @param choice what the user has chosen, also where nothing is selected yet; `undefined`: nothing that can be
 */
export function chosenIn<T extends Choice, Chosen>(
  picker: Picker<T>,
  choice: (selected: T | undefined) => Chosen | undefined,
): Promise<Chosen> {
  return new Promise((resolve, reject) => {
    picker.onDidAccept(() => {
      const chosen = choice(picker.selectedItems[0]?.of);
      if (chosen !== undefined) {
        resolve(chosen);
        picker.hide();
      }
    });
    picker.onDidHide(() => {
      picker.dispose();
      reject(new CancellationError()); // Has no effect if something was chosen.
    });
    picker.show();
  });
}

/**
 * Asks in a dialog, whose first choice is the default and whose last is the editor's own "Cancel".
 *
 * @param detail its lines
 */
export async function confirm<T extends string>(
  question: Sentence,
  detail: readonly Sentence[],
  ...choices: readonly T[]
): Promise<T> {
  const options = {
    modal: true,
    ...(detail.length > 0 && { detail: linesOf(detail) }),
  };
  const shown = choices.map(plainButton);
  const chosen = await window.showWarningMessage(plain(question), options, ...shown);
  return answered(chosen === undefined ? undefined : choices[shown.indexOf(chosen)]);
}

/**
 * Asks in a dialog that cannot be cancelled: closing it is an answer too.
 *
 * @param closing the last choice, and the answer if the dialog is closed
 */
export async function confirmOrClose<T extends string>(
  question: Sentence,
  detail: readonly Sentence[],
  closing: T,
  ...choices: readonly T[]
): Promise<T> {
  const options = { modal: true, detail: linesOf(detail) };
  const items = choices.map(choice => ({ title: plainButton(choice) }));
  const last = { title: plainButton(closing), isCloseAffordance: true };
  const chosen = await window.showWarningMessage(plain(question), options, ...items, last);
  return choices[items.findIndex(item => item === chosen)] ?? closing;
}

/** The answer to a question, or `undefined` if the user cancelled it. */
export async function unlessCancelled<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isCancellation(error)) {
      return undefined;
    }
    throw error;
  }
}

function answered<T>(answer: T | undefined): T {
  if (answer === undefined) {
    throw new CancellationError();
  }
  return answer;
}

function optionsOf({ title, placeHolder, ...others }: PickQuestion) {
  return {
    ...others,
    ...(title !== undefined && { title: plain(title) }),
    ...(placeHolder !== undefined && { placeHolder: plain(placeHolder) }),
  };
}

function offered<T extends Choice>(of: T): Offered<T> {
  const { label, kind, iconPath, description, detail, buttons, alwaysShow } = of;
  return {
    label: plainLine(label),
    ...(kind !== undefined && { kind }),
    ...(iconPath !== undefined && { iconPath }),
    ...(description !== undefined && { description: plainLine(description) }),
    ...(detail !== undefined && { detail: plainLine(detail) }),
    ...(buttons !== undefined && { buttons }),
    ...(alwaysShow !== undefined && { alwaysShow }),
    of,
  };
}

function remarkOf(remark: Sentence | Remark | undefined) {
  if (remark === undefined || typeof remark === 'string' || !('message' in remark)) {
    return remark === undefined ? undefined : plain(remark);
  }
  return { message: plain(remark.message), severity: remark.severity };
}

function linesOf(detail: readonly Sentence[]): string {
  return detail.map(line => plain(line, maxLineLength)).join('\n');
}
