import { parseTree, type Node } from 'jsonc-parser';
import {
  Range,
  type TextDocument,
  TabInputText,
  type Uri,
  type ViewColumn,
  window,
  workspace,
} from 'vscode';
import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import type { LibraryItem } from '../../../core/library/library.ts';
import { nodeAt } from '../../json/jsonText.ts';
import type { LibraryFile } from '../files/libraryFile.ts';
import { readLibraryText, spanOf } from '../files/libraryText.ts';

/** A span of a text in UTF-16 units. */
interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The text of the first step of a new sequence without messages; it is selected to be replaced. */
export const stepPlaceholder = 'Text of the first step';

/** The editor may take this long to notice that a file was written. */
const maxWaitMs = 5000;

/** Opens a file of the library. */
export async function showFile({ uri }: LibraryFile): Promise<void> {
  await show(await workspace.openTextDocument(uri), undefined);
}

/** Opens the file of an item with the item selected, also if its editor has changes that are not saved. */
export async function showItem(
  file: LibraryFile,
  item: LibraryItem,
  place: JsonPath,
): Promise<void> {
  const document = await workspace.openTextDocument(file.uri);
  const text = document.getText();
  const isKnown = sameText(text, file.text);
  await show(document, spanOf(text, isKnown ? place : (placeIn(text, item) ?? ['\0'])));
}

/**
 * Shows a document with what is to be written next of a new item selected: nothing else is ever
 * selected, so that typing replaces nothing else.
 */
export async function showPlaceholder(document: TextDocument, place: JsonPath): Promise<void> {
  await show(document, placeholderIn(document.getText(), place));
}

/**
 * The same for a file that was written.
 *
 * @param text that the editor will have, once it has noticed
 */
export async function showNewItem(
  { uri }: LibraryFile,
  text: string,
  place: JsonPath,
): Promise<void> {
  const document = await workspace.openTextDocument(uri);
  const hasCome = await hasText(document, text);
  await show(document, hasCome ? placeholderIn(document.getText(), place) : undefined);
}

/**
 * What is to be written next of a new item: its text without the quotes, its JSON, or the end of its
 * steps.
 */
export function placeholderIn(text: string, place: JsonPath): Span | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const item = root && nodeAt(root, place);
  if (!root || !item) {
    return undefined;
  }
  const steps = nodeAt(root, [...place, 'steps']);
  const last = steps?.children?.at(-1);
  if (last) {
    const written = nodeAt(last, ['text']);
    return written?.value === stepPlaceholder ? within(written) : { ...endOf(last), length: 0 };
  }
  if (steps) {
    return { offset: steps.offset + 1, length: 0 };
  }
  const body = nodeAt(root, [...place, 'text']);
  return body ? within(body) : nodeAt(root, [...place, 'json']);
}

/** A string without its quotes. */
function within({ offset, length }: Node): Span {
  return { offset: offset + 1, length: Math.max(0, length - 2) };
}

function endOf({ offset, length }: Node) {
  return { offset: offset + length };
}

function placeIn(text: string, { kind, path }: LibraryItem): JsonPath | undefined {
  const { places } = readLibraryText(text, 'user');
  return [...places].find(([item]) => item.kind === kind && item.path === path)?.[1];
}

async function show(document: TextDocument, span: Span | undefined): Promise<void> {
  const viewColumn = columnOf(document.uri);
  const selection = span && rangeIn(document, span);
  await window.showTextDocument(document, {
    preview: true,
    ...(viewColumn === undefined ? {} : { viewColumn }),
    ...(selection ? { selection } : {}),
  });
}

function rangeIn(document: TextDocument, { offset, length }: Span): Range {
  return new Range(document.positionAt(offset), document.positionAt(offset + length));
}

/** Where the file is open: in the group that has the focus, else in any. */
function columnOf(uri: Uri): ViewColumn | undefined {
  const { activeTabGroup, all } = window.tabGroups;
  const found = [activeTabGroup, ...all].find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof TabInputText && String(input.uri) === String(uri)),
  );
  return found?.viewColumn;
}

/** Whether the document has the text, or gets it in time. */
function hasText(document: TextDocument, text: string): Promise<boolean> {
  if (sameText(document.getText(), text)) {
    return Promise.resolve(true);
  }
  return new Promise(resolve => {
    const end = (hasCome: boolean) => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(hasCome);
    };
    const timer = setTimeout(() => end(false), maxWaitMs);
    const subscription = workspace.onDidChangeTextDocument(({ document: changed }) => {
      if (changed === document && sameText(document.getText(), text)) {
        end(true);
      }
    });
  });
}

/** An editor has one kind of line breaks, whatever the file mixes. */
function sameText(one: string, other: string): boolean {
  return one.replaceAll('\r\n', '\n') === other.replaceAll('\r\n', '\n');
}
