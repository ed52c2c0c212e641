/** What came of reading a file for a message. */
export type FileRead =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** It, or what a link on the way to it leads to, is in none of the folders that were given. */
  | { readonly kind: 'outside' }
  | { readonly kind: 'folder' }
  /** A device, a pipe or a socket. */
  | { readonly kind: 'special' }
  | { readonly kind: 'tooLarge' };

/**
 * Reads a local file.
 *
 * @param path absolute
 * @param within the folders that it must be in, with all links followed; absent: anywhere
 * @param mostBytes of a longer one nothing is read
 */
export type ReadFileWithin = (
  path: string,
  within: readonly string[] | undefined,
  mostBytes: number,
) => Promise<FileRead>;

/** What came of looking for a file whose path another program is given. */
export type FileFound =
  /** Its path with all links followed. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'missing' }
  | Exclude<FileRead, { readonly kind: 'bytes' | 'tooLarge' }>;

/**
 * Looks for a local file, of which nothing is read.
 *
 * @param path absolute
 * @param within the folders that it must be in, with all links followed; absent: anywhere
 * @throws if it cannot be looked for
 */
export type FindFileWithin = (
  path: string,
  within: readonly string[] | undefined,
) => Promise<FileFound>;
