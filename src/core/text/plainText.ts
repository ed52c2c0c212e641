import { visibleLine, visibleText } from './visibleText.ts';

/** In characters. The editor cuts the end of longer notifications, and the advice is at the end. */
export const maxSentenceLength = 800;
/** A path, a URL, a name or a whole sentence within a sentence. */
export const maxPartLength = 400;

/**
 * An untrusted text as one line that the editor always shows as plain text: what
 * draws nothing or moves its neighbours is shown, a long text loses its middle, and a space breaks
 * what the editor takes for a link (`[label](command:id)`) or for an icon (`$(name)`).
 *
 * @param longest in UTF-16 code units, before spaces are put in
 */
export function plainLine(text: string, longest = maxSentenceLength): string {
  // Cut twice: replacements are longer than the characters, and a huge text is not processed.
  return broken(shortened(visibleLine(shortened(text, longest)), longest));
}

/** Like `plainLine`, but newlines and tabs stay. */
export function plainText(text: string, longest: number): string {
  return broken(shortened(visibleText(shortened(text, longest)), longest));
}

/**
 * A sentence with untrusted parts. Adjacent parts can make a link that neither
 * part makes, so the whole is gone through again.
 *
 * @param template with `{0}`, `{1}` … for the parts
 */
export function plainSentence(
  template: string,
  parts: readonly (string | number)[],
  longest = maxSentenceLength,
): string {
  const shown = parts.map(part => (typeof part === 'number' ? `${part}` : line(part)));
  const text = template.replace(/\{(\d+)\}/g, (whole, at: string) => shown[Number(at)] ?? whole);
  return plainLine(text, longest);
}

/** An untrusted text as one line of Markdown that shows as plain text. */
export function plainMarkdown(text: string, longest = maxSentenceLength): string {
  // Whatever a dialect of Markdown gives a meaning to is ASCII punctuation; `:`, `.` and `@` also
  // keep it from making links of addresses. Spaces in front would make a block of code.
  return shortened(visibleLine(shortened(text, longest)), longest)
    .replace(/[!-/:-@[-`{-~]/g, '\\$&')
    .replace(/^ +| {2,}/g, spaces => '\u00a0'.repeat(spaces.length));
}

/** A text without its middle if it is longer; never cut within a character. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) {
    return text;
  }
  const kept = Math.max(0, longest - 3);
  const head = Math.ceil((kept * 2) / 3);
  const tail = kept - head;
  const start = text.slice(0, head).replace(/[\ud800-\udbff]$/, '');
  const end = text.slice(text.length - tail).replace(/^[\udc00-\udfff]/, '');
  return `${start} … ${end}`;
}

function line(part: string): string {
  return plainLine(part, maxPartLength);
}

function broken(text: string): string {
  return text.replace(/\](?=\()/g, '] ').replace(/\$(?=\()/g, '$ ');
}
