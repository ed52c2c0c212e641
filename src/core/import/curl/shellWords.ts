/** One word of a command line, as a program receives it. */
export interface ShellWord {
  readonly text: string;
  /** Whether no part was quoted, so that the word may contain operators of the shell. */
  readonly isPlain: boolean;
  /** The names of shell variables that the shell would have expanded. */
  readonly variables: readonly string[];
  /** Whether a quote is not closed. */
  readonly isCutOff?: boolean;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001B',
  E: '\u001B',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * A piece of a word: `$'…'`, `$"…"` and `"…"`, `'…'`, a continued line break, an escaped character,
 * plain characters, or space, to which comments belong. Line breaks are space, since people paste
 * wrapped text.
 */
const piece =
  /(?<=\s)(#.*)|\$'((?:\\[^]|[^'\\])*)'?|\$?"((?:\\[^]|[^"\\])*)"?|'([^']*)'?|(\\\r?\n)|\\([^])|([^\s'"\\$]+|\$)|(\s+)/g;
const variable = /\\[^]|`[^`]*`?|\$(?:\{(\w+)[^}]{0,200}\}|(\w+)|\()/g;

/** Splits a command line as a POSIX shell and bash do, without expansion. Never throws. */
export function posixWords(text: string): readonly ShellWord[] {
  const words: ShellWord[] = [];
  let word: { text: string; isPlain: boolean; variables: string[]; isCutOff?: boolean } | undefined;
  const end = () => {
    words.push(...(word ? [word] : []));
    word = undefined;
  };
  let last = '';
  for (const [all, note, ansi, double, single, joined, escaped, plain, space] of text.matchAll(
    piece,
  )) {
    if ((space ?? note) !== undefined) {
      end();
    } else if (joined === undefined) {
      word ??= { text: '', isPlain: true, variables: [] };
      word.isPlain &&= plain !== undefined;
      const unquoted = double?.replaceAll(
        /\\(?:(\r?\n)|(["\\$`]))/g,
        (_, line?: string, one = '') => (line === undefined ? String(one) : ''),
      );
      word.text +=
        ansi === undefined ? (unquoted ?? single ?? escaped ?? plain ?? '') : ansiText(ansi);
      const expanded = double ?? (last === '$' && plain !== undefined ? `$${plain}` : plain) ?? '';
      word.variables.push(...variablesIn(expanded));
    }
    const within = ansi ?? double ?? single;
    if (word && within !== undefined && !isClosed(all, within)) {
      word.isCutOff = true;
    }
    last = all;
  }
  end();
  return words;
}

/** Whether a quoted piece has its closing quote. */
function isClosed(piece: string, within: string): boolean {
  const opening = piece.search(/['"]/) + 1;
  return piece.length > opening + within.length;
}

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(variable)].flatMap(([all, braced, bare]) =>
    all.startsWith('\\') ? [] : [braced ?? bare ?? '(…)'],
  );
}

/** The text of bash's `$'…'`. Escaped bytes are decoded as UTF-8. */
function ansiText(text: string): string {
  return text.replaceAll(
    /((?:\\x[\da-fA-F]{1,2}|\\[0-7]{1,3})+)|\\(?:u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|c([^])|([^]))/g,
    (whole, bytes?: string, short?: string, long?: string, control?: string, one?: string) => {
      if (bytes !== undefined) {
        return bytesText(bytes);
      }
      if (control !== undefined) {
        return String.fromCharCode(control.charCodeAt(0) & 0x1f);
      }
      if (one !== undefined) {
        return Object.hasOwn(escapes, one) ? (escapes[one] ?? one) : one;
      }
      const code = Number.parseInt(short ?? long ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function bytesText(escaped: string): string {
  const bytes = [...escaped.matchAll(/\\(?:x([0-9a-f]+)|([0-7]+))/gi)].map(([, hex, octal]) =>
    hex === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(hex, 16),
  );
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/**
 * Splits a command line of Windows' cmd: removes the carets as cmd does, then reads the quotes as a C
 * program does. Never throws.
 */
export function cmdWords(text: string): readonly string[] {
  return argumentsIn(withoutCarets(text));
}

/** A caret escapes the next character, except within quotes; at the end of a line it continues it. */
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
        // After a caret and two line breaks, the second one is escaped, and thus part of the text.
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

/** Backslashes escape only before a quote; two quotes within quotes are one literal quote. */
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
