import { posix } from 'node:path';
import protobuf from 'protobufjs';
import type {
  ProtoSources,
  ReadSchema,
  SchemaProblem,
} from '../../core/decode/protobuf/schema/schemaSources.ts';
import { fieldTableOf } from './fieldTableOf.ts';
import { addBundled } from './bundledProtos.ts';
import { type Position, positionOfProblem, positionOfWord } from './protoPositions.ts';

/** Parses `.proto` files and what they import. Nothing is generated, and no file is read. */
export function parseProtoFiles(sources: ProtoSources): ReadSchema {
  return new ProtoParser(sources).parse();
}

/** What it is parsing it is told apart, and that is missing in its types. */
const parser: typeof protobuf.parse & { filename?: string | null } = protobuf.parse;

class ProtoParser {
  readonly #sources: ProtoSources;
  readonly #root = new protobuf.Root();
  readonly #problems: SchemaProblem[] = [];
  readonly #missing: (readonly string[])[] = [];
  /** Paths of files that are parsed, or will be, and of imports that are bundled. */
  readonly #seen = new Set<string>();

  constructor(sources: ProtoSources) {
    this.#sources = sources;
  }

  parse(): ReadSchema {
    const waiting = this.#sources.roots.map(path => posix.normalize(path));
    waiting.forEach(path => this.#seen.add(path));
    for (const path of waiting) {
      const text = this.#textOf(path);
      if (text === undefined) {
        this.#missing.push([path]);
        this.#report(path, { line: 1, column: 1 }, 'The file was not found.');
        continue;
      }
      for (const imported of this.#parseFile(path, text)) {
        if (!this.#seen.has(imported)) {
          this.#seen.add(imported);
          waiting.push(imported);
        }
      }
    }
    this.#resolve();
    return {
      table: fieldTableOf(this.#root),
      problems: this.#problems,
      missing: this.#missing,
    };
  }

  /** Returns the paths of its imports. */
  #parseFile(path: string, text: string): readonly string[] {
    let imports: readonly string[];
    try {
      parser.filename = path;
      const parsed = parser(text, this.#root, { keepCase: true });
      imports = [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])];
    } catch (error) {
      const { position, message } = positionOfProblem(error, path, text);
      this.#report(path, position, message);
      return [];
    } finally {
      parser.filename = null;
    }
    return imports.flatMap(name => this.#find(name, path, text) ?? []);
  }

  /** The path of an import; `undefined` if it is bundled, or is nowhere. */
  #find(name: string, importer: string, text: string): string | undefined {
    const folders = [posix.dirname(importer), ...(this.#sources.includes ?? [])];
    const candidates = folders.map(folder => posix.join(folder, name));
    const found = candidates.find(path => this.#textOf(path) !== undefined);
    if (found !== undefined) {
      return found;
    }
    if (!this.#seen.has(name) && !addBundled(this.#root, name)) {
      this.#missing.push(candidates);
      this.#report(importer, positionOfWord(text, name), `The import ${name} was not found.`);
      return undefined;
    }
    this.#seen.add(name);
    return undefined;
  }

  #resolve(): void {
    dropServices(this.#root);
    this.#dropStrays(this.#root);
    // Extensions of types that are nowhere: mostly options, of which nothing is needed.
    this.#root.deferred.length = 0;
    try {
      this.#root.resolveAll();
    } catch (error) {
      const [path = ''] = this.#sources.roots;
      const { position, message } = positionOfProblem(error, path, this.#textOf(path) ?? '');
      this.#report(path, position, message);
    }
  }

  /** Takes out the fields whose types are nowhere, so that the others can be used. */
  #dropStrays(root: protobuf.NamespaceBase): void {
    const open: protobuf.NamespaceBase[] = [root];
    for (let space = open.pop(); space; space = open.pop()) {
      for (const nested of space.nestedArray) {
        if (nested instanceof protobuf.Namespace) {
          open.push(nested);
        }
      }
      if (!(space instanceof protobuf.Type)) {
        continue;
      }
      for (const field of space.fieldsArray) {
        const isKnown =
          Object.hasOwn(protobuf.types.basic, field.type) ||
          field.parent?.lookup(field.type, [protobuf.Type, protobuf.Enum]);
        if (!isKnown) {
          const path = field.filename ?? space.filename ?? '';
          const position = positionOfWord(this.#textOf(path) ?? '', field.type, field.name);
          this.#report(path, position, `There is no type ${field.type}.`);
          space.remove(field);
        }
      }
    }
  }

  #textOf(path: string): string | undefined {
    return this.#sources.files.get(path);
  }

  #report(path: string, { line, column }: Position, message: string): void {
    this.#problems.push({ path, line, column, message });
  }
}

/** Nothing is needed of them, and one whose messages are nowhere would keep types behind it from being resolved. */
function dropServices(root: protobuf.NamespaceBase): void {
  const open: protobuf.NamespaceBase[] = [root];
  for (let space = open.pop(); space; space = open.pop()) {
    for (const nested of [...space.nestedArray]) {
      if (nested instanceof protobuf.Service) {
        space.remove(nested);
      } else if (nested instanceof protobuf.Namespace) {
        open.push(nested);
      }
    }
  }
}
