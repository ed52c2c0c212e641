import type { Logger } from '../../core/base/logger.ts';
import { readDecodeRules, rulesFor } from '../../core/decode/registry/rules.ts';
import type { DecodeRule } from '../../core/decode/decodeRule.ts';
import { settingIn } from '../settings/settingValues.ts';
import { inform } from '../ui/notify.ts';

/** The rules of the setting `decoders`: those of the workspace, if it is trusted, before the user's. */
export class DecoderRules {
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Those for a connection, slot or capture of this name. */
  for(name: string): readonly DecodeRule[] {
    const problems: string[] = [];
    const rules = (['workspace', 'user'] as const).flatMap(scope =>
      readDecodeRules(settingIn(scope, 'decoders'), problems),
    );
    for (const problem of problems) {
      if (!this.#told.has(problem)) {
        this.#told.add(problem);
        this.#log.warn(problem);
        inform('warning', problem);
      }
    }
    return rulesFor(name, rules);
  }
}
