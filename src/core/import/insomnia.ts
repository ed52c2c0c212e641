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
import { folder, MessageShelf, nameFrom } from './messageShelf.ts';
import { ReferenceTranslator } from './references.ts';

const deepest = 15;

/** Whether parsed JSON says of itself that it is an export of Insomnia's format 4. */
export function isInsomnia(value: unknown): boolean {
  const file = fieldsOf(value);
  return file['_type'] === 'export' && Array.isArray(file['resources']);
}

/** Whether a text is an export of Insomnia's format 5, which is YAML. */
export function isInsomniaYaml(text: string): boolean {
  return /^type:\s*["']?[\w.]+\.insomnia\.rest\/5/m.test(text.slice(0, 2000));
}

/**
 * Reads an export of format 4: a flat list, in which each resource names its parent. WebSocket
 * requests become folders that hold their message; requests for other protocols are left out.
 */
export function readInsomnia(value: unknown): Imported {
  return new InsomniaReader(listOf(fieldsOf(value)['resources'])).read();
}

class InsomniaReader {
  readonly #notes = new Notes();
  readonly #shelf = new MessageShelf(this.#notes);
  readonly #references = new ReferenceTranslator({}, this.#notes);
  readonly #resources: readonly Fields[];
  readonly #childrenOf = new Map<string, Fields[]>();
  /** An id that is there twice, or a resource within itself, would be gone through for ever. */
  readonly #seen = new Set<Fields>();
  readonly #connections: ImportedConnection[] = [];

  constructor(resources: readonly unknown[]) {
    this.#resources = resources.map(fieldsOf);
    for (const resource of this.#resources) {
      const parent = textOf(resource['parentId']);
      const siblings = this.#childrenOf.get(parent) ?? [];
      siblings.push(resource);
      this.#childrenOf.set(parent, siblings);
    }
  }

  read(): Imported {
    // Whatever hangs below nothing that is in the file still counts: people delete lines.
    const ids = new Set(this.#resources.map(({ _id }) => textOf(_id)));
    const roots = this.#resources.filter(({ parentId }) => !ids.has(textOf(parentId)));
    const items = this.#items(roots, 0);
    for (const { _type } of this.#resources) {
      if (_type === 'request' || _type === 'grpc_request' || _type === 'socket_io_request') {
        this.#notes.add('A request was left out: it is not for a WebSocket');
      }
    }
    return {
      kind: 'imported',
      format: 'an Insomnia export',
      items,
      environments: this.#resources.flatMap(resource => this.#environment(resource)),
      connections: this.#connections,
      messageCount: this.#shelf.count,
      notes: this.#notes.sentences,
    };
  }

  #items(resources: readonly Fields[], depth: number): readonly ItemEntry[] {
    if (depth > deepest) {
      return [];
    }
    return [...resources].sort(bySortKey).flatMap(resource => {
      if (this.#seen.has(resource)) {
        return [];
      }
      this.#seen.add(resource);
      const children = this.#childrenOf.get(textOf(resource['_id'])) ?? [];
      switch (resource['_type']) {
        case 'workspace':
        case 'request_group': {
          const inner = this.#items(children, depth + 1);
          return folder(textOf(resource['name']) || 'Insomnia', inner);
        }
        case 'websocket_request':
          return this.#request(resource, children);
        default:
          return [];
      }
    });
  }

  #request(request: Fields, children: readonly Fields[]): readonly ItemEntry[] {
    const url = this.#references.translate(textOf(request['url']).trim());
    const name = textOf(request['name']) || url;
    if (url !== '') {
      const pairs = listOf(request['headers'])
        .map(fieldsOf)
        .filter(header => header['disabled'] !== true)
        .map(({ name, value }) => {
          return [textOf(name), this.#references.translate(textOf(value))] as const;
        });
      this.#connections.push({ name, url, headers: headersOf(pairs) });
    }
    const { type } = fieldsOf(request['authentication']);
    if (typeof type === 'string' && type !== 'none') {
      this.#notes.add(`The authentication of "${name}" was left out: set it at the connection`);
    }
    const taken = new FreeNames();
    const payloads = children.filter(({ _type }) => _type === 'websocket_payload');
    return folder(
      name,
      payloads.flatMap(payload => this.#message(payload, taken)),
    );
  }

  #message(payload: Fields, taken: FreeNames): readonly ItemEntry[] {
    const text = this.#references.translate(textOf(payload['value']));
    if (text === '') {
      return [];
    }
    const isJson = textOf(payload['mode']).includes('json') && !jsonProblem(text);
    const body: MessageBody = isJson ? { as: 'json', text } : { as: 'text', text };
    const entry = this.#shelf.place(textOf(payload['name']) || nameFrom(text), body, taken);
    return entry ? [entry] : [];
  }

  #environment(resource: Fields): readonly EnvironmentEntry[] {
    if (resource['_type'] !== 'environment') {
      return [];
    }
    const values = Object.entries(fieldsOf(resource['data'])).flatMap(([key, value]) => {
      if (typeof value === 'object' && value !== null) {
        this.#notes.add(`The variable "${key.slice(0, 60)}" was left out: it is no text`);
        return [];
      }
      return [[key, this.#references.translate(String(value)), false] as const];
    });
    const environment = environmentOf(textOf(resource['name']), values, this.#notes);
    return environment ? [environment] : [];
  }
}

function bySortKey(one: Fields, other: Fields): number {
  const keyOf = ({ metaSortKey }: Fields) => (typeof metaSortKey === 'number' ? metaSortKey : 0);
  return keyOf(one) - keyOf(other);
}
