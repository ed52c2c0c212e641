import type { ReferenceKind } from '../../core/variables/template.ts';
import type { ComposerView } from '../../shared/composerProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';

export interface ReferenceCompletion {
  readonly label: string;
  /** Replaces the text between `from` and `to`; `caret` is the offset of the caret in it. */
  readonly insert: string;
  readonly caret: number;
  readonly meaning: PageString;
}

export interface ReferenceCompletions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly ReferenceCompletion[];
}

type Names = ComposerView['names'];

const maxItems = 50;

/** As they are inserted; `|` marks the caret, if not after the brace. */
const kinds: readonly (readonly [
  kind: Exclude<ReferenceKind, 'named'>,
  shape: string,
  meaning: PageString,
])[] = [
  ['env', 'env:|', 'variableEnv'],
  ['secret', 'secret:|', 'variableSecret'],
  ['timestamp', 'timestamp', 'variableTimestamp'],
  ['isoTimestamp', 'isoTimestamp', 'variableIsoTimestamp'],
  ['uuid', 'uuid', 'variableUuid'],
  ['counter', 'counter', 'variableCounter'],
  ['random', 'random:1-100', 'variableRandom'],
  ['prompt', 'prompt:|', 'variablePrompt'],
  ['last', 'last:$.|', 'variableLast'],
  ['workspaceFolder', 'workspaceFolder', 'variableWorkspaceFolder'],
];

/** Completions for an incomplete reference at the caret. */
export function referenceCompletions(
  text: string,
  caret: number,
  names: Names,
): ReferenceCompletions | undefined {
  const begun = /\$\{([A-Za-z_][\w.-]*)?(:[^{}\n]*)?$/.exec(
    text.slice(Math.max(0, caret - 300), caret),
  );
  if (!begun || /\$\$\{[^{}]*$/.test(text.slice(Math.max(0, caret - 300), caret))) {
    return undefined;
  }
  const [whole, word = '', argument] = begun;
  // After the colon only the name is compared.
  const typed = (argument?.slice(1) ?? word).toLowerCase();
  const nameOf = (label: string) =>
    (argument === undefined ? label : label.slice(word.length + 1)).toLowerCase();
  const rest = /^[\w.-]*\}?/.exec(text.slice(caret, caret + 300))?.[0] ?? '';
  const to = rest.endsWith('}') ? caret + rest.length : caret;
  const all = argument === undefined ? everything(names) : argumentsOf(word, names);
  const items = all
    .filter(({ label }) => nameOf(label).includes(typed) && nameOf(label) !== typed)
    .toSorted((a, b) => rank(nameOf(a.label), typed) - rank(nameOf(b.label), typed))
    .slice(0, maxItems);
  return { from: caret - whole.length, to, items };
}

function everything(names: Names): readonly ReferenceCompletion[] {
  return [
    ...names.named.map(name => itemOf(name, 'variableNamed')),
    ...kinds.map(([, shape, meaning]) => itemOf(shape, meaning)),
  ];
}

function argumentsOf(word: string, names: Names): readonly ReferenceCompletion[] {
  switch (word) {
    case 'env':
      return names.env.map(name => itemOf(`env:${name}`, 'variableEnv'));
    case 'secret':
      return names.secret.map(name => itemOf(`secret:${name}`, 'variableSecret'));
    default:
      return [];
  }
}

function itemOf(shape: string, meaning: PageString): ReferenceCompletion {
  const mark = shape.indexOf('|');
  const label = shape.replace('|', '');
  const insert = `\${${label}}`;
  return { label, insert, caret: mark < 0 ? insert.length : mark + 2, meaning };
}

/** Prefix matches come first. */
function rank(name: string, typed: string): number {
  return name.startsWith(typed) ? 0 : 1;
}
