import { fieldsOf, listOf, scalarOf, textOf, type Fields } from '../draft/importResult.ts';

/** An item of an Insomnia file, independent of the format. */
export interface InsomniaNode {
  readonly kind: 'folder' | 'websocket' | 'http' | 'other';
  /** What the item is, for the note if it is left out. */
  readonly what: string;
  readonly fields: Fields;
  /** The items of a folder, in order. */
  readonly children: readonly InsomniaNode[];
  /** The saved messages of a WebSocket request. */
  readonly messages: readonly Fields[];
  /** The environments of a workspace. */
  readonly environments: readonly InsomniaEnvironment[];
}

export interface InsomniaEnvironment {
  readonly fields: Fields;
  /** Environments that inherit its variables. */
  readonly children: readonly InsomniaEnvironment[];
}

/** The maximum nesting of folders, and of environments; no program writes more. */
const maxDepth = 15;

type Kinds = Readonly<Record<string, readonly [kind: InsomniaNode['kind'], what: string]>>;

const kinds: Kinds = {
  workspace: ['folder', 'A workspace'],
  request_group: ['folder', 'A folder'],
  websocket_request: ['websocket', 'A request'],
  request: ['http', 'A request'],
  grpc_request: ['other', 'A request'],
  socket_io_request: ['other', 'A request'],
  socketio_request: ['other', 'A request'],
  mcp_request: ['other', 'A request'],
};

/** Types that are read with their parents, or hold only the program's own state. */
const silent =
  /^(?:environment|websocket_payload|socket_io_payload|cookie_jar|api_spec|workspace_meta|.*_meta|settings|stats)$/;

/** The items of a file, and those that could not be reached. */
export interface InsomniaTree {
  readonly roots: readonly InsomniaNode[];
  /** Variables that belong to no workspace of the file. */
  readonly environments: readonly InsomniaEnvironment[];
  readonly cookies: number;
  /** The names of items that were left out. */
  readonly lost: readonly string[];
}

/** Format 4 is a flat list, in which each resource names its parent. */
export function treeOfResources(resources: readonly unknown[]): InsomniaTree {
  return new ResourceTree(resources.map(fieldsOf)).read();
}

class ResourceTree {
  readonly #resources: readonly Fields[];
  readonly #childrenOf = new Map<string, Fields[]>();
  /** Prevents endless recursion for duplicate ids and cycles. */
  readonly #seen = new Set<Fields>();

  constructor(resources: readonly Fields[]) {
    this.#resources = resources;
    for (const resource of resources) {
      const parent = textOf(resource['parentId']);
      const siblings = this.#childrenOf.get(parent) ?? [];
      siblings.push(resource);
      this.#childrenOf.set(parent, siblings);
    }
  }

  read(): InsomniaTree {
    // Resources whose parent is missing are read as roots, since people delete lines.
    const ids = new Set(this.#resources.map(({ _id }) => textOf(_id)));
    ids.delete('');
    const tops = this.#resources.filter(({ parentId }) => !ids.has(textOf(parentId)));
    const roots = this.#nodes(tops, 0);
    const environments = this.#environments(tops);
    const jars = this.#resources.filter(({ _type }) => _type === 'cookie_jar');
    return {
      roots,
      environments,
      cookies: jars.reduce((sum, { cookies }) => sum + listOf(cookies).length, 0),
      lost: this.#resources
        .filter(each => !this.#seen.has(each) && !/_jar$|_meta$/.test(textOf(each['_type'])))
        .map(({ name, _id }) => textOf(name) || textOf(_id)),
    };
  }

  #nodes(resources: readonly Fields[], depth: number): readonly InsomniaNode[] {
    if (depth > maxDepth) {
      return [];
    }
    return sorted(resources, ({ metaSortKey }) => metaSortKey).flatMap(fields => {
      const type = textOf(fields['_type']);
      const [kind, what] = (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? [
        'other',
        `"${type.slice(0, 60)}"`,
      ];
      if (silent.test(type) || !this.#take(fields)) {
        return [];
      }
      const below = this.#childrenOf.get(textOf(fields['_id'])) ?? [];
      const messages = below.filter(({ _type }) => _type === 'websocket_payload');
      messages.forEach(each => this.#take(each));
      const children = kind === 'folder' ? this.#nodes(below, depth + 1) : [];
      const environments = type === 'workspace' ? this.#environments(below) : [];
      return [{ kind, what, fields, children, messages, environments }];
    });
  }

  #environments(resources: readonly Fields[], depth = 0): readonly InsomniaEnvironment[] {
    if (depth > maxDepth) {
      return [];
    }
    return resources
      .filter(each => each['_type'] === 'environment' && this.#take(each))
      .map(fields => {
        const below = this.#childrenOf.get(textOf(fields['_id'])) ?? [];
        return { fields, children: this.#environments(below, depth + 1) };
      });
  }

  /** Whether the resource was not visited before. */
  #take(resource: Fields): boolean {
    const isNew = !this.#seen.has(resource);
    this.#seen.add(resource);
    return isNew;
  }
}

/** Format 5 is a tree; the kind of an item follows from its id and its members. */
export function treeOfFile(file: Fields): InsomniaTree {
  const lost: string[] = [];
  const bases = Array.isArray(file['environments']) ? file['environments'] : [file['environments']];
  const environments = (bases as readonly unknown[]).map(environmentOf);
  const root: InsomniaNode = {
    kind: 'folder',
    what: 'A workspace',
    fields: file,
    messages: [],
    environments,
    children: nodesOf(file['collection'], 1, lost),
  };
  return {
    roots: [root],
    environments: [],
    lost,
    cookies: listOf(fieldsOf(file['cookieJar'])['cookies']).length,
  };
}

function environmentOf(value: unknown): InsomniaEnvironment {
  const fields = fieldsOf(value);
  const children = listOf(fields['subEnvironments']).map(each => {
    return { fields: fieldsOf(each), children: [] };
  });
  return { fields, children };
}

function nodesOf(value: unknown, depth: number, lost: string[]): readonly InsomniaNode[] {
  const all = listOf(value).map(fieldsOf);
  if (depth > maxDepth) {
    lost.push(...all.map(({ name }) => textOf(name)));
    return [];
  }
  return sorted(all, ({ meta }) => fieldsOf(meta)['sortKey']).map(fields => {
    const kind = kindOf(fields);
    return {
      kind,
      what: 'A request',
      fields,
      environments: [],
      children: kind === 'folder' ? nodesOf(fields['children'], depth + 1, lost) : [],
      messages: listOf(fields['payloads']).map(fieldsOf),
    };
  });
}

function kindOf(fields: Fields): InsomniaNode['kind'] {
  const id = textOf(fieldsOf(fields['meta'])['id']);
  if ('children' in fields || id.startsWith('fld')) {
    return 'folder';
  }
  if (id.startsWith('ws-req')) {
    return 'websocket';
  }
  if (/^(?:greq|socketio|mcp)/.test(id) || 'protoFileId' in fields || 'eventListeners' in fields) {
    return 'other';
  }
  return 'method' in fields || id.startsWith('req')
    ? 'http'
    : 'url' in fields
      ? 'websocket'
      : 'other';
}

function sorted(all: readonly Fields[], keyOf: (fields: Fields) => unknown): readonly Fields[] {
  const number = (fields: Fields) => Number(scalarOf(keyOf(fields))) || 0;
  return [...all].sort((one, other) => number(one) - number(other));
}
