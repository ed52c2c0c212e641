import type { Refused } from '../draft/importResult.ts';
import { CurlDraft, type CurlRequest } from './curlRequest.ts';
import type { ShellWord } from './shellWords.ts';

const request = /(?:^|[\s;=|({&])(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)(?=\s)/i;
/** In Windows PowerShell `curl` and `wget` are other names of Invoke-WebRequest. */
const alias = /^\s*(?:curl|wget)\s(?:[^]*?\s)?-(?:Uri|Headers|UseBasicParsing|WebSession)\b/i;

/** Whether a text is a request with PowerShell's own client. */
export function isPowerShellRequest(text: string): boolean {
  return request.test(text) || alias.test(text);
}

type Token =
  | { readonly kind: 'text'; readonly text: string; readonly isPlain: boolean }
  /** One of `@{ } ( ) = , ; |` or a line break. */
  | { readonly kind: 'sign'; readonly text: string };

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  'a': '\u0007',
  'b': '\b',
  'e': '\u001B',
  'f': '\f',
  'n': '\n',
  'r': '\r',
  't': '\t',
  'v': '\v',
};

const quotedPiece = `"((?:\`[^]|""|[^"\`])*)"?|'((?:''|[^'])*)'?`;
const token = new RegExp(
  `${quotedPiece}|(\`\\r?\\n|[^\\S\\n]+|#.*)|(@\\{|[{}()=,;|\\n])|((?:\\w+://[^\\s"'{}(),;|\`]*)|(?:\`[^]|[^\\s"'{}()=,;|\`])+|[^])`,
  'g',
);
const wordPiece = new RegExp(
  `${quotedPiece}|(\`\\r?\\n|\\s+)|((?:\`[^\\r\\n]|[^\\s"'\`])+|[^])`,
  'g',
);

/** Splits a command line as PowerShell does for other programs, such as `curl.exe`. Never throws. */
export function powerShellWords(text: string): readonly ShellWord[] {
  const words: ShellWord[] = [];
  let word: { text: string; isPlain: boolean; variables: string[] } | undefined;
  for (const [, double, single, space, plain] of `${text} `.matchAll(wordPiece)) {
    if (space === undefined) {
      word ??= { text: '', isPlain: true, variables: [] };
      word.isPlain &&= plain !== undefined;
      word.text += unquoted(double, single, plain);
      const expanded = double ?? plain ?? '';
      word.variables.push(...[...expanded.matchAll(/(?<!`)\$(\w+)/g)].map(([, name = '']) => name));
    } else if (word) {
      // Windows PowerShell requires quotes to be escaped a second time for the program.
      words.push({ ...word, text: word.text.replaceAll('\\"', '"') });
      word = undefined;
    }
  }
  return words;
}

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(token)].flatMap(([, double, single, space, sign, plain]): Token[] => {
    if (space !== undefined) {
      return [];
    }
    return sign === undefined
      ? [{ kind: 'text', text: unquoted(double, single, plain), isPlain: plain !== undefined }]
      : [{ kind: 'sign', text: sign }];
  });
}

function unquoted(double?: string, single?: string, plain?: string): string {
  return (
    single?.replaceAll("''", "'") ??
    (double ?? plain ?? '').replaceAll(
      /`u\{([0-9a-f]{1,6})\}|`([^])|""/gi,
      (_, code?: string, one?: string) => {
        const point = Number.parseInt(code ?? '', 16);
        if (code !== undefined && point <= 0x10ffff) {
          return String.fromCodePoint(point);
        }
        return one === undefined ? '"' : Object.hasOwn(escapes, one) ? (escapes[one] ?? one) : one;
      },
    )
  );
}

/** Reads Invoke-WebRequest, and the session that browsers write before it. Never throws. */
export function readPowerShell(text: string): CurlRequest | Refused {
  return new PowerShellReader(tokensOf(text)).read();
}

/** Names of parameters; PowerShell accepts any unique abbreviation. */
const parameters = [
  'uri',
  'headers',
  'useragent',
  'websession',
  'sessionvariable',
  'method',
  'custommethod',
  'body',
  'infile',
  'form',
  'contenttype',
  'proxy',
  'skipcertificatecheck',
  'maximumredirection',
  'usebasicparsing',
  'credential',
  'authentication',
  'token',
  'certificate',
  'timeoutsec',
  'outfile',
  'passthru',
  'disablekeepalive',
  'certificatethumbprint',
  'proxycredential',
  'usedefaultcredentials',
  'proxyusedefaultcredentials',
  'allowunencryptedauthentication',
  'httpversion',
  'sslprotocol',
  'transferencoding',
  'skipheadervalidation',
  'skiphttperrorcheck',
];
const switches =
  /^(?:usebasicparsing|passthru|disablekeepalive|skip.*|.*usedefaultcredentials|allow.*)$/;
/** Parameters without effect on a handshake. */
const irrelevant =
  /^(?:websession|sessionvariable|contenttype|outfile|timeoutsec|maximumredirection|httpversion|transferencoding|usebasicparsing|passthru|disablekeepalive|skiphe.*|skipht.*|allow.*)$/;

class PowerShellReader {
  readonly #tokens: readonly Token[];
  readonly #draft = new CurlDraft();
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  read(): CurlRequest | Refused {
    this.#session();
    const from = this.#tokens.findIndex(({ kind, text }) => {
      return (
        kind === 'text' && /^(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm|curl|wget)$/i.test(text)
      );
    });
    this.#at = from + 1;
    for (let next = this.#peek(); next && !this.#isEnd(next); next = this.#peek()) {
      this.#at++;
      if (next.kind === 'text' && next.isPlain && /^-\w/.test(next.text)) {
        this.#parameter(next.text);
      } else if (next.kind === 'text') {
        this.#draft.setUrl(next.text);
      }
    }
    return this.#draft.result('The command contains no URI.');
  }

  /** Reads `$session.UserAgent = "…"` and `New-Object System.Net.Cookie("name", "value", "/", "host")`. */
  #session(): void {
    for (const [index, { kind, text }] of this.#tokens.entries()) {
      if (kind === 'text' && /\.UserAgent$/i.test(text) && this.#textAt(index + 1) === '=') {
        this.#draft.addHeader('User-Agent', this.#textAt(index + 2));
      } else if (kind === 'text' && /^(?:System\.)?Net\.Cookie$/i.test(text)) {
        this.#draft.addCookie(`${this.#textAt(index + 2)}=${this.#textAt(index + 4)}`);
      }
    }
  }

  #parameter(written: string): void {
    const [, typed = '', attached] = /^-(\w+)(?::([^]*))?$/.exec(written) ?? [];
    const lower = typed.toLowerCase();
    const name =
      parameters.find(each => each === lower) ?? parameters.find(each => each.startsWith(lower));
    if (name !== undefined && switches.test(name)) {
      this.#draft.isInsecure ||= name === 'skipcertificatecheck' && attached !== '$false';
      this.#noteUnsupported(name, `-${typed}`);
    } else if (name === 'headers') {
      this.#headers();
    } else {
      this.#value(name, `-${typed}`, attached || this.#takeValue());
    }
  }

  #value(name: string | undefined, written: string, value: string): void {
    const draft = this.#draft;
    switch (name ?? '') {
      case 'uri':
        draft.setUrl(value);
        break;
      case 'useragent':
        draft.addHeader('User-Agent', value);
        break;
      case 'proxy':
        draft.set('proxy', value);
        break;
      case 'method':
      case 'custommethod':
        if (!/^get$/i.test(value)) {
          draft.notes.add(
            `${written} ${draft.quote(value)} was left out: a handshake is a GET request`,
          );
        }
        break;
      case 'body':
      case 'infile':
      case 'form':
        draft.notes.add('The body was left out: a WebSocket handshake has no body');
        break;
      default:
        this.#noteUnsupported(name, written);
    }
  }

  #noteUnsupported(name: string | undefined, written: string): void {
    if (name === undefined || !(irrelevant.test(name) || name === 'skipcertificatecheck')) {
      this.#draft.notes.add(`${written} was left out: use the matching setting of the connection`);
    }
  }

  /** Reads `@{ "name"="value"; … }`, separated by line breaks or semicolons. */
  #headers(): void {
    if (this.#peek()?.text !== '@{') {
      this.#takeValue();
      this.#draft.notes.add('The headers of a variable were left out: add them manually');
      return;
    }
    this.#at++;
    for (let next = this.#peek(); next && next.text !== '}'; next = this.#peek()) {
      this.#at++;
      if (next.kind === 'text' && this.#peek()?.text === '=') {
        this.#at++;
        this.#draft.addHeader(next.text, this.#takeValue());
      }
    }
    this.#at++;
  }

  /** Reads one text; skips other expressions, such as those in parentheses. */
  #takeValue(): string {
    const next = this.#peek();
    if (next?.kind === 'text') {
      this.#at++;
      return next.text;
    }
    for (let depth = 0; this.#at < this.#tokens.length; this.#at++) {
      const { kind, text } = this.#tokens[this.#at] ?? { kind: 'text', text: '' };
      const isSign = kind === 'sign';
      depth += isSign && ['(', '@{', '{'].includes(text) ? 1 : 0;
      depth -= isSign && [')', '}'].includes(text) ? 1 : 0;
      if (depth <= 0) {
        this.#at += depth === 0 && text !== '\n' ? 1 : 0;
        break;
      }
    }
    return '';
  }

  #isEnd({ kind, text }: Token): boolean {
    return kind === 'sign' && ['\n', ';', '|', '}', ')'].includes(text);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #textAt(index: number): string {
    return this.#tokens[index]?.text ?? '';
  }
}
