/**
 * How much a library's file may hold. The editor reads such files by itself, also in a workspace that
 * nobody trusts, on the thread that all extensions share: none may keep it busy for long.
 */
export const libraryLimits = {
  /** Bytes of the file. */
  bytes: 4 * 1024 * 1024,
  /** Of brackets within brackets, in the file. */
  nesting: 200,
  /** Values of all kinds, names of members among them. */
  values: 400_000,
  /** Messages, sequences and folders together, wherever they are. */
  items: 10_000,
  /** Folders within folders. */
  folders: 20,
  /** Steps of all sequences together. */
  steps: 20_000,
  environments: 500,
  /** Of one environment. */
  variables: 2000,
  extractors: 200,
  /** Problems that are listed one by one. */
  problems: 100,
} as const;
