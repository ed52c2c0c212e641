/**
 * Splits a command line of Windows' cmd: first the carets, as cmd takes them away, then the quotes, as
 * a C program reads its arguments. Never fails.
 */
export function cmdWords(text: string): readonly string[] {
  return argumentsIn(withoutCarets(text));
}

/** A caret makes the next character plain, but not within quotes, and continues a line at its end. */
function withoutCarets(text: string): string {
  let isQuoted = false;
  return text.replaceAll(
    /\^\r?\n(\r?\n)?|\^([^])|"/g,
    (whole, lineBreak?: string, escaped?: string) => {
      if (whole === '"') {
        isQuoted = !isQuoted;
        return whole;
      }
      if (/^\^[\r\n]/.test(whole)) {
        // Two line ends after a caret: the second one is escaped, and hence a part of the text.
        return lineBreak === undefined ? ' ' : '\n';
      }
      if (isQuoted) {
        isQuoted = escaped !== '"';
        return whole;
      }
      return escaped ?? '';
    },
  );
}

/** Backslashes count only before a quote; two quotes within quotes are one that is a part of the text. */
function argumentsIn(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  let slashes = 0;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '\\') {
      slashes++;
      continue;
    }
    const isQuote = character === '"';
    if (isQuote || slashes > 0) {
      word = (word ?? '') + '\\'.repeat(isQuote ? slashes >> 1 : slashes);
    }
    if (isQuote && slashes % 2 === 0 && !(isQuoted && line[at + 1] === '"')) {
      isQuoted = !isQuoted;
    } else if (isQuote) {
      at += slashes % 2 === 0 ? 1 : 0;
      word = `${word ?? ''}"`;
    } else if (isQuoted || !/\s/.test(character)) {
      word = (word ?? '') + character;
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
    slashes = 0;
  }
  const rest = slashes > 0 ? (word ?? '') + '\\'.repeat(slashes) : word;
  return rest === undefined ? words : [...words, rest];
}
