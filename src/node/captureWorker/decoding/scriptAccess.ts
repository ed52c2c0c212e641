import { messageOf } from '../../../core/base/errors.ts';
import type { ScriptRunner } from '../../../core/decode/script/script.ts';
import type { ScriptAccess } from '../../../core/decode/script/sessionScripts.ts';

/** What runs scripts, loaded with the first batch for one: most users have none. */
export function scriptAccess(load: () => Promise<ScriptRunner>): ScriptAccess {
  let loading: Promise<ScriptRunner> | undefined;
  let lastId = 0;
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
      endSession: id => {
        // Behind the batches of the session that wait for it.
        void loading?.then(
          runner => runner.endSession(id),
          () => undefined,
        );
      },
    },
  };
}
