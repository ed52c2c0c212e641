/** What a command line was written for. */
export type Shell = 'posix' | 'cmd';

/** A browser on Windows escapes with `^`; bash needs no such sign outside of quotes. */
export function shellOf(text: string): Shell {
  return /\^["\n\r]|\^\\\^"/.test(text) ? 'cmd' : 'posix';
}

/** Splits a command line as its shell would, without running anything. Never fails. */
export function shellWords(text: string, shell: Shell): readonly string[] {
  return shell === 'cmd' ? cmdWords(text) : posixWords(text);
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  e: '\u001B',
  0: '\0',
};

/** Each piece of a word: `$'…'`, `'…'`, `"…"`, an escaped character, or plain ones. */
const posixPiece =
  /\$'((?:\\[^]|[^'\\])*)'?|'([^']*)'?|"((?:\\[^]|[^"\\])*)"?|\\([^])|([^\s'"\\$]+|\$)|(\s+)/g;

function posixWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  const joined = text.replaceAll(/\\\r?\n/g, ' ');
  for (const [, ansi, single, double, escaped, plain, space] of joined.matchAll(posixPiece)) {
    if (space !== undefined) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      const quoted = double?.replaceAll(/\\(["\\$`])/g, '$1');
      const piece = ansi === undefined ? (single ?? quoted ?? escaped ?? plain) : unescaped(ansi);
      word = (word ?? '') + (piece ?? '');
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Of bash's `$'…'`: the escapes that browsers write. */
function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|x([0-9a-f]{1,2})|([^]))/gi,
    (whole, short?: string, long?: string, byte?: string, one?: string) => {
      const code = Number.parseInt(short ?? long ?? byte ?? '', 16);
      if (one === undefined) {
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      }
      return Object.hasOwn(escapes, one) ? (escapes[one] ?? one) : one;
    },
  );
}

/** First the carets, as cmd takes them away; then the quotes, as a C program reads its arguments. */
function cmdWords(text: string): readonly string[] {
  const plain = text.replaceAll(/\^\r?\n[ \t]*/g, ' ').replaceAll(/\^([^])/g, '$1');
  const words: string[] = [];
  const piece = /"((?:\\[^]|""|[^"\\])*)"?|([^\s"]+)|(\s+)/g;
  let word: string | undefined;
  for (const [, quoted, bare, space] of plain.matchAll(piece)) {
    if (space !== undefined) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else {
      const inner = quoted?.replaceAll(
        /\\(["\\])|""/g,
        (_, character?: string) => character ?? '"',
      );
      word = (word ?? '') + (inner ?? bare ?? '');
    }
  }
  return word === undefined ? words : [...words, word];
}
