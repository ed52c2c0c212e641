import type { VariableSource } from '../../src/core/variables/resolve.ts';

export interface Known {
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly named?: Readonly<Record<string, string>>;
  readonly answers?: Readonly<Record<string, string>>;
}

/** Variables that a test knows; nothing else has a value. */
export function variables({ env = {}, secrets = {}, named = {}, answers = {} }: Known) {
  const of = (known: Readonly<Record<string, string>>, name: string) =>
    Object.hasOwn(known, name) ? known[name] : undefined;
  const source: VariableSource = {
    env: name => of(env, name),
    secret: name => Promise.resolve(of(secrets, name)),
    workspaceFolder: () => 'folder/of/it',
    now: () => 0,
    uuid: () => '00000000-0000-4000-8000-000000000000',
    random: () => 0,
    counter: () => 1,
    prompt: label => Promise.resolve(of(answers, label)),
    last: () => Promise.resolve(undefined),
    named: name => of(named, name),
    names: Object.keys(named),
  };
  return source;
}
