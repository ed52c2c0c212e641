import { l10n, type TextDocument, type TextEditor, ThemeIcon, window } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { jsonProblem, type MessageBody } from '../../core/message/messageBody.ts';
import { chooseConnection } from '../connections/commands/connectionCommands.ts';
import type { Targets } from '../connections/targets.ts';
import type { Sender } from './sender.ts';
import type { Sentence } from '../ui/notify.ts';
import { askText, type Choice, pickOne } from '../ui/prompts.ts';
import { TreeTarget } from '../ui/trees.ts';

/**
 * Sends one message: that of `target`, the text of the active editor, or what the user types.
 * References in it are filled in.
 */
export async function send(targets: Targets, sender: Sender, target?: unknown): Promise<void> {
  const { connection, body } = readTarget(target);
  const takers = targets.all.filter(({ takes }) => takes !== undefined);
  const chosen = await chooseConnection(
    targets,
    connection,
    takers,
    l10n.t('Select the connection to send to'),
    l10n.t('Nothing is connected. Connect first.'),
  );
  if (chosen.takes === undefined) {
    throw new UserError(chosen.refusalOf('message'));
  }
  await sender.send(chosen, body ?? (await askForMessage(chosen.name)), 'user');
}

function readTarget(target: unknown): {
  readonly connection: unknown;
  readonly body?: MessageBody;
} {
  if (target === undefined || target instanceof TreeTarget) {
    return { connection: target };
  }
  if (typeof target !== 'object' || target === null) {
    throw new UserError(l10n.t('Pass an object with text or base64.'));
  }
  const { connection, text, base64 } = target as Readonly<Record<string, unknown>>;
  if (text !== undefined && base64 !== undefined) {
    throw new UserError(l10n.t('Pass text or base64, not both.'));
  }
  if (typeof text === 'string') {
    return { connection, body: { as: 'text', text } };
  }
  if (typeof base64 === 'string') {
    return { connection, body: { as: 'base64', text: base64 } };
  }
  if (text !== undefined || base64 !== undefined) {
    throw new UserError(l10n.t('The message must be a string, in text or in base64.'));
  }
  return { connection };
}

interface Candidate extends Choice {
  /** Absent if the user is to type the message. */
  readonly body?: MessageBody;
}

type WrittenBody = Extract<MessageBody, { readonly as: 'text' | 'json' }>;

const maxDetailLength = 80;

/**
 * Asks for the message to send to `name`: the selection in the active editor, the whole JSON or
 * text file, or a text that the user types. It always asks, since a sent file cannot be taken back.
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
  const placeHolder = l10n.t('Select what to send');
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

/** Not JSON with comments, which peers do not accept as JSON. */
function isJson({ languageId, fileName }: TextDocument): boolean {
  return languageId === 'json' || (/\.json$/i.test(fileName) && languageId !== 'jsonc');
}

function bodyOf(text: string, isJsonText: boolean): WrittenBody {
  return { as: isJsonText ? 'json' : 'text', text };
}

function candidate(icon: string, label: string, body: WrittenBody): Candidate {
  const line = body.text.slice(0, maxDetailLength).replaceAll(/\s+/g, ' ');
  const detail = body.text.length > maxDetailLength ? `${line}…` : line;
  return { label, iconPath: new ThemeIcon(icon), detail, body };
}

async function type(title: Sentence): Promise<MessageBody> {
  const prompt = l10n.t('Text to send');
  const text = await askText({ title, prompt });
  return { as: 'text', text };
}
