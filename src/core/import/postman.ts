import { FreeNames, type EnvironmentEntry, type ItemEntry } from '../library/fileEntries.ts';
import { jsonProblem, type MessageBody } from '../library/messageBody.ts';
import { environmentOf, headersOf } from './environments.ts';
import {
  fieldsOf,
  listOf,
  Notes,
  textOf,
  type Fields,
  type Imported,
  type ImportedConnection,
} from './imported.ts';
import { base64Body, folder, MessageShelf, nameFrom, textBody } from './messageShelf.ts';
import { ReferenceTranslator } from './references.ts';

const deepest = 15;

/** Postman's own names that mean the same here. Its `$timestamp` counts seconds, so it is not one. */
const known: Readonly<Record<string, string>> = {
  $guid: '${uuid}',
  $randomUUID: '${uuid}',
  $isoTimestamp: '${isoTimestamp}',
  $randomInt: '${random:0-1000}',
};

/** Whether parsed JSON says of itself that it comes from Postman. */
export function isPostman(value: unknown): boolean {
  const file = fieldsOf(value);
  return '_postman_variable_scope' in file || isCollection(file) || isWrapped(file);
}

function isCollection(file: Fields): boolean {
  const { schema } = fieldsOf(file['info']);
  return typeof schema === 'string' && /getpostman\.com|schema\.postman\.com/.test(schema);
}

/** As Postman's API answers it. */
function isWrapped(file: Fields): boolean {
  return isCollection(fieldsOf(file['collection']));
}

/**
 * Reads a collection: its WebSocket requests with their messages as folders (format 3, the only one
 * that carries them), requests to `ws:` addresses of format 2.1 with their body as the message, and
 * its variables; or an environment.
 */
export function readPostman(value: unknown): Imported {
  const file = fieldsOf(value);
  return new PostmanReader().read(isWrapped(file) ? fieldsOf(file['collection']) : file);
}

class PostmanReader {
  readonly #notes = new Notes();
  readonly #shelf = new MessageShelf(this.#notes);
  readonly #references = new ReferenceTranslator(known, this.#notes);
  readonly #connections: ImportedConnection[] = [];

  read(file: Fields): Imported {
    const isEnvironment = '_postman_variable_scope' in file;
    const { name } = isEnvironment ? file : fieldsOf(file['info']);
    const label = textOf(name) || 'Postman';
    const values = isEnvironment ? file['values'] : (file['variable'] ?? file['variables']);
    const environment = this.#environment(label, listOf(values));
    const items = this.#items(listOf(file['item'] ?? file['items']), 0);
    return {
      kind: 'imported',
      format: isEnvironment ? 'a Postman environment' : 'a Postman collection',
      items: folder(label, items),
      environments: environment ? [environment] : [],
      connections: this.#connections,
      messageCount: this.#shelf.count,
      notes: this.#notes.sentences,
    };
  }

  #environment(name: string, values: readonly unknown[]): EnvironmentEntry | undefined {
    const variables = values.map(fieldsOf).filter(each => {
      return each['enabled'] !== false && each['disabled'] !== true;
    });
    const read = variables.map(each => {
      const { key, value, type } = each;
      const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
      return [textOf(key), this.#references.translate(text), type === 'secret'] as const;
    });
    return environmentOf(name, read, this.#notes);
  }

  #items(values: readonly unknown[], depth: number): readonly ItemEntry[] {
    const taken = new FreeNames();
    return values.flatMap(value => this.#item(fieldsOf(value), taken, depth));
  }

  #item(item: Fields, taken: FreeNames, depth: number): readonly ItemEntry[] {
    const name = textOf(item['title']) || textOf(item['name']);
    const inner = item['item'] ?? item['items'];
    if (depth >= deepest) {
      this.#notes.add('A folder was left out: it is nested too deeply');
      return [];
    }
    switch (item['type'] ?? item['$kind']) {
      case 'ws-raw-request':
        return this.#request(name, item);
      case 'ws-socketio-request':
        this.#notes.add('A Socket.IO request was left out: its protocol is not spoken here');
        return [];
      case 'grpc-request':
      case 'mqtt-request':
      case 'graphql-request':
      case 'http-request':
        this.#notes.add('A request was left out: it is not for a WebSocket');
        return [];
    }
    if (Array.isArray(inner)) {
      return folder(name, this.#items(inner, depth + 1));
    }
    return 'request' in item ? this.#classic(name, item['request'], taken) : [];
  }

  /** Format 3: the address in the payload, the saved messages as children. */
  #request(name: string, item: Fields): readonly ItemEntry[] {
    const payload = fieldsOf(item['payload']);
    const headers = listOf(payload['headers']).map(fieldsOf);
    this.#addConnection(name, textOf(payload['url']), headers);
    const taken = new FreeNames();
    const messages = listOf(item['children'] ?? item['messages']).flatMap(child => {
      const message = fieldsOf(child);
      const { type } = message;
      if (type !== undefined && type !== 'ws-raw-message') {
        this.#notes.add('A saved example was left out: it is what a server answered');
        return [];
      }
      return this.#message(message, taken);
    });
    return folder(name, messages);
  }

  #message(message: Fields, taken: FreeNames): readonly ItemEntry[] {
    const payload = fieldsOf(message['payload']);
    const content = textOf(payload['content']);
    const body = this.#body(textOf(payload['type']), textOf(payload['subtype']), content);
    if (!body) {
      this.#notes.add('A binary message was left out: its content is not what it says');
      return [];
    }
    const name = textOf(message['title']) || textOf(message['name']) || nameFrom(content);
    const entry = this.#shelf.place(name, body, taken);
    return entry ? [entry] : [];
  }

  #body(type: string, subtype: string, content: string): MessageBody | undefined {
    if (type === 'binary') {
      return subtype.startsWith('hex') ? { as: 'hex', text: content } : base64Body(content);
    }
    const text = this.#references.translate(content);
    return type === 'json' && !jsonProblem(text) ? { as: 'json', text } : { as: 'text', text };
  }

  /** Format 2.1 knows HTTP only; people keep addresses of WebSockets in it nevertheless. */
  #classic(name: string, value: unknown, taken: FreeNames): readonly ItemEntry[] {
    const request: Fields = typeof value === 'string' ? { url: value } : fieldsOf(value);
    const { url } = request;
    const address = typeof url === 'string' ? url : textOf(fieldsOf(url)['raw']);
    if (!/^\s*wss?:/i.test(address)) {
      this.#notes.add('A request was left out: it is not for a WebSocket');
      return [];
    }
    this.#addConnection(name, address, listOf(request['header']).map(fieldsOf));
    const raw = textOf(fieldsOf(request['body'])['raw']);
    const body = textBody(this.#references.translate(raw));
    const entry = raw === '' ? undefined : this.#shelf.place(name || nameFrom(raw), body, taken);
    return entry ? [entry] : [];
  }

  #addConnection(name: string, url: string, headers: readonly Fields[]): void {
    const pairs = headers
      .filter(header => header['disabled'] !== true)
      .map(header => {
        return [
          textOf(header['key']),
          this.#references.translate(textOf(header['value'])),
        ] as const;
      });
    const address = this.#references.translate(url.trim());
    if (address !== '') {
      this.#connections.push({ name: name || address, url: address, headers: headersOf(pairs) });
    }
  }
}
