import { messageOf } from '../../base/errors.ts';
import { parseEndpoint } from '../../endpoint/endpoint.ts';
import { headersOf } from '../draft/headers.ts';
import { Notes, type Refused } from '../draft/importResult.ts';
import { escapeReferences } from '../draft/references.ts';
import { isSecretName, secretSubprotocols } from '../../secrets/names.ts';
import { querySecrets } from '../../secrets/values.ts';

/** A connection read from a command for another client. */
export interface CurlRequest {
  readonly kind: 'curl';
  /** A `ws:` or `wss:` URL; `${` is escaped in all texts. */
  readonly url: string;
  /** Includes `Cookie` if the command has cookies. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
  /** Whether the certificate must not be verified. */
  readonly isInsecure: boolean;
  /** Other settings of the connection, by their keys; absent if there are none. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Sentences, without their full stops, about parts that were left out or must be checked. */
  readonly notes: readonly string[];
}

/** In UTF-16 units, of a text that is quoted in a note. */
const maxQuoteLength = 60;

/** Collects the parts of a command, for any shell. */
export class CurlDraft {
  readonly notes = new Notes();
  readonly #headers: (readonly [name: string, value: string])[] = [];
  readonly #cookies: string[] = [];
  readonly #query: string[] = [];
  readonly #subprotocols: string[] = [];
  readonly #settings: Record<string, unknown> = {};
  #url: string | undefined;
  isInsecure = false;
  /** The scheme for an address without one. */
  defaultScheme = 'ws';

  setUrl(url: string): void {
    if (this.#url === undefined) {
      this.#url = url.trim();
    } else {
      this.notes.add('A second URL was left out: a connection has one');
    }
  }

  /** Adds a part, already percent-encoded, to the query of the URL. */
  addQuery(part: string): void {
    this.#query.push(part);
  }

  /** A setting of the connection, such as `proxy` or `tls.ca`. */
  set(key: string, value: unknown): void {
    this.#settings[key] = value;
  }

  /** Adds a header, except those that a connection generates itself. */
  addHeader(rawName: string, rawValue: string): void {
    const name = rawName.trim();
    const value = rawValue.trim();
    if (/[\r\n\0]/.test(value)) {
      this.notes.add(`The header ${quoted(name)} was left out: its value has a line break`);
    } else if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      // Browsers also copy pseudo-headers of HTTP/2, such as `:authority`.
      if (!/^:[a-z]+$/.test(name)) {
        this.notes.add(`The header "${quoted(name)}" was left out: its name is not valid`);
      }
    } else if (/^cookie$/i.test(name)) {
      this.#cookies.push(value);
    } else if (/^sec-websocket-protocol$/i.test(name)) {
      this.#addSubprotocols(value);
    } else if (!/^accept-encoding$/i.test(name)) {
      this.#headers.push([name, value]);
    }
  }

  addCookie(pairs: string): void {
    this.addHeader('Cookie', pairs.replace(/;\s*$/, ''));
  }

  /** Shortens a text for a note. */
  quote(text: string): string {
    return quoted(text);
  }

  result(missing: string): CurlRequest | Refused {
    if (this.#url === undefined || this.#url === '') {
      return { kind: 'refused', problem: missing };
    }
    const address = this.#address(this.#url);
    try {
      parseEndpoint(address);
    } catch (error) {
      return { kind: 'refused', problem: messageOf(error) };
    }
    const cookies = this.#cookies.map(each => ['Cookie', each] as const);
    const pairs = [...this.#headers, ...cookies];
    const settings = this.#settings;
    return {
      kind: 'curl',
      url: escapeReferences(address),
      headers: headersOf(
        pairs.map(([name, value]) => [name, escapeReferences(value)] as const),
        address,
      ),
      subprotocols: this.#subprotocols,
      isInsecure: this.isInsecure,
      ...(Object.keys(settings).length > 0 ? { settings } : {}),
      notes: this.notes.sentences,
    };
  }

  #address(url: string): string {
    const plain = url.replace(/#.*$/s, '');
    // `localhost:80` has no scheme, though it looks like one.
    const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(plain);
    const full = hasScheme
      ? plain.replace(/^http(?=s?:)/i, 'ws')
      : `${this.defaultScheme}://${plain.replace(/^\/\//, '')}`;
    const query = this.#query.join('&');
    return query === '' ? full : `${full}${full.includes('?') ? '&' : '?'}${query}`;
  }

  #addSubprotocols(list: string): void {
    for (const name of list.split(',').map(each => each.trim())) {
      if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
        if (!this.#subprotocols.includes(name)) {
          this.#subprotocols.push(name);
        }
      } else if (name !== '') {
        this.notes.add(`The subprotocol "${quoted(name)}" was left out: its name is not valid`);
      }
    }
  }
}

function quoted(text: string): string {
  return text.length > maxQuoteLength ? `${text.slice(0, maxQuoteLength)}…` : text;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A request as an entry of the setting `connections`, still without a name. */
export function entryOfRequest(request: CurlRequest): JsonObject {
  const { url, headers, subprotocols, isInsecure, settings = {} } = request;
  const tls: Record<string, unknown> = isInsecure ? { rejectUnauthorized: false } : {};
  const others: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (key.startsWith('tls.')) {
      tls[key.slice('tls.'.length)] = value;
    } else {
      others[key] = value;
    }
  }
  return {
    url,
    ...(subprotocols.length > 0 ? { subprotocols } : {}),
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...(Object.keys(tls).length > 0 ? { tls } : {}),
    ...others,
  };
}

/** The places in a request that contain a secret, by its name, in clear text. */
export function secretPlaces({ url, headers, subprotocols }: CurlRequest): readonly string[] {
  const names = Object.entries(headers)
    .filter(([name, value]) => isSecretName(name) && value.trim() !== '')
    .map(([name]) => `the header ${name}`);
  const query = querySecrets(url).map(({ name }) => `${name} of the URL`);
  const login = /^[a-z]+:\/\/[^/?#@]*:[^/?#@]+@/i.test(url) ? ['the password of the URL'] : [];
  const tokens = secretSubprotocols(subprotocols).length > 0 ? ['a token among subprotocols'] : [];
  return [...names, ...query, ...login, ...tokens];
}
