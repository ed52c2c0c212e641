/** A place in a script. Lines and columns count from 1; the script's texts are a stranger's. */
export interface ScriptPlace {
  /** Without the values of its query. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
  /** Empty for code outside of functions. */
  readonly functionName: string;
}

/** What a state row of a watched socket records of the program that has it. */
export interface WatchFacts {
  /** The id of the debug session. */
  readonly session: string;
  /** The calls that opened the socket, the innermost first. Previews lack them. */
  readonly openedAt?: readonly ScriptPlace[];
  /** The page would have to be loaded again, to see the socket from its beginning. */
  readonly canReload?: true;
}
