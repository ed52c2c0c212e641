// What the hook uses of the program's globals, as it was when the hook came: the program may replace it
// later, as tests do with timers, and is not to notice that the hook uses it.

const setTimer = setTimeout;
const clearTimer = clearTimeout;
export const soon = process.nextTick.bind(process);
export const now = Date.now.bind(Date);
export const descriptorOf = Object.getOwnPropertyDescriptor.bind(Object);
export const defineProperty = Object.defineProperty.bind(Object);
export const removeProperty = Reflect.deleteProperty.bind(Reflect);
const prototypeOf = Object.getPrototypeOf.bind(Object) as (of: object) => unknown;
const getProperty: (of: object, name: string, self: unknown) => unknown = Reflect.get.bind(Reflect);
const stringify = JSON.stringify.bind(JSON);
const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray.bind(Array);
const namesIn = Object.keys.bind(Object);
const apply = Reflect.apply.bind(Reflect);
const bufferFrom = Buffer.from.bind(Buffer);
const toText: unknown = Reflect.get(Buffer.prototype, 'toString');
const allocate = Buffer.allocUnsafe.bind(Buffer);
const wait = Atomics.wait.bind(Atomics);
/** Nobody wakes who waits for it. */
const never = new Int32Array(new SharedArrayBuffer(4));

/** Calls what was there before a patch. What it throws is the program's. */
export function call(task: unknown, self: unknown, args: readonly unknown[]): unknown {
  return apply(task as (...given: unknown[]) => unknown, self, args);
}

/** What an object has of its prototype under a name, as `self` gets it. */
export function inherited(of: object, name: string, self: unknown): unknown {
  return getProperty(prototypeOf(of) as object, name, self);
}

/**
 * JSON of texts, numbers, truth values, and lists and plain objects of them; all else is `null`. The
 * program's `toJSON` is not called, which JSON.stringify does for lists and objects.
 */
export function jsonOf(value: unknown): string {
  if (isArray(value)) {
    let items = '';
    for (let index = 0; index < value.length; index++) {
      items += `${index === 0 ? '' : ','}${jsonOf(value[index])}`;
    }
    return `[${items}]`;
  }
  if (typeof value === 'object' && value !== null) {
    return jsonOfObject(value as Readonly<Record<string, unknown>>);
  }
  const isPlain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? stringify(value) : 'null';
}

function jsonOfObject(value: Readonly<Record<string, unknown>>): string {
  const names = namesIn(value);
  let members = '';
  for (let index = 0; index < names.length; index++) {
    const name = names[index] ?? '';
    members += `${index === 0 ? '' : ','}${stringify(name)}:${jsonOf(value[name])}`;
  }
  return `{${members}}`;
}

/** The bytes that a stream is given or gives; they are the program's. */
export function bytesOf(chunk: unknown, encoding?: unknown): Buffer | undefined {
  if (typeof chunk === 'string') {
    return bufferFrom(chunk, typeof encoding === 'string' ? (encoding as 'utf8') : 'utf8');
  }
  return ArrayBuffer.isView(chunk)
    ? bufferFrom(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : undefined;
}

/** New bytes, whatever they are. */
export function newBytes(length: number): Buffer {
  return allocate(length);
}

/** Their text; of bytes that are no UTF-8 some is replaced. */
export function utf8Of(bytes: Buffer): string {
  return call(toText, bytes, ['utf8']) as string;
}

export function base64Of(bytes: Buffer): string {
  return call(toText, bytes, ['base64']) as string;
}

export function latin1Of(bytes: Buffer): string {
  return call(toText, bytes, ['latin1']) as string;
}

export function copyOf(bytes: Uint8Array): Buffer {
  const copy = allocate(bytes.length);
  copy.set(bytes);
  return copy;
}

export function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  if (only && parts.length === 1) {
    return only;
  }
  const whole = allocate(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Builtins {
  readonly http: typeof import('node:http');
  readonly https: typeof import('node:https');
  readonly zlib: typeof import('node:zlib');
  readonly diagnostics_channel: typeof import('node:diagnostics_channel');
}

/** A module of the program's Node, if that gives it. */
export function builtin<K extends keyof Builtins>(
  id: K,
  hookRequire: ((id: string) => unknown) | undefined,
): Builtins[K] | undefined {
  const { getBuiltinModule } = process as { readonly getBuiltinModule?: (id: string) => unknown };
  try {
    return (getBuiltinModule ? getBuiltinModule(id) : hookRequire?.(id)) as Builtins[K] | undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs a task of which the program is not to notice that it fails, and that does not keep it alive. Where
 * the program had its own timers before the hook came, they may never run it.
 */
export function later(ms: number, task: () => void): NodeJS.Timeout | undefined {
  const timer = quietly(() => setTimer(() => quietly(task), ms));
  quietly(() => timer?.unref());
  return timer;
}

export function cancel(timer: NodeJS.Timeout | undefined): void {
  quietly(() => clearTimer(timer));
}

/**
 * Stands still for some milliseconds, as the machine counts them: no clock of the program's is asked. The
 * debugger can run code meanwhile.
 */
export function pause(ms: number): void {
  wait(never, 0, 0, ms);
}

/** Runs a task of which the program is not to notice that it fails. */
export function quietly<T>(task: () => T): T | undefined {
  try {
    return task();
  } catch {
    return undefined;
  }
}
