import { messageOf } from '../base/errors.ts';
import { parseEndpoint } from '../connection/endpoint.ts';
import { headersOf } from './environments.ts';
import { Notes, type Refused } from './imported.ts';
import { escapeReferences } from './references.ts';
import { shellOf, shellWords } from './shellWords.ts';

/** What a cURL command would have asked for, as a connection. */
export interface CurlRequest {
  readonly kind: 'curl';
  /** `ws:` or `wss:`; texts hold no references of ours. */
  readonly url: string;
  /** `Cookie` among them where there were cookies. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  /** From `-k`: the certificate is not to be checked. */
  readonly isInsecure: boolean;
  readonly notes: readonly string[];
}

/** Options with a value that means nothing to a handshake, or that a connection sets elsewhere. */
const ignoredWithValue =
  /^(?:-X|--request|-o|--output|-m|--max-time|--connect-timeout|--retry.*|-w|--write-out|--resolve|--connect-to|-x|--proxy|--cacert|--cert|-E|--key|--interface|--ciphers|-c|--cookie-jar|--max-redirs|--limit-rate)$/;
const data = /^(?:-d|--data.*|-F|--form|--form-string|-T|--upload-file|--json)$/;
/** Of one letter each, which may be written together with what follows: `-HOrigin: x`. */
const shortWithValue = /^-([HbuAeXdFTxomwcE])([^]+)$/;

/** In UTF-16 units: the body of a request is not needed, and may be of any length. */
const longestCommand = 1024 * 1024;

/**
 * Reads a browser's "Copy as cURL", for a POSIX shell or for cmd, as the opening handshake that it
 * was. Never throws.
 */
export function readCurl(text: string): CurlRequest | Refused {
  if (text.length > longestCommand) {
    const problem = 'This is too long for a cURL command. Leave out the body of the request.';
    return { kind: 'refused', problem };
  }
  const words = shellWords(text.trim(), shellOf(text));
  if (!/(?:^|[\\/])curl(?:\.exe)?$/i.test(words[0] ?? '')) {
    const problem = 'This is no cURL command. Use "Copy as cURL" of a browser\'s network tab.';
    return { kind: 'refused', problem };
  }
  const command = new CurlCommand();
  command.read(words.slice(1));
  return command.result();
}

class CurlCommand {
  readonly #notes = new Notes();
  readonly #headers: (readonly [name: string, value: string])[] = [];
  readonly #subprotocols: string[] = [];
  #url: string | undefined;
  #isInsecure = false;

  read(words: readonly string[]): void {
    const queue = words.flatMap(word => {
      const [, letter, value] = shortWithValue.exec(word) ?? [];
      return letter === undefined || value === undefined ? [word] : [`-${letter}`, value];
    });
    for (let at = 0; at < queue.length; at++) {
      const word = queue[at] ?? '';
      if (!word.startsWith('-') || word === '-') {
        this.#setUrl(word);
      } else if (this.#takesValue(word)) {
        at++;
        this.#option(word, queue[at] ?? '');
      } else if (word === '-k' || word === '--insecure') {
        this.#isInsecure = true;
      }
    }
  }

  result(): CurlRequest | Refused {
    if (this.#url === undefined) {
      return { kind: 'refused', problem: 'The cURL command names no URL.' };
    }
    const url = this.#url
      .trim()
      .replace(/^http(?=s?:)/i, 'ws')
      .replace(/#.*$/s, '');
    const address = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `ws://${url}`;
    try {
      parseEndpoint(address);
    } catch (error) {
      return { kind: 'refused', problem: messageOf(error) };
    }
    return {
      kind: 'curl',
      url: escapeReferences(address),
      headers: headersOf(this.#headers),
      subprotocols: this.#subprotocols,
      isInsecure: this.#isInsecure,
      notes: this.#notes.sentences,
    };
  }

  #takesValue(option: string): boolean {
    return (
      /^(?:-H|--header|-b|--cookie|-u|--user|-A|--user-agent|-e|--referer|--url|--oauth2-bearer)$/.test(
        option,
      ) ||
      ignoredWithValue.test(option) ||
      data.test(option)
    );
  }

  #option(option: string, value: string): void {
    switch (option) {
      case '-H':
      case '--header':
        this.#header(value);
        break;
      case '-b':
      case '--cookie':
        this.#cookie(value);
        break;
      case '-u':
      case '--user':
        this.#notes.add('The user and password were left out: set Basic authentication for them');
        break;
      case '-A':
      case '--user-agent':
        this.#add('User-Agent', value);
        break;
      case '-e':
      case '--referer':
        this.#add('Referer', value);
        break;
      case '--oauth2-bearer':
        this.#add('Authorization', `Bearer ${value}`);
        break;
      case '--url':
        this.#setUrl(value);
        break;
      default:
        this.#noteIgnored(option);
    }
  }

  #noteIgnored(option: string): void {
    if (data.test(option)) {
      this.#notes.add('The body was left out: a WebSocket handshake has none');
    } else if (/^(?:-x|--proxy|--cacert|--cert|-E|--key)$/.test(option)) {
      this.#notes.add(`${option} was left out: set it at the connection`);
    }
  }

  #setUrl(url: string): void {
    if (this.#url === undefined) {
      this.#url = url;
    } else {
      this.#notes.add('A second URL was left out');
    }
  }

  #header(line: string): void {
    const [, name = '', value = ''] = /^([^:;]+)[:;]\s*([^]*)$/.exec(line) ?? [];
    if (/^sec-websocket-protocol$/i.test(name.trim())) {
      const names = value.split(',').map(each => each.trim());
      this.#subprotocols.push(...names.filter(each => each !== ''));
    } else if (/^sec-websocket-|^(?:accept-encoding|:)/i.test(name.trim())) {
      return; // Each connection makes its own.
    } else {
      this.#add(name, value);
    }
  }

  #cookie(value: string): void {
    if (value.includes('=')) {
      this.#add('Cookie', value);
    } else {
      this.#notes.add('A file of cookies was left out');
    }
  }

  #add(name: string, value: string): void {
    if (/[\r\n\0]/.test(value)) {
      this.#notes.add(`The header ${name.slice(0, 60)} was left out: it has a line break in it`);
    } else if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name.trim())) {
      this.#headers.push([name, escapeReferences(value.trim())]);
    }
  }
}
