import { dirname } from 'node:path';

/** How the process of a decoder is started, or why none may be, as a sentence. */
export type ChildRuntime =
  | { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }
  | { readonly problem: string };

/** What is asked of the Node that runs this. */
export interface RuntimeFacts {
  readonly nodeVersion: string;
  readonly isElectron: boolean;
  /** The options that it knows. */
  readonly options: ReadonlySet<string>;
}

export const ownRuntime = (): RuntimeFacts => ({
  nodeVersion: process.versions.node,
  isElectron: 'electron' in process.versions,
  options: process.allowedNodeEnvironmentFlags,
});

const heapMegabytes = 128;

/**
 * The process reads its own program and the decoder's folder; it starts no process and no thread, and
 * writes no file.
 *
 * @param file the decoder's, without links in its path
 */
export function childRuntime(
  { nodeVersion, isElectron, options }: RuntimeFacts,
  childPath: string,
  file: string,
): ChildRuntime {
  const permission = ['--permission', '--experimental-permission'].find(each => options.has(each));
  if (permission === undefined) {
    return {
      problem: `Node ${nodeVersion} of this editor cannot confine the process of a decoder`,
    };
  }
  const readable = [childPath, dirname(file)];
  // An asterisk would stand for all that begins so.
  if (readable.some(path => path.includes('*'))) {
    return { problem: 'A decoder may not be in a folder whose path has an asterisk' };
  }
  return {
    args: [
      permission,
      ...readable.map(path => `--allow-fs-read=${path}`),
      '--disallow-code-generation-from-strings',
      `--max-old-space-size=${heapMegabytes}`,
      '--no-warnings',
      // Until it was the default.
      ...['--experimental-strip-types'].filter(each => options.has(each)),
      childPath,
    ],
    env: isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
  };
}
