/**
 * Characters that draw nothing or move others: control characters, lone surrogates, invisible and
 * bidirectional format characters, line separators other than newline, interlinear marks.
 */
const hidden = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** The same, but for tab and newline, which a view of several lines draws as such. */
const hiddenInLines =
  /[\0-\x08\x0b-\x1f\x7f-\x9f\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;

/** Text that only has what is not in it is shown as it is. */
const unusual = /[^\x20-\x7e]/;

const joinsBefore = /(?!\p{ASCII})[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;
const joinsAfter = /^(?!\p{ASCII})[\p{L}\p{M}\p{Extended_Pictographic}]/u;
const takesVariation = /\p{Emoji}$/u;

/**
 * Makes all characters of an untrusted text visible: nothing in the result is invisible, and nothing
 * in it reorders adjacent text. Newlines and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(hiddenInLines, visibleCharacter);
}

/** The place in `text` of what `visibleText` shows at `place`. */
export function sourceOfVisible(text: string, place: number): number {
  let shown = 0;
  let at = 0;
  for (const { 0: character, index } of text.matchAll(hiddenInLines)) {
    const begin = shown + index - at;
    const end = begin + visibleCharacter(character, index, text).length;
    if (begin >= place) {
      break;
    }
    if (end > place) {
      return index;
    }
    shown = end;
    at = index + character.length;
  }
  return at + place - shown;
}

/** Like `visibleText`, on one line: newlines become ↵ and tabs ⇥. */
export function visibleLine(text: string): string {
  return unusual.test(text) ? visibleUnusualLine(text) : text;
}

function visibleUnusualLine(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(hidden, visibleCharacter);
}

function visibleCharacter(character: string, offset: number, text: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) {
    return visibleControl(character, offset, text);
  }
  if (code === 0x7f) {
    return '␡';
  }
  return isNeeded(code, offset, text)
    ? character
    : `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

function visibleControl(character: string, offset: number, text: string): string {
  if (character === '\n') {
    return '↵';
  }
  if (character === '\t') {
    return '⇥';
  }
  if (character === '\r' && text[offset + 1] === '\n') {
    return '';
  }
  return String.fromCharCode(0x2400 + character.charCodeAt(0));
}

/**
 * Joiners and variation selectors belong to the spelling of emoji and of Persian and Indic words.
 * Between other characters they only hide something.
 */
function isNeeded(code: number, offset: number, text: string): boolean {
  const before = text.slice(Math.max(0, offset - 2), offset);
  if (code === 0x200c || code === 0x200d) {
    return joinsBefore.test(before) && joinsAfter.test(text.slice(offset + 1, offset + 3));
  }
  return (code === 0xfe0e || code === 0xfe0f) && takesVariation.test(before);
}
