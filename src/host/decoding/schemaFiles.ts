import { l10n, Uri, workspace } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import type {
  ReadProtobufSchema,
  ReadSchema,
} from '../../core/decode/protobuf/schema/schemaSources.ts';
import type { FieldTable } from '../../core/decode/protobuf/wire/fieldTable.ts';
import { isProtoFile } from '../../core/decode/registry/protobufUse.ts';
import type { ReadFileWithin } from '../../core/message/fileAccess.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { readWithin } from '../ui/readWithin.ts';
import { placesOf } from '../settings/placesOf.ts';

/** A schema as a rule names it. */
export interface SchemaRequest {
  /** Whose rule it is: a workspace may only name files that are in it. */
  readonly scope: SettingsScope;
  readonly schema: readonly string[];
  readonly includes: readonly string[];
}

export interface FileProblem {
  readonly uri: Uri;
  /** From 1 on. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface LoadedSchema {
  /** `undefined`: there is none to be used. */
  readonly table: FieldTable | undefined;
  /** Why there is no table, as a sentence; absent also in Restricted Mode, where no schema is read. */
  readonly failure?: string;
  readonly problems: readonly FileProblem[];
  /** The files that were read, and those that were not there. */
  readonly watched: readonly Uri[];
}

export interface SchemaFilesPorts {
  readonly readFile: ReadFileWithin;
  readonly readSchema: ReadProtobufSchema;
}

const maxFiles = 200;
const maxMiB = 4;
const maxTotalMiB = 16;
const mebibyte = 1024 * 1024;

/** Reads the files of a schema, and those that they import. Never rejects. */
export async function loadSchema(
  request: SchemaRequest,
  ports: SchemaFilesPorts,
): Promise<LoadedSchema> {
  if (!workspace.isTrusted) {
    return { table: undefined, problems: [], watched: [] };
  }
  const files = new SchemaFiles(request, ports);
  try {
    const { table, problems } = await files.load();
    return { table, problems, watched: files.watched };
  } catch (error) {
    return { table: undefined, failure: messageOf(error), problems: [], watched: files.watched };
  }
}

class SchemaFiles {
  readonly #request: SchemaRequest;
  readonly #ports: SchemaFilesPorts;
  /** By the paths of their URIs. */
  readonly #texts = new Map<string, string>();
  readonly #watched = new Map<string, Uri>();
  #byteLength = 0;

  constructor(request: SchemaRequest, ports: SchemaFilesPorts) {
    this.#request = request;
    this.#ports = ports;
  }

  get watched(): readonly Uri[] {
    return [...this.#watched.values()];
  }

  /** @throws UserError if there is no schema to be used */
  async load(): Promise<Pick<LoadedSchema, 'table' | 'problems'>> {
    const { schema } = this.#request;
    const roots: Uri[] = [];
    for (const path of schema) {
      const { uri, bytes } = await this.#readRoot(path);
      if (!isProtoFile(path)) {
        const read = await this.#ports.readSchema({ path: uri.path, descriptors: bytes });
        return usable(read, path, () => uri);
      }
      this.#texts.set(uri.path, new TextDecoder().decode(bytes));
      roots.push(uri);
    }
    const [base] = roots;
    if (!base) {
      throw new UserError(l10n.t('The schema names no file.'));
    }
    const at = (path: string) => base.with({ path });
    const sources = {
      roots: roots.map(({ path }) => path),
      files: this.#texts,
      includes: [...this.#includes(), ...roots.flatMap(foldersAbove)],
    };
    let read = await this.#ports.readSchema(sources);
    while (await this.#readMissing(read.missing, at)) {
      read = await this.#ports.readSchema(sources);
    }
    return usable(read, schema.join(', '), at);
  }

  async #readRoot(path: string): Promise<{ readonly uri: Uri; readonly bytes: Uint8Array }> {
    for (const uri of placesOf(path)) {
      const bytes = await this.#read(uri, path);
      if (bytes === 'outside') {
        throw new UserError(
          l10n.t(
            'The schema "{0}" is not read: a workspace may only name files that are in it, and this file, or the target of a link, is not.',
            path,
          ),
        );
      }
      if (bytes) {
        return { uri, bytes };
      }
    }
    throw new UserError(l10n.t('The schema "{0}" was not found.', path));
  }

  /** @returns whether there are more files now */
  async #readMissing(missing: ReadSchema['missing'], at: (path: string) => Uri): Promise<boolean> {
    const before = this.#texts.size;
    for (const candidates of missing) {
      for (const path of candidates.filter(each => !this.#watched.has(each))) {
        const bytes = await this.#read(at(path), path);
        if (bytes && bytes !== 'outside') {
          this.#texts.set(path, new TextDecoder().decode(bytes));
          break;
        }
      }
    }
    return this.#texts.size > before;
  }

  /**
   * @param name as it was written, for errors
   * @returns `undefined` if there is no such file
   * @throws UserError if it cannot be read, or there is too much
   */
  async #read(uri: Uri, name: string): Promise<Uint8Array | 'outside' | undefined> {
    const { readFile } = this.#ports;
    const mustBeInside = this.#request.scope === 'workspace';
    if (!mustBeInside || workspace.getWorkspaceFolder(uri)) {
      // To watch a folder is to look at it.
      this.#watched.set(uri.path, uri);
    }
    const mostBytes = maxMiB * mebibyte;
    let read;
    try {
      read = await readWithin(uri, { mustBeInside, mostBytes, readFile });
    } catch (error) {
      if (isAbsence(error)) {
        return undefined;
      }
      throw new UserError(l10n.t('The file "{0}" cannot be read: {1}', name, messageOf(error)), {
        cause: error,
      });
    }
    switch (read.kind) {
      case 'outside':
        return 'outside';
      case 'folder':
      case 'special':
        return undefined;
      case 'tooLarge':
        throw new UserError(
          l10n.t('The file "{0}" is larger than {1} MiB and is not read.', name, maxMiB),
        );
      case 'bytes':
        this.#byteLength += read.bytes.length;
        if (this.#texts.size >= maxFiles || this.#byteLength > maxTotalMiB * mebibyte) {
          throw new UserError(
            l10n.t(
              'The schema "{0}" is not used: with what it imports it has more than {1} files or {2} MiB.',
              this.#request.schema.join(', '),
              maxFiles,
              maxTotalMiB,
            ),
          );
        }
        return read.bytes;
    }
  }

  #includes(): readonly string[] {
    return this.#request.includes.flatMap(folder => placesOf(folder).map(({ path }) => path));
  }
}

/** @throws UserError if nothing of it could be read */
function usable(
  { table, problems }: ReadSchema,
  name: string,
  at: (path: string) => Uri,
): Pick<LoadedSchema, 'table' | 'problems'> {
  const isEmpty = Object.keys(table).length === 0;
  if (isEmpty && problems.length === 0) {
    throw new UserError(l10n.t('The schema "{0}" declares no message type.', name));
  }
  return {
    table: isEmpty ? undefined : table,
    problems: problems.map(({ path, ...problem }) => ({ uri: at(path), ...problem })),
  };
}

/** The folders from that of a file up to that of the workspace: imports are often written from there on. */
function foldersAbove(file: Uri): readonly string[] {
  const top = workspace.getWorkspaceFolder(file)?.uri.path;
  const folders: string[] = [];
  if (top !== undefined) {
    for (let at = Uri.joinPath(file, '..'); at.path.length >= top.length;) {
      folders.push(at.path);
      const above = Uri.joinPath(at, '..');
      if (above.path === at.path) {
        break;
      }
      at = above;
    }
  }
  return folders;
}

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'FileNotFound';
}
