import { FreeNames, type ItemEntry } from '../../library/librarySchema.ts';
import { maskUrl } from '../../secrets/mask.ts';
import {
  fieldsOf,
  listOf,
  scalarOf,
  textOf,
  type Fields,
  type Imported,
} from '../draft/importResult.ts';
import { ImportDraft } from '../draft/importDraft.ts';
import { base64Body, folder, nameFrom, textBody } from '../draft/messageCollector.ts';
import { escapeReferences } from '../draft/references.ts';

/** Opcodes of RFC 6455, section 5.2. */
const textOpcode = 1;
const binaryOpcode = 2;

/** Whether parsed JSON has the structure of an HTTP archive. */
export function isHar(value: unknown): boolean {
  return Array.isArray(fieldsOf(fieldsOf(value)['log'])['entries']);
}

/** Reads the messages that a client sent in the WebSocket sessions of an archive, without duplicates. */
export function readHar(value: unknown, secretNames: Iterable<string>): Imported {
  const { entries } = fieldsOf(fieldsOf(value)['log']);
  return new HarReader(secretNames).read(listOf(entries));
}

class HarReader {
  readonly #context: ImportDraft;

  constructor(secretNames: Iterable<string>) {
    this.#context = new ImportDraft(secretNames);
  }

  read(entries: readonly unknown[]): Imported {
    const { notes, messages } = this.#context;
    const items = entries.flatMap(entry => this.#entry(fieldsOf(entry)));
    if (messages.count > 0) {
      notes.add('Recorded messages may contain secrets: check them before you share them');
    }
    return this.#context.result('an HTTP archive (HAR)', items);
  }

  #entry(entry: Fields): readonly ItemEntry[] {
    const { notes, connections } = this.#context;
    const request = fieldsOf(entry['request']);
    const address = textOf(request['url']);
    const recorded = entry['_webSocketMessages'];
    if (!isWebSocket(entry, request)) {
      notes.add('A request was left out: it has no WebSocket messages', nameOf(address));
      return [];
    }
    // Browsers write `https:` for some WebSocket requests.
    const url = address.replace(/^http/i, 'ws');
    const name = hostOf(url);
    const headers = pairsOf(request['headers']);
    const cookies = headers.some(each => /^cookie$/i.test(each.name))
      ? []
      : pairsOf(request['cookies']).map(each => ({
          name: 'Cookie',
          value: `${each.name}=${each.value}`,
        }));
    connections.add({ name, url: escapeReferences(url), headers: [...headers, ...cookies] });
    const messages = listOf(recorded);
    if (messages.length === 0) {
      notes.add(
        'A session has no messages: only its address and headers were imported',
        nameOf(url),
      );
    }
    return folder(name, this.#messages(messages, name));
  }

  #messages(recorded: readonly unknown[], session: string): readonly ItemEntry[] {
    const { notes } = this.#context;
    const taken = new FreeNames();
    const seen = new Set<string>();
    return recorded.map(fieldsOf).flatMap(({ type, opcode, data }) => {
      if (type !== 'send') {
        notes.add('A received message was left out', session);
        return [];
      }
      const content = textOf(data);
      if (content === '' || seen.has(content)) {
        notes.add('A message was left out: it is empty or a duplicate', session);
        return [];
      }
      seen.add(content);
      return this.#message(opcode, content, taken);
    });
  }

  #message(opcode: unknown, content: string, taken: FreeNames): readonly ItemEntry[] {
    // Some programs omit the opcode, and record text only.
    const isText = opcode === textOpcode || opcode === undefined;
    const body = isText
      ? textBody(escapeReferences(content))
      : opcode === binaryOpcode
        ? base64Body(content)
        : undefined;
    if (!body) {
      const why = 'A message was left out: it is neither text nor base64';
      this.#context.notes.add(why, nameFrom(content));
      return [];
    }
    const name = isText ? nameFrom(content) : `Binary ${content.slice(0, 12)}`;
    const entry = this.#context.messages.place(name, body, taken);
    return entry ? [entry] : [];
  }
}

/** Detects a WebSocket also without messages: Firefox records only the handshake. */
function isWebSocket(entry: Fields, request: Fields): boolean {
  return (
    Array.isArray(entry['_webSocketMessages']) ||
    entry['_resourceType'] === 'websocket' ||
    /^wss?:/i.test(textOf(request['url'])) ||
    pairsOf(request['headers']).some(
      ({ name, value }) => /^upgrade$/i.test(name) && /^websocket$/i.test(value.trim()),
    )
  );
}

function pairsOf(value: unknown): readonly { readonly name: string; readonly value: string }[] {
  return listOf(value)
    .map(fieldsOf)
    .map(({ name, value: text }) => ({
      name: textOf(name),
      value: escapeReferences(scalarOf(text)),
    }));
}

function hostOf(url: string): string {
  return /^wss?:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1] ?? 'HAR';
}

/** A URL for a note, without its login, query and fragment. */
function nameOf(url: string): string {
  return maskUrl(url.replace(/#.*$/s, ''), 'peer');
}
