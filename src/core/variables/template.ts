/** What a reference may name besides the variables that somebody has defined. */
export const referenceKinds = [
  'env',
  'secret',
  'workspaceFolder',
  'timestamp',
  'isoTimestamp',
  'uuid',
  'counter',
  'random',
  'prompt',
  'last',
  'named',
] as const;
export type ReferenceKind = (typeof referenceKinds)[number];

/** `${kind:argument}` in a text, from `from` up to, not including, `to` in UTF-16 units. */
export interface Reference {
  readonly kind: ReferenceKind;
  /** Of `named` the name itself; empty if there is none. */
  readonly argument: string;
  readonly from: number;
  readonly to: number;
}

export type TemplatePart = string | Reference;

interface TemplateProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** Kinds that need an argument, that may have one, and that have none. */
const argumentOf: Readonly<Record<ReferenceKind, 'needed' | 'possible' | 'none'>> = {
  env: 'needed',
  secret: 'needed',
  workspaceFolder: 'none',
  timestamp: 'none',
  isoTimestamp: 'none',
  uuid: 'none',
  counter: 'possible',
  random: 'needed',
  prompt: 'needed',
  last: 'needed',
  named: 'none',
};

// `$$` before a brace is a dollar sign that begins no reference.
const shape = /\$\$(?=\{)|\$\{([A-Za-z_][\w.-]*)(?::([^{}]*))?\}/g;
const range = /^(-?\d{1,15})-(-?\d{1,15})$/;

/** The texts and references of a template in order. Braces with anything else in them are text. */
export function parseTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let end = 0;
  for (const match of text.matchAll(shape)) {
    const [whole, word, argument] = match;
    const from = match.index;
    addText(parts, text.slice(end, from));
    end = from + whole.length;
    if (word === undefined) {
      addText(parts, '$');
    } else {
      parts.push({ ...referenceOf(word, argument), from, to: end });
    }
  }
  addText(parts, text.slice(end));
  return parts;
}

/** The references of a template in order. */
export function referencesIn(text: string): readonly Reference[] {
  return parseTemplate(text).filter(part => typeof part !== 'string');
}

/**
 * What is wrong with a template before anything is looked up.
 *
 * @param names the variables that are defined
 */
export function problemsIn(text: string, names: readonly string[]): readonly TemplateProblem[] {
  return referencesIn(text).flatMap(reference => {
    const message = problemOf(reference, names);
    return message === undefined ? [] : [{ from: reference.from, to: reference.to, message }];
  });
}

/** The ends of `random:1-100`; `undefined` if it is not a range. */
export function randomRange(argument: string): readonly [least: number, most: number] | undefined {
  const [, least, most] = range.exec(argument.trim()) ?? [];
  const ends = [Number(least), Number(most)] as const;
  return least !== undefined && ends[0] <= ends[1] ? ends : undefined;
}

function addText(parts: TemplatePart[], text: string): void {
  const last = parts.at(-1);
  if (typeof last === 'string') {
    parts[parts.length - 1] = last + text;
  } else if (text !== '') {
    parts.push(text);
  }
}

function referenceOf(word: string, argument: string | undefined) {
  const kind = referenceKinds.find(known => known === word && known !== 'named');
  if (kind !== undefined && isPossible(kind, argument)) {
    return { kind, argument: argument ?? '' };
  }
  return {
    kind: 'named' as const,
    argument: argument === undefined ? word : `${word}:${argument}`,
  };
}

/** An environment may define a variable `counter` or `env` of its own, but not one with a colon. */
function isPossible(kind: ReferenceKind, argument: string | undefined): boolean {
  return argumentOf[kind] === 'none' ? argument === undefined : true;
}

function problemOf({ kind, argument }: Reference, names: readonly string[]): string | undefined {
  if (kind === 'named' && !names.includes(argument)) {
    return unknownVariable(argument, names);
  }
  if (argumentOf[kind] === 'needed' && argument === '') {
    return `\${${kind}} needs a colon and ${argumentNames[kind] ?? 'more'} after it.`;
  }
  if (kind === 'random' && !randomRange(argument)) {
    return `\${random:${argument}} needs two whole numbers, the smaller one first, as in \${random:1-100}.`;
  }
  return undefined;
}

const argumentNames: Partial<Record<ReferenceKind, string>> = {
  env: 'the name of an environment variable',
  secret: 'the name of a secret',
  random: 'a range, as in ${random:1-100}',
  prompt: 'what to ask for',
  last: 'a path into JSON, as in ${last:$.token}',
};

/** Says that there is no such variable, and which there are. */
export function unknownVariable(name: string, names: readonly string[]): string {
  const shown = names.slice(0, 12).map(each => `\${${each}}`);
  const defined = shown.length > 0 ? ` Defined are ${shown.join(', ')}.` : '';
  return `There is no variable "${name}".${defined} To send it as it stands, write $\${${name}}.`;
}
