import { messageOf } from '../../../core/base/errors.ts';
import type { ScriptRunner } from '../../../core/decode/script/script.ts';
import type { ScriptAccess } from '../../../core/decode/script/sessionScripts.ts';

/** What runs scripts, loaded with the first batch for one: most users have none. */
export function scriptAccess(load: () => Promise<ScriptRunner>): ScriptAccess {
  let loading: Promise<ScriptRunner> | undefined;
  let lastId = 0;
  /** Behind those that wait for the runner. */
  const behindBatches = (tell: (runner: ScriptRunner) => void) =>
    void loading?.then(tell, () => undefined);
  return {
    nextId: () => ++lastId,
    runner: {
      run: async batch => {
        try {
          return await (await (loading ??= load())).run(batch);
        } catch (error) {
          const message = `decoders in files cannot be run: ${messageOf(error)}`;
          return batch.messages.map(() => ({ is: 'failed', error: { message } }));
        }
      },
      breakOff: session => behindBatches(runner => runner.breakOff(session)),
      endSession: id => behindBatches(runner => runner.endSession(id)),
    },
  };
}
