import { formatJson, jsonParts } from '../../core/json/formatJson.ts';
import { referencesIn } from '../../core/variables/template.ts';
import type { DraftProblem } from './draft.ts';
import { text } from '../widgets/strings.ts';

/** Why a text is not JSON, assuming that its references are filled in with valid values. */
export function jsonTextProblem(words: string): DraftProblem | undefined {
  if (words.trim() === '') {
    return { message: text('composeJsonEmpty'), from: 0, to: 0 };
  }
  const filled = standIns(words);
  const blocks = formatJson(filled);
  let block = blocks.next();
  while (block.done !== true) {
    block = blocks.next();
  }
  if (!block.value) {
    return undefined;
  }
  const { offset: from, found } = block.value;
  return found === undefined
    ? { message: text('composeJsonEnds'), from: words.length, to: words.length }
    : { message: text('composeJsonWrong', found), from, to: from + found.length };
}

/** The text with a line for each member and unchanged tokens; `undefined` if it is not JSON. */
export function formattedJson(words: string): string | undefined {
  const filled = standIns(words);
  const blocks = formatJson(filled, Infinity);
  const { value, done } = blocks.next();
  if (done === true) {
    return undefined;
  }
  let at = 0;
  let formatted = '';
  for (const part of jsonParts(value)) {
    if (part.kind === undefined) {
      formatted += part.text;
    } else {
      // The token as it was written, with its references.
      at = filled.indexOf(part.text, at);
      formatted += words.slice(at, at + part.text.length);
      at += part.text.length;
    }
  }
  return formatted;
}

/** Replaces references by numbers of the same length, which are valid inside and outside of strings. */
function standIns(words: string): string {
  let filled = '';
  let end = 0;
  for (const { from, to } of referencesIn(words)) {
    filled += words.slice(end, from) + '1'.repeat(to - from);
    end = to;
  }
  return filled + words.slice(end);
}
