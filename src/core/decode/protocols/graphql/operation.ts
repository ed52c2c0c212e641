const kinds = ['query', 'mutation', 'subscription'] as const;

/** What a GraphQL document runs. */
export interface Operation {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
}

interface Definition {
  readonly kind: Operation['kind'];
  readonly name: string | undefined;
  /** The first that it selects. */
  readonly field: string | undefined;
}

/**
 * The operation of a document that is run. One without a name is called by its first field.
 *
 * @param wanted the name that is asked for, where the document has several
 */
export function operationOf(document: string, wanted?: string): Operation {
  let first: Definition | undefined;
  for (const each of operationsOf(document)) {
    if (wanted === undefined || each.name === wanted) {
      return named(each, wanted);
    }
    first ??= each;
  }
  return named(first ?? { kind: 'query', name: undefined, field: undefined }, wanted);
}

function named({ kind, name, field }: Definition, wanted: string | undefined): Operation {
  return { kind, name: name ?? wanted ?? field ?? 'anonymous' };
}

/** The operations of a document in their order; definitions of fragments are passed. */
function* operationsOf(document: string): Generator<Definition> {
  const tokens = new Tokens(document);
  for (let token = tokens.next(); token !== ''; token = tokens.next()) {
    if (token.startsWith('"')) {
      // What a definition is for.
      continue;
    }
    const kind = kinds.find(each => each === token);
    const name = kind && isName(tokens.peek()) ? tokens.next() : undefined;
    if (token !== '{') {
      tokens.skipToSelection();
    }
    if (kind !== undefined || token === '{') {
      const { field, depth } = firstField(tokens);
      yield { kind: kind ?? 'query', name, field };
      tokens.skipSelection(depth);
    } else {
      tokens.skipSelection(1);
    }
  }
}

/** The first name of a selection, behind its brace, and how many braces are open there. */
function firstField(tokens: Tokens): {
  readonly field: string | undefined;
  readonly depth: number;
} {
  let depth = 1;
  for (let token = tokens.next(); token !== ''; token = tokens.next()) {
    if (isName(token)) {
      // What the alias stands for.
      const isAlias = tokens.peek() === ':';
      return { field: isAlias ? aliased(tokens) : token, depth };
    }
    if (token === '...' && (tokens.peek() === 'on' || !isName(tokens.peek()))) {
      tokens.skipToSelection();
      depth++;
    } else if (token === '}' && --depth === 0) {
      break;
    }
  }
  return { field: undefined, depth };
}

function aliased(tokens: Tokens): string | undefined {
  tokens.next();
  const name = tokens.next();
  return isName(name) ? name : undefined;
}

function isName(token: string): boolean {
  return /^[_A-Za-z]/.test(token);
}

/** What is between tokens, beside comments (GraphQL specification, section 2.1.7). */
const ignored = /[\s,\ufeff]*/y;
const comment = /#[^\n\r]*/y;
const plainToken = /[_A-Za-z][_0-9A-Za-z]*|\.\.\.|[^"]/y;

/** Names, strings and punctuation of a document, one after the other; empty at its end. */
class Tokens {
  readonly #document: string;
  #at = 0;

  constructor(document: string) {
    this.#document = document;
  }

  next(): string {
    this.#match(ignored);
    while (this.#match(comment) !== '') {
      this.#match(ignored);
    }
    if (this.#document[this.#at] !== '"') {
      return this.#match(plainToken);
    }
    const isBlock = this.#document.startsWith('"""', this.#at);
    const end = isBlock ? this.#blockEnd() : this.#stringEnd();
    const token = this.#document.slice(this.#at, end);
    this.#at = end;
    return token;
  }

  peek(): string {
    const at = this.#at;
    const token = this.next();
    this.#at = at;
    return token;
  }

  /** Passes the brace that begins a selection; braces of values are in parentheses. */
  skipToSelection(): void {
    let depth = 0;
    for (let token = this.next(); token !== ''; token = this.next()) {
      if (token === '{' && depth === 0) {
        return;
      }
      depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    }
  }

  /** @param open the braces that are to be closed */
  skipSelection(open: number): void {
    for (let depth = open; depth > 0;) {
      const token = this.next();
      if (token === '') {
        return;
      }
      depth += token === '{' ? 1 : token === '}' ? -1 : 0;
    }
  }

  /** A quote of three behind a backslash is one of the string. */
  #blockEnd(): number {
    let end = this.#document.indexOf('"""', this.#at + 3);
    while (end >= 0 && this.#document[end - 1] === '\\') {
      end = this.#document.indexOf('"""', end + 3);
    }
    return end < 0 ? this.#document.length : end + 3;
  }

  /** A string that does not end takes the rest of its line. */
  #stringEnd(): number {
    let end = this.#at + 1;
    while (end < this.#document.length && !'"\n\r'.includes(this.#document.charAt(end))) {
      end += this.#document[end] === '\\' ? 2 : 1;
    }
    return this.#document[end] === '"' ? end + 1 : end;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#document)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
