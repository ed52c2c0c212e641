// Runs inside of a program that is debugged. It must never throw, keep the process alive, or change what
// the program does. It imports nothing: modules come from the program's own Node.
import { Hook } from './hook.ts';
import { defineProperty, quietly, removeProperty } from './pristine.ts';
import type { Tell } from './teller.ts';

/** The function's arguments, into which the host puts this text; see core/watch/hookExpression.ts. */
declare const hookRequire: ((id: string) => unknown) | undefined;
declare const hookBinding: string;
declare const hookKey: string;

/** The text is evaluated twice: as early as possible, and when the debugger listens. */
quietly(() => {
  const scope = globalThis as Record<PropertyKey, unknown>;
  const key = Symbol.for(hookKey);
  const tell = scope[hookBinding] as Tell | undefined;
  // The program is not to see it.
  removeProperty(scope, hookBinding);
  let hook = scope[key] as Hook | undefined;
  if (!hook) {
    hook = new Hook(hookRequire, () => removeProperty(scope, key));
    defineProperty(scope, key, { value: hook, configurable: true });
  }
  if (tell) {
    hook.tellTo(tell);
  }
});
