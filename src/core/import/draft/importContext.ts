import type { ItemEntry } from '../../library/librarySchema.ts';
import { ConnectionShelf } from './connectionShelf.ts';
import { CredentialShelf } from './credentials.ts';
import { EnvironmentShelf } from './environments.ts';
import { Notes, type Imported } from './imported.ts';
import { MessageShelf } from './messageShelf.ts';
import { ReferenceTranslator } from './references.ts';

/** What all readers of one file put their finds into. */
export class ImportContext {
  readonly notes = new Notes();
  readonly shelf = new MessageShelf(this.notes);
  readonly credentials: CredentialShelf;
  readonly environments: EnvironmentShelf;
  readonly connections: ConnectionShelf;
  readonly references: ReferenceTranslator;

  /**
   * @param secretNames of all secrets that are stored, or that something refers to
   * @param known references that the other program knows by itself, as ours
   */
  constructor(secretNames: Iterable<string>, known: Readonly<Record<string, string>> = {}) {
    this.credentials = new CredentialShelf(this.notes, secretNames);
    this.environments = new EnvironmentShelf(this.notes, this.credentials);
    this.connections = new ConnectionShelf(this.notes, this.credentials);
    this.references = new ReferenceTranslator(known, this.notes);
  }

  translate(text: string): string {
    return this.references.translate(text);
  }

  /** @param format what the file is, for people */
  result(format: string, items: readonly ItemEntry[]): Imported {
    const environments = this.environments.all;
    const connections = this.connections.all(environments);
    const defined = new Set(environments.flatMap(({ variables }) => Object.keys(variables)));
    return {
      kind: 'imported',
      format,
      items,
      environments,
      connections,
      credentials: this.credentials.all,
      undefinedNames: [...this.references.names].filter(name => !defined.has(name)),
      messageCount: this.shelf.count,
      notes: this.notes.sentences,
      groups: this.notes.groups,
    };
  }
}
