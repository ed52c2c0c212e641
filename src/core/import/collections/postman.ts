import { percentDecoded } from '../../base/percent.ts';
import { FreeNames, type ItemEntry } from '../../library/librarySchema.ts';
import { jsonProblem, type MessageBody } from '../../message/messageBody.ts';
import type { Pair } from '../draft/connectionCollector.ts';
import {
  fieldsOf,
  isTrue,
  listOf,
  scalarOf,
  textOf,
  type Fields,
  type Imported,
} from '../draft/importResult.ts';
import { authOf } from '../draft/importedAuth.ts';
import { ImportDraft } from '../draft/importDraft.ts';
import { base64Body, folder, hexBody, nameFrom, textBody } from '../draft/messageCollector.ts';
import { encodedTemplate } from '../draft/references.ts';

const maxDepth = 15;

/** Built-in variables and their equivalents. Postman's `$timestamp` is in seconds, so it has none. */
const known: Readonly<Record<string, string>> = {
  $guid: '${uuid}',
  $randomUUID: '${uuid}',
  $isoTimestamp: '${isoTimestamp}',
  $randomInt: '${random:0-1000}',
};

/** Whether parsed JSON was written by Postman. */
export function isPostman(value: unknown): boolean {
  const file = fieldsOf(value);
  return '_postman_variable_scope' in file || isCollection(file) || isWrapped(file);
}

function isCollection(file: Fields): boolean {
  const { schema } = fieldsOf(file['info']);
  return typeof schema === 'string' && /getpostman\.com|schema\.postman\.com/.test(schema);
}

/** Whether it is an answer of Postman's API, which wraps the collection. */
function isWrapped(file: Fields): boolean {
  return isCollection(fieldsOf(file['collection']));
}

/**
 * Reads a collection: its WebSocket requests with their messages as folders (format 3, the only one
 * that carries them), requests to `ws:` addresses of format 2.1 with their body as the message, and
 * its variables; or an environment.
 */
export function readPostman(value: unknown, secretNames: Iterable<string>): Imported {
  const file = fieldsOf(value);
  const collection = isWrapped(file) ? fieldsOf(file['collection']) : file;
  return new PostmanReader(secretNames).read(collection);
}

/** What the items of a folder inherit: the login, unless they have their own. */
interface Inherited {
  readonly auth: unknown;
  readonly depth: number;
}

class PostmanReader {
  readonly #context: ImportDraft;

  constructor(secretNames: Iterable<string>) {
    this.#context = new ImportDraft(secretNames, known);
  }

  read(file: Fields): Imported {
    const isEnvironment = '_postman_variable_scope' in file;
    const { name } = isEnvironment ? file : fieldsOf(file['info']);
    const label = textOf(name) || 'Postman';
    const values = isEnvironment ? file['values'] : (file['variable'] ?? file['variables']);
    this.#variables(label, listOf(values).map(fieldsOf));
    this.#noteExtras(file, label);
    const items = this.#items(file, { auth: file['auth'], depth: 0 });
    const format = isEnvironment ? 'a Postman environment' : 'a Postman collection';
    return this.#context.result(format, folder(label, items));
  }

  #variables(label: string, values: readonly Fields[]): void {
    const { environments, notes } = this.#context;
    const variables = values.flatMap(each => {
      const { key, value, type } = each;
      if (each['enabled'] === false || each['disabled'] === true) {
        notes.add('A variable was left out: it is disabled', textOf(key));
        return [];
      }
      const isSecret = type === 'secret';
      const text = typeof value === 'object' && value ? jsonText(value) : scalarOf(value);
      if (text === undefined) {
        notes.add('A variable was left out: it is nested too deeply', textOf(key));
        return [];
      }
      return [{ name: textOf(key), value: this.#context.translate(text), isSecret }];
    });
    environments.add(label, variables);
  }

  #items(holder: Fields, inherited: Inherited): readonly ItemEntry[] {
    const taken = new FreeNames();
    return listOf(holder['item'] ?? holder['items'] ?? holder['children']).flatMap(value =>
      this.#item(fieldsOf(value), taken, inherited),
    );
  }

  #item(item: Fields, taken: FreeNames, inherited: Inherited): readonly ItemEntry[] {
    const { notes } = this.#context;
    const name = textOf(item['title']) || textOf(item['name']);
    if (inherited.depth >= maxDepth) {
      notes.add('A folder was left out: it is nested too deeply', name);
      return [];
    }
    switch (item['type'] ?? item['$kind']) {
      case 'ws-raw-request':
        return this.#request(name, item, inherited);
      case 'ws-socketio-request':
        notes.add('A Socket.IO request was left out: Socket.IO is not supported', name);
        return [];
      case 'grpc-request':
      case 'mqtt-request':
      case 'graphql-request':
      case 'http-request':
        notes.add('A request was left out: it is not for a WebSocket', name);
        return [];
    }
    if (Array.isArray(item['item'] ?? item['items'] ?? item['children'])) {
      this.#noteExtras(item, name);
      this.#variables(name, listOf(item['variable'] ?? item['variables']).map(fieldsOf));
      const auth = item['auth'] ?? inherited.auth;
      return folder(name, this.#items(item, { auth, depth: inherited.depth + 1 }));
    }
    if ('request' in item) {
      return this.#classic(name, item, taken, inherited);
    }
    notes.add('An item was left out: it is neither a request nor a folder', name);
    return [];
  }

  /** Format 3: the address in the payload, the saved messages as children. */
  #request(name: string, item: Fields, inherited: Inherited): readonly ItemEntry[] {
    const payload = fieldsOf(item['payload']);
    this.#noteExtras(item, name);
    const url = textOf(payload['url']) || urlOf(payload['url']);
    const parameters = notInQuery(url, this.#pairs(payload['queryParams'] ?? payload['params']));
    this.#addConnection(name, {
      url,
      parameters,
      headers: payload['headers'],
      variables: payload['pathVariables'],
      auth: payload['auth'] ?? item['auth'] ?? inherited.auth,
    });
    const taken = new FreeNames();
    const messages = listOf(item['children'] ?? item['messages'] ?? payload['messages']);
    return folder(
      name,
      messages.flatMap(child => {
        const message = fieldsOf(child);
        const { type } = message;
        if (type !== undefined && type !== 'ws-raw-message') {
          const label = textOf(message['title']) || textOf(message['name']);
          this.#context.notes.add(
            'A saved example was left out: it is an answer of the server',
            label,
          );
          return [];
        }
        return this.#message(message, taken, name);
      }),
    );
  }

  #message(message: Fields, taken: FreeNames, request: string): readonly ItemEntry[] {
    const { notes, messages } = this.#context;
    const payload = fieldsOf(message['payload']);
    const content = textOf(payload['content']);
    const label = textOf(message['title']) || textOf(message['name']);
    const body = this.#body(textOf(payload['type']), textOf(payload['subtype']), content);
    if (!body) {
      const why = 'A binary message was left out: its content is not valid base64 or hex';
      notes.add(why, label || request);
      return [];
    }
    if (content === '') {
      notes.add('A message was left out: it is empty', label || request);
      return [];
    }
    const entry = messages.place(label || nameFrom(content), body, taken);
    return entry ? [entry] : [];
  }

  #body(type: string, subtype: string, content: string): MessageBody | undefined {
    if (type === 'binary') {
      return subtype.startsWith('hex') ? hexBody(content) : base64Body(content);
    }
    const text = this.#context.translate(content);
    return type === 'json' && !jsonProblem(text) ? { as: 'json', text } : { as: 'text', text };
  }

  /** Format 2.1 supports HTTP only, but people also keep WebSocket URLs in it. */
  #classic(
    name: string,
    item: Fields,
    taken: FreeNames,
    inherited: Inherited,
  ): readonly ItemEntry[] {
    const { notes, messages } = this.#context;
    const value = item['request'];
    const request: Fields = typeof value === 'string' ? { url: value } : fieldsOf(value);
    const url = textOf(request['url']) || urlOf(request['url']);
    if (!/^\s*wss?:/i.test(url)) {
      notes.add('A request was left out: it is not for a WebSocket', name);
      return [];
    }
    this.#noteExtras(item, name);
    if (listOf(item['response']).length > 0) {
      notes.add('A saved example was left out: it is an answer of the server', name);
    }
    for (const key of ['proxy', 'certificate'].filter(each => request[each])) {
      notes.add(`The ${key} of a request was left out: set it in the connection`, name);
    }
    const { variable: variables, query } = fieldsOf(request['url']);
    const auth = request['auth'] ?? inherited.auth;
    const parameters = notInQuery(url, this.#pairs(query));
    this.#addConnection(name, { url, parameters, headers: request['header'], variables, auth });
    const { raw, mode = 'raw' } = fieldsOf(request['body']);
    const text = textOf(raw);
    if (text === '') {
      if (request['body'] && mode !== 'raw') {
        notes.add('A body was left out: it is not text', name);
      }
      return [];
    }
    const body = textBody(this.#context.translate(text));
    const entry = messages.place(name || nameFrom(text), body, taken);
    return entry ? [entry] : [];
  }

  #addConnection(
    name: string,
    found: {
      readonly url: string;
      readonly parameters: readonly Pair[];
      readonly headers: unknown;
      readonly variables: unknown;
      readonly auth: unknown;
    },
  ): void {
    const url = this.#withPathVariables(this.#context.translate(found.url.trim()), found.variables);
    const label = name || url;
    const { type, fields } = loginOf(found.auth);
    const { auth, headers } = authOf(type, fields, label, this.#context);
    this.#context.connections.add({
      name: label,
      url,
      parameters: found.parameters,
      headers: [...this.#pairs(found.headers), ...headers],
      ...(auth ? { auth } : {}),
    });
  }

  /** Replaces `:name` in the path by the value of that name. */
  #withPathVariables(url: string, variables: unknown): string {
    const values = new Map(this.#pairs(variables).map(({ name, value }) => [name, value]));
    return url.replaceAll(/\/:([^/?#:]+)/g, (whole, name: string) => {
      const value = values.get(name);
      return value === undefined || value === '' ? whole : `/${encodedTemplate(value)}`;
    });
  }

  /** Reads a list of objects; in older formats headers are one text. */
  #pairs(value: unknown): readonly Pair[] {
    const lines = typeof value === 'string' ? value.split(/\r?\n/) : [];
    const written = lines.map(line => {
      const [, key = '', text = ''] = /^([^:]*):?(.*)$/.exec(line) ?? [];
      return { key, value: text };
    });
    return [...written, ...listOf(value).map(fieldsOf)].map((each: Fields) => ({
      name: this.#context.translate(textOf(each['key'])),
      value: this.#context.translate(scalarOf(each['value'])),
      isDisabled: isTrue(each['disabled']) || each['enabled'] === false,
    }));
  }

  #noteExtras(item: Fields, name: string): void {
    const { notes } = this.#context;
    if (listOf(item['event'] ?? item['events'] ?? item['scripts']).length > 0) {
      notes.add('A script was left out: scripts are not supported', name);
    }
    const inner = fieldsOf(item['request'])['description'] ?? item['description'];
    if ((textOf(inner) || textOf(fieldsOf(inner)['content'])) !== '') {
      notes.add('A description was left out: descriptions are not supported', name);
    }
  }
}

/** `undefined` if the value is nested so deeply that it exhausts the stack. */
function jsonText(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The parameters that the URL does not contain yet, and all disabled ones. */
function notInQuery(url: string, parameters: readonly Pair[]): readonly Pair[] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  const names = new Set(query.split('&').map(part => percentDecoded(part.replace(/=.*$/s, ''))));
  return parameters.filter(({ name, isDisabled }) => isDisabled || !names.has(name));
}

/** Joins an address from its parts if `raw` is missing. */
function urlOf(value: unknown): string {
  const { raw, protocol, host, port, path, query } = fieldsOf(value);
  if (textOf(raw) !== '') {
    return textOf(raw);
  }
  const joined = (part: unknown, by: string) =>
    typeof part === 'string' ? part : listOf(part).map(scalarOf).join(by);
  const authority = joined(host, '.') + (scalarOf(port) === '' ? '' : `:${scalarOf(port)}`);
  if (authority === '') {
    return '';
  }
  const pairs = listOf(query)
    .map(fieldsOf)
    .filter(({ disabled }) => disabled !== true)
    .map(({ key, value: text }) => `${textOf(key)}=${scalarOf(text)}`);
  const scheme = textOf(protocol) === '' ? '' : `${textOf(protocol)}://`;
  const end = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  return `${scheme}${authority}/${joined(path, '/').replace(/^\//, '')}${end}`;
}

/** In format 2.1 the texts of a login are a list, in 2.0 an object, and in 3 the member `credentials`. */
function loginOf(value: unknown): { readonly type: string; readonly fields: Fields } {
  const auth = fieldsOf(value);
  const type = textOf(auth['type']);
  const texts = auth['credentials'] ?? auth[type];
  const listed = listOf(texts)
    .map(fieldsOf)
    .map(({ key, value: text }) => [textOf(key), text] as const);
  return { type, fields: { ...fieldsOf(texts), ...Object.fromEntries(listed) } };
}
