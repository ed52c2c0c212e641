import type { ItemEntry } from '../../library/librarySchema.ts';
import { ConnectionCollector } from './connectionCollector.ts';
import { SecretCollector } from './secretCollector.ts';
import { EnvironmentCollector } from './environmentCollector.ts';
import { Notes, type Imported } from './importResult.ts';
import { MessageCollector } from './messageCollector.ts';
import { ReferenceTranslator } from './references.ts';

/** Collects the contents of a file while it is read. */
export class ImportDraft {
  readonly notes = new Notes();
  readonly messages = new MessageCollector(this.notes);
  readonly credentials: SecretCollector;
  readonly environments: EnvironmentCollector;
  readonly connections: ConnectionCollector;
  readonly references: ReferenceTranslator;

  /**
   * @param secretNames of all secrets that are stored or referred to
   * @param known built-in variables of the other program, and the references that replace them
   */
  constructor(secretNames: Iterable<string>, known: Readonly<Record<string, string>> = {}) {
    this.credentials = new SecretCollector(this.notes, secretNames);
    this.environments = new EnvironmentCollector(this.notes, this.credentials);
    this.connections = new ConnectionCollector(this.notes, this.credentials);
    this.references = new ReferenceTranslator(known, this.notes);
  }

  translate(text: string): string {
    return this.references.translate(text);
  }

  /** @param format name of the format, to be shown */
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
      messageCount: this.messages.count,
      notes: this.notes.sentences,
      groups: this.notes.groups,
    };
  }
}
