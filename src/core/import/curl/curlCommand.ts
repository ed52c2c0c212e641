import { percentEncoded } from '../../base/percent.ts';
import { curlReason, longOption, shortOption, type CurlOption } from './curlOptions.ts';
import type { CurlDraft } from './curlRequest.ts';
import type { ShellWord } from './shellWords.ts';

/** An option of the command with its value. */
interface Given {
  readonly option: CurlOption;
  /** As in the command: `-k` or `--insecure`. */
  readonly written: string;
  readonly value: string;
}

/** Reads the arguments as curl does; see the sections OPTIONS and URL of its manual. */
export class CurlCommand {
  readonly #draft: CurlDraft;
  readonly #data: string[] = [];
  #isGet = false;
  #isGlobbing = true;
  #url = '';
  /** Whether `--` ended the options. */
  #isPastOptions = false;
  /** The option whose value is the next word. */
  #open: Omit<Given, 'value'> | undefined;
  #isEnded = false;

  constructor(draft: CurlDraft) {
    this.#draft = draft;
  }

  read(words: readonly ShellWord[]): void {
    for (const { text, variables, isCutOff = false } of words) {
      this.#word(text);
      if (isCutOff) {
        this.#note('A quote is not closed: check that the command is complete');
      }
      if (this.#isEnded) {
        break;
      }
      for (const name of variables) {
        this.#note(
          `The shell variable $${this.#draft.quote(name)} was not filled in: it was kept as text`,
        );
      }
    }
    if (this.#open) {
      this.#note(`${this.#open.written} was left out: its value is missing`);
    }
    this.#finishData();
    // Brackets around the host are an IPv6 address.
    if (this.#isGlobbing && /[[{]/.test(this.#url.replace(/^(?:[^/]*\/\/)?[^/?#]*/, ''))) {
      this.#note('{…} and […] in the URL were kept as text; curl would make several URLs of them');
    }
  }

  #word(word: string): void {
    const open = this.#open;
    if (open) {
      this.#open = undefined;
      this.#apply({ ...open, value: word });
    } else if (this.#isPastOptions || !word.startsWith('-')) {
      this.#address(word);
    } else if (word === '--') {
      this.#isPastOptions = true;
    } else if (word.startsWith('--')) {
      this.#long(word);
    } else {
      this.#short(word);
    }
  }

  /** Reads `--name`, and `--name=value`, which curl accepts since 8.16. */
  #long(word: string): void {
    const [, name = '', attached] = /^--([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
    const written = `--${this.#draft.quote(name)}`;
    // Options such as `--expand-url` fill in curl's own variables first.
    const known = longOption(name.replace(/^expand-(?=.)/, ''));
    const negated = /^no-(.+)$/.exec(name)?.[1];
    if (known?.takesValue) {
      const option = name.startsWith('expand-') ? { ...known, use: 'unsupported' as const } : known;
      this.#valued({ option, written }, attached);
    } else if (known) {
      this.#flag(known, written, true);
    } else if (negated !== undefined && longOption(negated)?.takesValue === false) {
      this.#flag(longOption(negated), written, false);
    } else {
      this.#note(`${written} was left out: it is not an option of curl`);
    }
  }

  /** Reads combined letters; one that takes a value takes the rest of the word, or the next word. */
  #short(word: string): void {
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const option = shortOption(letter);
      const written = `-${letter}`;
      if (option?.takesValue) {
        const rest = word.slice(at + 1);
        this.#valued({ option, written }, rest === '' ? undefined : rest);
        return;
      }
      if (option) {
        this.#flag(option, written, true);
      } else {
        this.#note(`${written} was left out: it is not an option of curl`);
      }
    }
  }

  #valued(given: Omit<Given, 'value'>, value: string | undefined): void {
    if (value === undefined) {
      this.#open = given;
    } else {
      this.#apply({ ...given, value });
    }
  }

  #flag(option: CurlOption | undefined, written: string, isOn: boolean): void {
    switch (option?.name ?? '') {
      case 'insecure':
        this.#draft.isInsecure = isOn;
        break;
      case 'location':
      case 'location-trusted':
        this.#draft.set('followRedirects', isOn);
        if (option?.name === 'location-trusted' && isOn) {
          this.#note(`${written} was left out in part: a login is not sent to another origin`);
        }
        break;
      case 'globoff':
        this.#isGlobbing = !isOn;
        break;
      case 'get':
        this.#isGet = isOn;
        break;
      case 'next':
        this.#isEnded = true;
        this.#note(`The part after ${written} was left out: it is another request`);
        break;
      default:
        if (option?.use === 'unsupported' && isOn) {
          this.#leaveOut(option, written);
        }
    }
  }

  #apply({ option, written, value }: Given): void {
    const draft = this.#draft;
    switch (option.use === 'read' ? option.name : option.use) {
      case 'irrelevant':
        break;
      case 'unsupported':
        this.#leaveOut(option, written);
        break;
      case 'url':
        this.#address(value);
        break;
      case 'header':
        this.#header(value);
        break;
      case 'cookie':
        if (value.includes('=')) {
          draft.addCookie(value);
        } else if (value !== '') {
          this.#note('A file of cookies was left out: add the cookies as the header Cookie');
        }
        break;
      case 'user-agent':
        this.#ownHeader('User-Agent', value);
        break;
      case 'referer':
        this.#ownHeader('Referer', value.replace(/;auto$/, ''));
        break;
      case 'oauth2-bearer':
        draft.addHeader('Authorization', `Bearer ${value}`);
        break;
      case 'user':
        this.#user(written, value);
        break;
      case 'request':
        if (!/^get$/i.test(value)) {
          this.#note(`${written} ${draft.quote(value)} was left out: a handshake is a GET request`);
        }
        break;
      case 'url-query':
        this.#query(written, value);
        break;
      case 'connect-timeout':
        this.#timeout(written, value);
        break;
      case 'proto-default':
        draft.defaultScheme = /^(?:https|wss)$/i.test(value) ? 'wss' : 'ws';
        break;
      case 'cacert':
        this.#file('tls.ca', written, value);
        break;
      case 'cert':
        this.#certificate(written, value);
        break;
      case 'key':
        this.#file('tls.key', written, value);
        break;
      case 'resolve':
        this.#resolve(written, value);
        break;
      case 'data':
      case 'data-ascii':
      case 'data-binary':
      case 'data-raw':
      case 'data-urlencode':
        this.#dataPart(option.name, value);
        break;
      default:
        this.#proxy(option.name, written, value);
    }
  }

  #address(url: string): void {
    this.#url ||= url;
    this.#draft.setUrl(url);
  }

  /** As in curl, an empty value sends no header; a blank sends an empty one. */
  #ownHeader(name: string, value: string): void {
    if (value !== '') {
      this.#draft.addHeader(name, value);
    }
  }

  #header(line: string): void {
    if (line.startsWith('@')) {
      this.#note('A file of headers was left out: add the headers manually');
      return;
    }
    // `Name:` removes a default header of curl, and `Name;` sends one without a value. Browsers also
    // copy pseudo-headers of HTTP/2, such as `:authority: example.com`.
    const [, name = '', sign, value = ''] = /^(:?[^:;]+)(:|;(?=\s*$))([^]*)$/.exec(line) ?? [];
    if (sign === undefined) {
      this.#note(`"${this.#draft.quote(line)}" was left out: it is not a header`);
    } else if (sign === ';' || value.trim() !== '') {
      this.#draft.addHeader(name, value);
    }
  }

  #user(written: string, value: string): void {
    const [, name = '', colon, password = ''] = /^([^:]*)(:?)([^]*)$/.exec(value) ?? [];
    this.#draft.set('auth', { type: 'basic', username: name, password: '' });
    if (colon === '' || password !== '') {
      this.#note(`The password of ${written} was left out: enter it under Authentication`);
    }
  }

  #timeout(written: string, value: string): void {
    const seconds = Number(value);
    if (seconds >= 0.1 && seconds <= 600) {
      this.#draft.set('connectTimeout', seconds);
    } else {
      this.#note(`${written} was left out: connectTimeout must be 0.1 to 600 seconds`);
    }
  }

  #file(key: string, written: string, path: string): void {
    this.#draft.set(key, path);
    if (!/^(?:[\\/~]|[A-Za-z]:[\\/])/.test(path)) {
      this.#note(`The path of ${written} is relative to the workspace folder: check it`);
    }
  }

  /** Reads `certificate:password`; colons in the path are escaped, except that of a drive. */
  #certificate(written: string, value: string): void {
    if (/^pkcs11:/i.test(value)) {
      this.#note(`${written} was left out: a certificate must be a file`);
      return;
    }
    const [, path = '', password] =
      /^((?:[A-Za-z]:(?=[\\/]))?(?:\\:|[^:])*)(?::([^]*))?$/.exec(value) ?? [];
    this.#file('tls.cert', written, path.replaceAll('\\:', ':'));
    if (password !== undefined) {
      this.#note(
        `The password of ${written} was left out: store it as a secret for tls.passphrase`,
      );
    }
  }

  #resolve(written: string, value: string): void {
    const [, host = '', port = '', address = ''] = /^[+-]?([^:]+):(\d+):?(.*)$/s.exec(value) ?? [];
    const quote = (text: string) => this.#draft.quote(text);
    this.#note(
      address === ''
        ? `${written} was left out: addresses are resolved by the system`
        : `${written} was left out: the address of ${quote(host)} is resolved by the system. ` +
            `To reach ${quote(address)}, use it as the host of the URL with port ${port}, and set the ` +
            `header Host and, for wss:, tls.servername to ${quote(host)}`,
    );
  }

  #proxy(name: string, written: string, value: string): void {
    const scheme = { 'socks5': 'socks5', 'socks5-hostname': 'socks5' }[name] ?? 'http';
    const url = /^[a-z][a-z0-9]*:\/\//i.test(value) ? value : `${scheme}://${value}`;
    const [, login] = /^[^/]*\/\/([^/]*)@/.exec(url) ?? [];
    const isSupported = /^(?:https?|socks5h?):/i.test(url) && !/^(?:socks4|preproxy)/.test(name);
    if (value === '') {
      return;
    }
    if (!isSupported) {
      this.#note(`${written} was left out: a proxy must be an http:, https: or socks5: URL`);
      return;
    }
    const plain = url.replace(/^([^/]*\/\/)[^/]*@/, '$1').replace(/^socks5h/i, 'socks5');
    this.#draft.set('proxy', plain);
    this.#note(`The connection uses the proxy of ${written}: check whether it is needed`);
    if (login !== undefined) {
      this.#note(
        `The login of ${written} was left out: add it to the URL of the proxy, with the password as a secret`,
      );
    }
  }

  #dataPart(name: string, value: string): void {
    const isEncoded = name === 'data-urlencode';
    if (name !== 'data-raw' && (isEncoded ? /^[^=]*@/ : /^@/).test(value)) {
      this.#note('The contents of a file were left out: a handshake has no body');
    } else {
      this.#data.push(isEncoded ? encodedPair(value) : value);
    }
  }

  #query(written: string, value: string): void {
    if (value.startsWith('+')) {
      this.#draft.addQuery(value.slice(1));
    } else if (/^[^=]*@/.test(value)) {
      this.#note(`${written} was left out: it names a file`);
    } else {
      this.#draft.addQuery(encodedPair(value));
    }
  }

  /** With `-G`, the data is part of the query. */
  #finishData(): void {
    if (this.#isGet) {
      this.#data.forEach(part => this.#draft.addQuery(part));
    } else if (this.#data.length > 0) {
      this.#note('The body was left out: a WebSocket handshake has no body');
    }
  }

  #leaveOut({ name }: CurlOption, written: string): void {
    this.#note(`${written} was left out: ${curlReason(name)}`);
  }

  #note(sentence: string): void {
    this.#draft.notes.add(sentence);
  }
}

/** Encodes only the content of `name=content`, `=content` or `content`. */
function encodedPair(value: string): string {
  const [, name = '', content = ''] = /^(?:([^=]*)=)?([^]*)$/.exec(value) ?? [];
  return name === '' ? percentEncoded(content) : `${name}=${percentEncoded(content)}`;
}
