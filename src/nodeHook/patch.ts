import {
  call,
  defineProperty,
  descriptorOf,
  inherited,
  quietly,
  removeProperty,
} from './pristine.ts';

/**
 * Puts a function in front of a method of an object. What was there before is called exactly as the
 * program calls the method, also if the program replaces it in a prototype later.
 *
 * @param before is given the object and the arguments of each call; the program does not notice if it throws
 * @returns takes it out again; where the program has put a function of its own in front meanwhile, that
 *   stays, and ours only passes calls on
 * @throws if it cannot be done; then nothing has changed
 */
export function patch(
  target: object,
  name: string,
  before: (self: unknown, args: readonly unknown[]) => void,
): () => void {
  const own = descriptorOf(target, name);
  if (own && !('value' in own)) {
    throw new Error(`${name} is an accessor`);
  }
  const originalFor = (self: unknown): unknown => (own ? own.value : inherited(target, name, self));
  let isOn = true;
  const patched = function (this: unknown, ...args: unknown[]) {
    if (isOn) {
      quietly(() => before(this, args));
    }
    return call(originalFor(this), this, args);
  };
  // What cannot be found now could not be called either.
  resemble(patched, originalFor(target));
  defineProperty(target, name, {
    value: patched,
    writable: true,
    configurable: true,
    enumerable: own?.enumerable ?? false,
  });
  return () => {
    isOn = false;
    if (descriptorOf(target, name)?.value !== patched) {
      return;
    }
    if (own) {
      defineProperty(target, name, own);
    } else {
      removeProperty(target, name);
    }
  };
}

/** Gives a function the name and the number of arguments of the one that it stands for. */
function resemble(patched: object, original: unknown): void {
  if (typeof original !== 'function') {
    throw new TypeError('It is no method');
  }
  for (const name of ['name', 'length']) {
    const descriptor = descriptorOf(original, name);
    if (descriptor) {
      defineProperty(patched, name, descriptor);
    }
  }
}
