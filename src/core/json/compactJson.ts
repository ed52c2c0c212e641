/** Between tokens (RFC 8259, section 2). */
const whiteSpace = /[ \t\r\n]+/g;

/**
 * JSON without the white space between its tokens, which stay as they are written: numbers with all
 * their digits, and members of the same name. A text that is not JSON loses white space outside of
 * quotes.
 */
export function compactJson(text: string): string {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    const start = text.indexOf('"', from);
    parts.push(text.slice(from, start < 0 ? text.length : start).replace(whiteSpace, ''));
    if (start < 0) {
      break;
    }
    from = endOfString(text, start);
    parts.push(text.slice(start, from));
  }
  return parts.join('');
}

/** The offset after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return end + 1;
    }
  }
  return text.length;
}
