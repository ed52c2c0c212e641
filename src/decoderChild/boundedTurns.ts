import { createContext, Script } from 'node:vm';

const cpuUsage = process.cpuUsage.bind(process);

const sandbox: { turn: () => void } = { turn: () => undefined };
const context = createContext(sandbox);
const script = new Script('turn()');
const run = script.runInContext.bind(script);

const timeoutCode = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Runs `turn`, and interrupts it after some time, also amid a loop or a regular expression. What it was at
 * is in no good state then.
 *
 * @returns undefined, or for an interrupted one how long the process was on a processor meanwhile
 */
export function runBounded(turn: () => void, limitMs: number): number | undefined {
  const before = cpuUsage();
  sandbox.turn = turn;
  try {
    run(context, { timeout: limitMs });
    return undefined;
  } catch (error) {
    if ((error as { readonly code?: unknown } | undefined)?.code !== timeoutCode) {
      throw error;
    }
    const { user, system } = cpuUsage(before);
    return (user + system) / 1000;
  }
}
