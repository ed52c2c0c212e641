import { FreeNames, type ItemEntry } from '../library/fileEntries.ts';
import { headersOf } from './environments.ts';
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
import { escapeReferences } from './references.ts';

/** Opcodes of RFC 6455, section 5.2. */
const textOpcode = 1;
const binaryOpcode = 2;

/** Whether parsed JSON has the outline of an HTTP archive. */
export function isHar(value: unknown): boolean {
  return Array.isArray(fieldsOf(fieldsOf(value)['log'])['entries']);
}

/** Reads what a client sent in the WebSocket sessions of an archive, each message once. */
export function readHar(value: unknown): Imported {
  return new HarReader().read(listOf(fieldsOf(fieldsOf(value)['log'])['entries']));
}

class HarReader {
  readonly #notes = new Notes();
  readonly #shelf = new MessageShelf(this.#notes);
  readonly #connections: ImportedConnection[] = [];

  read(entries: readonly unknown[]): Imported {
    const items = entries.flatMap(entry => this.#entry(fieldsOf(entry)));
    if (this.#shelf.count > 0) {
      this.#notes.add('What was recorded may hold secrets: look it through before it is shared');
    }
    return {
      kind: 'imported',
      format: 'an HTTP archive (HAR)',
      items,
      environments: [],
      connections: this.#connections,
      messageCount: this.#shelf.count,
      notes: this.#notes.sentences,
    };
  }

  #entry(entry: Fields): readonly ItemEntry[] {
    const recorded = entry['_webSocketMessages'];
    if (!Array.isArray(recorded)) {
      this.#notes.add('A request was left out: it has no WebSocket messages');
      return [];
    }
    const request = fieldsOf(entry['request']);
    const url = textOf(request['url']).replace(/^http/i, 'ws');
    const name = hostOf(url);
    if (url !== '') {
      const pairs = listOf(request['headers'])
        .map(fieldsOf)
        .map(header => {
          return [textOf(header['name']), escapeReferences(textOf(header['value']))] as const;
        });
      this.#connections.push({ name, url: escapeReferences(url), headers: headersOf(pairs) });
    }
    return folder(name, this.#messages(recorded as readonly unknown[]));
  }

  #messages(recorded: readonly unknown[]): readonly ItemEntry[] {
    const taken = new FreeNames();
    const seen = new Set<string>();
    return recorded.map(fieldsOf).flatMap(({ type, opcode, data }) => {
      if (type !== 'send') {
        this.#notes.add('A received message was left out');
        return [];
      }
      const content = textOf(data);
      if (content === '' || seen.has(content)) {
        this.#notes.add('A message was left out: it is empty, or there already');
        return [];
      }
      seen.add(content);
      return this.#message(opcode, content, taken);
    });
  }

  #message(opcode: unknown, content: string, taken: FreeNames): readonly ItemEntry[] {
    // Some programs leave the opcode out, and then have text only.
    const isText = opcode === textOpcode || opcode === undefined;
    const body = isText
      ? textBody(escapeReferences(content))
      : opcode === binaryOpcode
        ? base64Body(content)
        : undefined;
    if (!body) {
      this.#notes.add('A message was left out: it is neither text nor base64');
      return [];
    }
    const name = isText ? nameFrom(content) : `Binary ${content.slice(0, 12)}`;
    const entry = this.#shelf.place(name, body, taken);
    return entry ? [entry] : [];
  }
}

function hostOf(url: string): string {
  return /^wss?:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? 'HAR';
}
