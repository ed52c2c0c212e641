import { messageOf } from '../../base/errors.ts';
import { parseEndpointTemplate } from '../../endpoint/endpointTemplate.ts';
import { FreeNames, type EnvironmentEntry } from '../../library/librarySchema.ts';
import { secretSubprotocols } from '../../secrets/names.ts';
import { token, tokenTemplate } from '../../settings/setting.ts';
import type { SecretCollector } from './secretCollector.ts';
import { headersOf, isOwnHeader } from './headers.ts';
import type { ImportedConnection, Notes } from './importResult.ts';
import { encodedTemplate } from './references.ts';

/** The user saves connections one by one. */
const maxConnections = 200;
const maxHeaders = 200;
/** In UTF-16 units, as in the form of a connection. */
const maxUrlLength = 16_000;
const maxHeaderLength = 16_000;

export interface Pair {
  readonly name: string;
  readonly value: string;
  readonly isDisabled?: boolean;
}

/** A connection found in a file. References in its texts are already translated to `${name}`. */
interface FoundConnection {
  readonly name: string;
  readonly url: string;
  readonly headers: readonly Pair[];
  /** Parameters of the query. */
  readonly parameters?: readonly Pair[];
  readonly auth?: Readonly<Record<string, string>>;
}

/** Collects the connections of one file without duplicates, ready to be saved. */
export class ConnectionCollector {
  readonly #notes: Notes;
  readonly #credentials: SecretCollector;
  readonly #found: FoundConnection[] = [];

  constructor(notes: Notes, credentials: SecretCollector) {
    this.#notes = notes;
    this.#credentials = credentials;
  }

  add(found: FoundConnection): void {
    const { name } = found;
    if (found.url.trim() === '') {
      this.#notes.add('A request was left out: it has no address', name);
    } else if (this.#found.length >= maxConnections) {
      const limit = `only the first ${maxConnections} are imported`;
      this.#notes.add(`A connection was left out: ${limit}`, name);
    } else {
      this.#found.push(found);
    }
  }

  /** @param environments of the same file; the values of their variables decide about the scheme */
  all(environments: readonly EnvironmentEntry[]): readonly ImportedConnection[] {
    const names = new FreeNames();
    const seen = new Set<string>();
    return this.#found.flatMap(found => {
      const read = this.#read(found, environments);
      const content = JSON.stringify({ ...read, name: '' });
      if (!read || seen.has(content)) {
        if (read) {
          this.#notes.add(
            'A connection was left out: another one has the same address and headers',
            found.name,
          );
        }
        return [];
      }
      seen.add(content);
      return [{ ...read, name: names.take(read.name) }];
    });
  }

  #read(
    found: FoundConnection,
    environments: readonly EnvironmentEntry[],
  ): ImportedConnection | undefined {
    const { auth } = found;
    const label = found.name.trim() || found.url;
    const address = this.#address(found, label, environments);
    if (address === undefined) {
      return undefined;
    }
    const pairs: (readonly [string, string])[] = [];
    const subprotocols: string[] = [];
    for (const pair of found.headers) {
      this.#header(pair, label, pairs, subprotocols);
    }
    const url = this.#credentials.url(address, label);
    const tokens = new Set(secretSubprotocols(subprotocols));
    const offered = subprotocols.map(name =>
      tokens.has(name)
        ? this.#credentials.reference('subprotocol', name, `${label}, subprotocol`)
        : name,
    );
    return {
      name: label.slice(0, 180),
      url,
      headers: headersOf(pairs, url),
      ...(offered.length > 0 ? { subprotocols: offered } : {}),
      ...(auth ? { auth } : {}),
    };
  }

  #header(
    { name: written, value, isDisabled = false }: Pair,
    label: string,
    pairs: (readonly [string, string])[],
    subprotocols: string[],
  ): void {
    const name = written.trim();
    const quoted = name.slice(0, 60);
    if (name === '' || isOwnHeader(name)) {
      if (name === '' && value.trim() !== '') {
        this.#notes.add('A header was left out: it has no name', label);
      }
      return;
    }
    if (isDisabled) {
      this.#notes.add(`The header ${quoted} was left out: it is disabled`, label);
    } else if (/^sec-websocket-protocol$/i.test(name)) {
      this.#subprotocols(value, label, subprotocols);
    } else if (!token.test(name)) {
      this.#notes.add(`The header "${quoted}" was left out: its name is not valid`, label);
    } else if (/[\r\n\0]/.test(value.trim()) || value.length > maxHeaderLength) {
      this.#notes.add(
        `The header ${quoted} was left out: its value has a line break or is too long`,
        label,
      );
    } else if (pairs.length >= maxHeaders) {
      this.#notes.add(`A header was left out: only the first ${maxHeaders} are imported`, label);
    } else {
      pairs.push([name, this.#credentials.header(name, value.trim(), label)]);
    }
  }

  #subprotocols(list: string, label: string, subprotocols: string[]): void {
    for (const name of list.split(',').map(each => each.trim())) {
      if (!tokenTemplate.test(name)) {
        if (name !== '') {
          const quoted = name.slice(0, 60);
          this.#notes.add(
            `The subprotocol "${quoted}" was left out: set it in the connection`,
            label,
          );
        }
      } else if (!subprotocols.includes(name) && subprotocols.length < maxHeaders) {
        subprotocols.push(name);
      }
    }
  }

  #address(
    { url, parameters = [] }: FoundConnection,
    label: string,
    environments: readonly EnvironmentEntry[],
  ): string | undefined {
    const [, bare = '', fragment] = /^([^#]*)(#.*)?$/s.exec(url.trim()) ?? [];
    if (fragment !== undefined) {
      this.#notes.add(
        'The fragment of an address (after #) was left out: WebSocket URLs have no fragment',
        label,
      );
    }
    const address = withParameters(this.#withScheme(bare, label, environments), parameters);
    if (parameters.some(({ name, value }) => name === '' && value !== '')) {
      this.#notes.add('A parameter was left out: it has no name', label);
    }
    for (const { name } of parameters.filter(({ isDisabled }) => isDisabled)) {
      this.#notes.add(`The parameter ${name.slice(0, 60)} was left out: it is disabled`, label);
    }
    try {
      parseEndpointTemplate(address);
    } catch (error) {
      this.#notes.add(`A connection was left out: ${messageOf(error).replace(/\.$/, '')}`, label);
      return undefined;
    }
    if (address.length > maxUrlLength) {
      this.#notes.add('A connection was left out: its address is too long', label);
      return undefined;
    }
    return address;
  }

  /** Other programs accept addresses without a scheme, and `http:` instead of `ws:`. */
  #withScheme(url: string, label: string, environments: readonly EnvironmentEntry[]): string {
    const [, variable] = /^\$\{([\w.-]+)\}(?!:\/\/)/.exec(url) ?? [];
    if (variable !== undefined) {
      return this.#withVariable(url, variable, label, environments);
    }
    if (/^https?:\/\//i.test(url)) {
      this.#notes.add('The scheme of an address was changed from http to ws', label);
      return url.replace(/^http/i, 'ws');
    }
    if (/^(?:[a-z][a-z0-9+.-]*|\$\{[\w.-]+\}):\/\//i.test(url)) {
      return url;
    }
    this.#notes.add('An address had no scheme: ws:// was added', label);
    return `ws://${url.replace(/^\/\//, '')}`;
  }

  #withVariable(
    url: string,
    variable: string,
    label: string,
    environments: readonly EnvironmentEntry[],
  ): string {
    const values = environments.flatMap(({ variables }) =>
      Object.hasOwn(variables, variable) ? [variables[variable]?.trim() ?? ''] : [],
    );
    if (values.some(value => /^https?:\/\//i.test(value))) {
      this.#notes.add(
        `An address begins with \${${variable}}, which is an HTTP address: change it to ws:// or wss://`,
        label,
      );
    }
    // A value that is a reference itself may contain a scheme.
    const isBare = values.length > 0 && values.every(value => /^(?!\$\{)(?!.*:\/\/)./s.test(value));
    if (isBare) {
      this.#notes.add('An address had no scheme: ws:// was added', label);
    }
    return isBare ? `ws://${url}` : url;
  }
}

function withParameters(url: string, parameters: readonly Pair[]): string {
  const query = parameters
    .filter(({ name, isDisabled = false }) => name !== '' && !isDisabled)
    .map(({ name, value }) => {
      const [key, content] = [name, value].map(part => encodedTemplate(part));
      return `${key}=${content}`;
    })
    .join('&');
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
}
