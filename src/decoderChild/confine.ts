import { createRequire, syncBuiltinESMExports } from 'node:module';
import { Readable } from 'node:stream';

const { reallyExit } = process as unknown as { readonly reallyExit: (code: number) => never };
const quit = reallyExit.bind(process);

/** Ends this process, whatever the decoder has made of `process.exit`. */
export function endProcess(): never {
  return quit(0);
}

/** What of `process` reaches beyond this process, or ends it. */
const denied = [
  'abort',
  'binding',
  'dlopen',
  'exit',
  'kill',
  'reallyExit',
  '_debugEnd',
  '_debugProcess',
  '_kill',
  '_linkedBinding',
];

/**
 * Takes away what the permission model of Node leaves to this process although it reaches other
 * processes or files, and the end of the process, which would look like a crash. This is against accidents: a
 * decoder is code of a trusted workspace.
 */
export function confine(): void {
  for (const name of denied) {
    const value = () => {
      throw new Error(`A decoder may not call process.${name}`);
    };
    Object.defineProperty(process, name, { value, writable: false, configurable: false });
  }
  // What comes there is for this program: a decoder that reads it would take requests away.
  const stdin = Readable.from([]);
  Object.defineProperty(process, 'stdin', { value: stdin, writable: false, configurable: false });
  deny('node:os', 'setPriority', 'A decoder may not set priorities');
  // Databases are files, but Node does not ask its permission model about them.
  deny('node:sqlite', 'DatabaseSync', 'A decoder may not open a database');
  syncBuiltinESMExports();
}

/** Takes what a module of Node exports away, if this Node has that module. */
function deny(module: string, name: string, message: string): void {
  try {
    const exported = createRequire(__filename)(module) as Record<string, unknown>;
    exported[name] = function denied() {
      throw new Error(message);
    };
  } catch {
    // This Node has none.
  }
}
