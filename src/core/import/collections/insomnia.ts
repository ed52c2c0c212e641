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
  type Notes,
} from '../draft/importResult.ts';
import { authOf } from '../draft/importedAuth.ts';
import { ImportDraft } from '../draft/importDraft.ts';
import {
  treeOfFile,
  treeOfResources,
  type InsomniaEnvironment,
  type InsomniaNode,
  type InsomniaTree,
} from './insomniaTree.ts';
import { folder, nameFrom } from '../draft/messageCollector.ts';
import { encodedTemplate } from '../draft/references.ts';

/** Whether parsed JSON is an export of Insomnia's format 4. */
export function isInsomnia4(value: unknown): boolean {
  const file = fieldsOf(value);
  return file['_type'] === 'export' && Array.isArray(file['resources']);
}

/** Whether parsed JSON or YAML is a file of Insomnia's format 5. */
export function isInsomnia5(value: unknown): boolean {
  return /^\w+\.insomnia(?:\.rest)?\/5/.test(textOf(fieldsOf(value)['type']));
}

/** Reads an export of format 4, which is JSON. */
export function readInsomnia4(value: unknown, secretNames: Iterable<string>): Imported {
  const tree = treeOfResources(listOf(fieldsOf(value)['resources']));
  return new InsomniaReader(secretNames).read(tree);
}

/** Reads a file of format 5, YAML or JSON: the only format that Insomnia has written since version 11. */
export function readInsomnia5(value: unknown, secretNames: Iterable<string>): Imported {
  const file = fieldsOf(value);
  const reader = new InsomniaReader(secretNames);
  const others = ['certificates', 'testSuites', 'spec', 'server', 'routes', 'mcpRequest'];
  for (const key of others.filter(each => each in file)) {
    reader.notes.add(`"${key}" was left out: it is not for a WebSocket`);
  }
  return reader.read(treeOfFile(file));
}

/** What the items of a folder inherit. */
interface Inherited {
  /** Names of the folders, outermost first. */
  readonly path: readonly string[];
  readonly headers: readonly Pair[];
  readonly authentication: Fields;
  readonly variables: Readonly<Record<string, string>>;
}

const root: Inherited = { path: [], headers: [], authentication: {}, variables: {} };

/**
 * WebSocket requests become folders with their messages, and connections; requests for other protocols
 * are left out. Environments of this extension do not inherit, so variables of parents are copied.
 */
class InsomniaReader {
  readonly #context: ImportDraft;

  constructor(secretNames: Iterable<string>) {
    this.#context = new ImportDraft(secretNames);
  }

  get notes() {
    return this.#context.notes;
  }

  read({ roots, environments, cookies, lost }: InsomniaTree): Imported {
    const variables = this.#environments(environments, {});
    const items = this.#nodes(roots, { ...root, variables });
    if (cookies > 0) {
      this.notes.add('The cookies of the jar were left out: add them as the header Cookie');
    }
    for (const name of lost) {
      this.notes.add(
        'An item was left out: it is in no folder of the file, or nested too deeply',
        name,
      );
    }
    return this.#context.result('an Insomnia export', items);
  }

  #nodes(nodes: readonly InsomniaNode[], outer: Inherited): readonly ItemEntry[] {
    return nodes.flatMap(node => {
      const { fields, kind, what } = node;
      const isForWebSocket = kind === 'http' && /^\s*wss?:/i.test(textOf(fields['url']));
      if (kind === 'folder') {
        return this.#folder(node, outer);
      }
      if (kind === 'websocket' || isForWebSocket) {
        return this.#request(node, outer);
      }
      this.notes.add(`${what} was left out: it is not for a WebSocket`, textOf(fields['name']));
      return [];
    });
  }

  #folder({ fields, children, environments }: InsomniaNode, outer: Inherited) {
    const name = textOf(fields['name']) || 'Insomnia';
    this.#noteExtras(fields, name);
    const path = [...outer.path, name];
    const inherited = this.#environments(environments, outer.variables);
    const own = this.#variables(fields['environment'], fields);
    let variables = inherited;
    if (own.length > 0) {
      variables = this.#context.environments.add(name, own, inherited);
      const why = 'with those of the enclosing environment';
      this.notes.add(`The variables of a folder became an environment, ${why}`, name);
    }
    const { type } = fieldsOf(fields['authentication']);
    return folder(
      name,
      this.#nodes(children, {
        path,
        variables,
        headers: [...outer.headers, ...this.#pairs(fields['headers'])],
        authentication:
          textOf(type) === '' ? outer.authentication : fieldsOf(fields['authentication']),
      }),
    );
  }

  #request({ fields, messages }: InsomniaNode, outer: Inherited): readonly ItemEntry[] {
    const context = this.#context;
    const url = this.#url(fields);
    const name = textOf(fields['name']) || url;
    this.#noteExtras(fields, name);
    const own = fieldsOf(fields['authentication']);
    const login = textOf(own['type']) === '' ? outer.authentication : own;
    const { auth, headers } = authOf(textOf(login['type']), login, name, context);
    context.connections.add({
      name,
      url,
      parameters: this.#pairs(fields['parameters']),
      headers: [...withoutOverridden(outer.headers, this.#pairs(fields['headers'])), ...headers],
      ...(auth ? { auth } : {}),
    });
    const taken = new FreeNames();
    const { text, mimeType } = fieldsOf(fields['body']);
    const body = textOf(text) === '' ? [] : [{ value: text, mode: mimeType }];
    return folder(
      name,
      [...messages, ...body].flatMap(message => this.#message(message, taken, name)),
    );
  }

  /** Replaces `:name` in the path by the value of that name. */
  #url(fields: Fields): string {
    const values = new Map(
      this.#pairs(fields['pathParameters']).map(({ name, value }) => [name, value]),
    );
    return this.#context
      .translate(textOf(fields['url']).trim())
      .replaceAll(/\/:([^/?#:]+)/g, (whole, name: string) => {
        const value = values.get(name);
        return value === undefined || value === '' ? whole : `/${encodedTemplate(value)}`;
      });
  }

  #message(message: Fields, taken: FreeNames, request: string): readonly ItemEntry[] {
    const { notes, messages } = this.#context;
    const text = this.#context.translate(textOf(message['value']));
    const name = textOf(message['name']);
    if (text === '') {
      notes.add('A message was left out: it is empty', name || request);
      return [];
    }
    const isJson = textOf(message['mode']).includes('json') && !jsonProblem(text);
    const body: MessageBody = isJson ? { as: 'json', text } : { as: 'text', text };
    const entry = messages.place(name || nameFrom(textOf(message['value'])), body, taken);
    return entry ? [entry] : [];
  }

  /** Returns the variables of the first environment, which folders inherit. */
  #environments(
    all: readonly InsomniaEnvironment[],
    inherited: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> {
    const read = all.map(({ fields, children }) => {
      const name = textOf(fields['name']) || 'Insomnia';
      const own = this.#variables(fields['data'], fields);
      const variables = this.#context.environments.add(name, own, inherited);
      this.#environments(children, variables);
      return variables;
    });
    return read[0] ?? inherited;
  }

  #variables(data: unknown, { kvPairData, environmentType }: Fields) {
    const pairs = environmentType === 'kv' ? listOf(kvPairData).map(fieldsOf) : [];
    const secrets = new Set(
      pairs.filter(({ type }) => type === 'secret').map(({ name }) => textOf(name)),
    );
    for (const { name, enabled } of pairs) {
      if (enabled === false || enabled === 'false') {
        this.notes.add('A variable was left out: it is disabled', textOf(name));
      }
    }
    return flatVariables(data, this.notes).map(([name, value]) => ({
      name,
      value: this.#context.translate(value),
      isSecret: secrets.has(name),
    }));
  }

  #pairs(value: unknown): readonly Pair[] {
    return listOf(value)
      .map(fieldsOf)
      .map(({ name, value: text, disabled }) => ({
        name: this.#context.translate(textOf(name)),
        value: this.#context.translate(scalarOf(text)),
        isDisabled: isTrue(disabled),
      }));
  }

  #noteExtras(fields: Fields, name: string): void {
    const { preRequest, afterResponse } = fieldsOf(fields['scripts']);
    const scripts = [
      preRequest,
      afterResponse,
      fields['preRequestScript'],
      fields['afterResponseScript'],
    ];
    if (scripts.some(each => textOf(each) !== '')) {
      this.notes.add('A script was left out: scripts are not supported', name);
    }
    const description =
      textOf(fields['description']) || textOf(fieldsOf(fields['meta'])['description']);
    if (description !== '') {
      this.notes.add('A description was left out: descriptions are not supported', name);
    }
  }
}

/** The headers of a folder that its request does not override, then those of the request. */
function withoutOverridden(outer: readonly Pair[], own: readonly Pair[]): readonly Pair[] {
  const names = new Set(
    own.filter(({ isDisabled }) => !isDisabled).map(({ name }) => name.toLowerCase()),
  );
  return [...outer.filter(({ name }) => !names.has(name.toLowerCase())), ...own];
}

/** Deeper nesting, and more values, are not expected in variables. */
const maxVariableDepth = 10;
const maxVariables = 5000;

/**
 * The values of nested data by the names under which other programs refer to them: `api.host`, and
 * `list.0` for an item of a list.
 */
function flatVariables(
  data: unknown,
  notes: Notes,
): readonly (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const visit = (value: unknown, name: string, depth: number) => {
    if (typeof value !== 'object' || value === null) {
      if (found.length < maxVariables) {
        found.push([name, scalarOf(value)]);
      } else {
        notes.add(
          `A variable was left out: only the first ${maxVariables} of an environment are imported`,
        );
      }
      return;
    }
    const members = Object.entries(value);
    if (members.length === 0 || depth > maxVariableDepth) {
      const why = members.length === 0 ? 'it is empty' : 'it is nested too deeply';
      notes.add(`The variable "${name.slice(0, 60)}" was left out: ${why}`);
      return;
    }
    for (const [key, each] of members) {
      visit(each, name === '' ? key : `${name}.${key}`, depth + 1);
    }
  };
  if (typeof data === 'object' && data !== null && Object.keys(data).length > 0) {
    visit(data, '', 0);
  }
  return found;
}
