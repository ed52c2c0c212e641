import {
  window,
  type InputBoxOptions,
  type InputBoxValidationSeverity,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';
import { plainLine } from '../../core/text/plainText.ts';
import { plain, type Sentence } from './notify.ts';

export interface TextQuestion {
  readonly title?: Sentence;
  readonly prompt?: Sentence;
  /** What stands in the box at first, as it is: the user edits it. */
  readonly value?: string;
  readonly placeHolder?: string;
  readonly password?: boolean;
  /** What is wrong with a text, or worth saying. */
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

export interface Offered<T> extends QuickPickItem {
  readonly of: T;
}

/** Asks for a text. A box that is left for another window stays. */
export function askText(question: TextQuestion): Thenable<string | undefined> {
  const { title, prompt, value, placeHolder, password, validate } = question;
  const options: InputBoxOptions = {
    ignoreFocusOut: true,
    ...(title !== undefined && { title: plain(title) }),
    ...(prompt !== undefined && { prompt: plain(prompt) }),
    ...(value !== undefined && { value }),
    ...(placeHolder !== undefined && { placeHolder: plain(placeHolder) }),
    ...(password !== undefined && { password }),
    ...(validate && { validateInput: text => remarkOf(validate(text)) }),
  };
  return window.showInputBox(options);
}

/** Asks for one of several; `undefined` where the user would rather not choose. */
export async function pickOne<T extends Choice>(
  choices: readonly T[],
  question: PickQuestion,
): Promise<T | undefined> {
  const picked = await window.showQuickPick(choices.map(offered), optionsOf(question));
  return picked?.of;
}

/** Asks for any number of them. */
export async function pickSeveral<T extends Choice>(
  choices: readonly T[],
  question: PickQuestion,
): Promise<readonly T[] | undefined> {
  const options = { ...optionsOf(question), canPickMany: true as const };
  const picked = await window.showQuickPick(choices.map(offered), options);
  return picked?.map(({ of }) => of);
}

/** Makes a quick pick for what takes more than one answer; the caller shows and disposes of it. */
export function createPicker<T extends Choice>(
  title: Sentence,
  placeholder: Sentence,
): { readonly picker: Picker<T>; readonly offer: (choices: readonly T[]) => void } {
  const picker = window.createQuickPick<Offered<T>>();
  picker.title = plain(title);
  picker.placeholder = plain(placeholder);
  const offer = (choices: readonly T[]) => {
    picker.items = choices.map(offered);
  };
  return { picker, offer };
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
