/**
 * A text normalised for searching: JSON's escapes are replaced by their characters, and
 * those of several parts, as `e` and an accent, are one (Unicode, annex 15, NFC).
 */
export function searchText(text: string): string {
  return composed(unescaped(text));
}

/** As many characters that join another as any text of people has at one place (annex 15, UAX15-D4). */
const maxMarkRun = /\p{M}{30}/gu;

/**
 * The text in NFC. To bring what joins one character in order takes time that grows with the square of
 * it, and a peer may send millions of them: so it is done in pieces.
 */
function composed(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { 0: run, index } of text.matchAll(maxMarkRun)) {
    pieces.push(text.slice(from, index + run.length).normalize('NFC'));
    from = index + run.length;
  }
  return pieces.join('') + text.slice(from).normalize('NFC');
}

/** RFC 8259, section 7. */
const escape = /\\(?:u([\da-fA-F]{4})|(["\\/bfnrt]))/g;
const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Replaces JSON's escapes by their characters, whether the text is JSON or not. */
function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replace(escape, (_: string, hex: string | undefined, letter: string | undefined = '') =>
        hex === undefined ? (letters[letter] ?? letter) : String.fromCharCode(parseInt(hex, 16)),
      )
    : text;
}

/** The same letters in one case. Letters beyond ASCII only if a word has some. */
type Fold = (text: string) => string;

export const foldAscii: Fold = text => text.replace(/[A-Z]+/g, found => found.toLowerCase());

/** Sigma has a second small letter, which ends words. */
export const foldAll: Fold = text => text.toLowerCase().replaceAll('ς', 'σ');

/** A word prepared for searching in normalised text. */
interface SearchWord {
  readonly fold: Fold;
  /** The word as it was typed, and as it is read; folded, and each of them once. */
  readonly needles: readonly string[];
}

export function searchWord(word: string): SearchWord {
  const written = [word, composed(word), searchText(word)];
  const fold = written.every(hasNoCaseBeyondAscii) ? foldAscii : foldAll;
  return { fold, needles: [...new Set(written.map(fold))] };
}

function hasNoCaseBeyondAscii(text: string): boolean {
  const others = text.replace(/\p{ASCII}/gu, '');
  return others.toLowerCase() === others && others.toUpperCase() === others;
}

/** A part of a normalised text, and the place in the original text that it comes from. */
interface SearchPart {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const piece = /\\(?:u[\da-fA-F]{4}|["\\/bfnrt])|[^]/gu;
/** What joins the character before it: accents, and vowels and finals of Korean syllables. */
const joining = /^[\p{M}\u1160-\u11ff]/u;

/** The parts of `searchText` in their order; each is folded by itself. */
export function searchParts(text: string, fold: Fold): readonly SearchPart[] {
  const parts: SearchPart[] = [];
  for (const { 0: raw, index } of text.matchAll(piece)) {
    const read = unescaped(raw);
    const last = parts.at(-1);
    const to = index + raw.length;
    if (last && joining.test(read)) {
      parts[parts.length - 1] = { text: last.text + read, from: last.from, to };
    } else {
      parts.push({ text: read, from: index, to });
    }
  }
  return parts.map(part => ({ ...part, text: fold(composed(part.text)) }));
}
