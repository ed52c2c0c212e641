import type { ScriptReport, ScriptRunner } from '../../../core/decode/script/script.ts';

/** Passes all messages by. */
export const createScriptRunner: (report: (report: ScriptReport) => void) => ScriptRunner = () => ({
  run: ({ messages }) => Promise.resolve(messages.map(() => ({ is: 'passed' }))),
  endSession: () => undefined,
});
