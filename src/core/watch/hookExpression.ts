/** Where the hook keeps itself in the program, by `Symbol.for`. */
const hookKey = 'websocket-monitor.hook';

/** What the evaluation of the hook's text comes to. */
export type HookAnswer =
  /** It is there, and tells by the binding. */
  | 'heard'
  /** It is there, and keeps what it sees until there is a binding. */
  | 'waiting'
  /** The program is one of Deno, which is not hooked. */
  | 'deno'
  /** It cannot run there. */
  | 'none';

/**
 * The text to evaluate in a Node program, so that the hook is in it. Its value is a HookAnswer. It may be
 * evaluated again, once the binding is there.
 *
 * @param text of dist/nodeHook.js
 * @param binding by which it tells what it sees; a name of JavaScript
 */
export function hookExpression(text: string, binding: string): string {
  // `require` is there by the command line API only where the program is no module.
  const hookRequire = `typeof require === 'function' ? require : undefined`;
  const key = JSON.stringify(hookKey);
  return `((hookRequire, hookBinding, hookKey) => {
if (typeof Deno === 'object') return 'deno';
${text}
const hook = globalThis[Symbol.for(hookKey)];
return hook ? (hook.isHeard ? 'heard' : 'waiting') : 'none';
})(${hookRequire}, ${JSON.stringify(binding)}, ${key})`;
}

/** The text to evaluate so that the hook goes out of the program. */
export const stopHookExpression = `globalThis[Symbol.for(${JSON.stringify(hookKey)})]?.stop()`;
