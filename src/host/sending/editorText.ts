import { l10n, ThemeIcon, window, type TextDocument, type TextEditor } from 'vscode';
import { jsonProblem, type MessageBody } from '../../core/message/messageBody.ts';
import { askText, pickOne, type Choice } from '../ui/prompts.ts';
import type { Sentence } from '../ui/notify.ts';

interface Candidate extends Choice {
  /** Absent: the user types it. */
  readonly body?: MessageBody;
}

type WrittenBody = Extract<MessageBody, { readonly as: 'text' | 'json' }>;

const longestDetail = 80;

/**
 * The message that the user wants to send to `name`: what is selected in the active editor, the whole
 * of a JSON or text file, or what is typed. Always asks, since a file is not taken back.
 *
 * @throws CancellationError
 */
export async function askForMessage(name: string): Promise<MessageBody> {
  const title = [l10n.t('Send to {0}'), name] as const;
  const editor = window.activeTextEditor;
  const written = editor ? candidatesOf(editor) : [];
  if (written.length === 0) {
    return type(title);
  }
  const typed: Candidate = {
    label: l10n.t('Type a Message…'),
    iconPath: new ThemeIcon('edit'),
  };
  const placeHolder = l10n.t('What is to be sent?');
  const picked = await pickOne([...written, typed], { title, placeHolder });
  return picked.body ?? type(title);
}

function candidatesOf({ document, selection }: TextEditor): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const selected = document.getText(selection);
  if (!selection.isEmpty) {
    const label = l10n.t('The Selection');
    candidates.push(
      candidate('selection', label, bodyOf(selected, jsonProblem(selected) === undefined)),
    );
  }
  const text = document.getText();
  if (isMessageLike(document) && text !== '' && text !== selected) {
    const label = l10n.t('The Whole File');
    candidates.push(candidate('file', label, bodyOf(text, isJson(document))));
  }
  return candidates;
}

function isMessageLike(document: TextDocument): boolean {
  return (
    isJson(document) || document.languageId === 'plaintext' || /\.txt$/i.test(document.fileName)
  );
}

/** Not JSON with comments, which no peer takes for JSON. */
function isJson({ languageId, fileName }: TextDocument): boolean {
  return languageId === 'json' || (/\.json$/i.test(fileName) && languageId !== 'jsonc');
}

function bodyOf(text: string, isJsonText: boolean): WrittenBody {
  return { as: isJsonText ? 'json' : 'text', text };
}

function candidate(icon: string, label: string, body: WrittenBody): Candidate {
  const line = body.text.slice(0, longestDetail).replaceAll(/\s+/g, ' ');
  const detail = body.text.length > longestDetail ? `${line}…` : line;
  return { label, iconPath: new ThemeIcon(icon), detail, body };
}

async function type(title: Sentence): Promise<MessageBody> {
  const prompt = l10n.t('The text to send');
  const text = await askText({ title, prompt });
  return { as: 'text', text };
}
