import type { VariableSource } from '../../../src/core/variables/resolve.ts';
import { peerText, template, type Value } from '../../../src/core/variables/value.ts';

export interface Known {
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly named?: Readonly<Record<string, string>>;
  /** What a peer sent: values of extractors by name, and of `${last:…}` by path. */
  readonly peer?: Readonly<Record<string, string>>;
  /** The origin that it was received from. */
  readonly from?: string;
  readonly answers?: Readonly<Record<string, string>>;
}

/** Variables that a test knows; nothing else has a value. */
export function variables({
  env = {},
  secrets = {},
  named = {},
  peer = {},
  from,
  answers = {},
}: Known) {
  const of = (known: Readonly<Record<string, string>>, name: string) =>
    Object.hasOwn(known, name) ? known[name] : undefined;
  const sent = (name: string) => {
    const text = of(peer, name);
    return text === undefined ? undefined : peerText(text, from);
  };
  const defined = (name: string): Value | undefined => {
    const text = of(named, name);
    return text === undefined ? undefined : template(text, 'user');
  };
  const source: VariableSource = {
    env: name => of(env, name),
    secret: name => Promise.resolve(of(secrets, name)),
    workspaceFolder: () => 'folder/of/it',
    now: () => 0,
    uuid: () => '00000000-0000-4000-8000-000000000000',
    random: () => 0,
    counter: () => 1,
    prompt: label => Promise.resolve(of(answers, label)),
    last: path => Promise.resolve(sent(path)),
    named: name => defined(name) ?? sent(name),
    names: [...Object.keys(named), ...Object.keys(peer)],
  };
  return source;
}
