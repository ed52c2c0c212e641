import type { FieldTable } from '../wire/fieldTable.ts';

/** Texts of `.proto` files. Paths are written with slashes. */
export interface ProtoSources {
  /** The files whose types are wanted; what they import comes along. */
  readonly roots: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  /** Folders in which imports are looked for, after that of the importing file. */
  readonly includes?: readonly string[];
}

/** What the messages of a connection are declared in: `.proto` files, or a set of descriptors that a compiler has written. */
export type SchemaSources =
  ProtoSources | { readonly path: string; readonly descriptors: Uint8Array };

/** What is wrong at a place of a file; lines and columns count from 1. */
export interface SchemaProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ReadSchema {
  /** Of what could be read. */
  readonly table: FieldTable;
  readonly problems: readonly SchemaProblem[];
  /** For each import that was not found, the paths where it may be, the first one first. */
  readonly missing: readonly (readonly string[])[];
}

/** Reads a schema that is in memory already. Nothing is generated, and no file is read. */
export type ReadProtobufSchema = (sources: SchemaSources) => Promise<ReadSchema>;
