/**
 * What a row of our trees stands for, as its commands get it: of a connection its id or, while it has
 * only been configured, its name; of a capture its key.
 */
export class TreeTarget {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a command was asked about, by whoever asked: a tree, or code that knows a name. */
export function targetName(target: unknown): unknown {
  return target instanceof TreeTarget ? target.name : target;
}
