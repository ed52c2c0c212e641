import { messageOf } from '../../base/errors.ts';
import { kindOf } from '../../record/record.ts';
import type { TransitMessage } from '../gate.ts';
import { editedByRule, EditLimitError } from './editMessage.ts';
import type { GatesPorts } from './gatePorts.ts';
import { ruleTitle, type TapRule } from './tapRule.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Edits messages as rules say. Whatever is wrong with a rule or a message, no message is lost by it. */
export class MessageEditor {
  readonly #ports: Pick<GatesPorts, 'clock' | 'uuid'>;
  readonly #onUnchanged: (sentence: string) => void;

  /** @param onUnchanged is told why a message that a rule is for goes on as it came */
  constructor(ports: Pick<GatesPorts, 'clock' | 'uuid'>, onUnchanged: (sentence: string) => void) {
    this.#ports = ports;
    this.#onUnchanged = onUnchanged;
  }

  /** Returns the new text; `undefined`: the message goes on as it came. */
  edited({ flags, payload }: TransitMessage, rule: TapRule): string | undefined {
    if (kindOf(flags) !== 'text') {
      return undefined;
    }
    try {
      const text = decoder.decode(payload);
      const edited = editedByRule(text, rule, name => this.#valueOf(name));
      if (edited === text) {
        return undefined;
      }
      if (!isUtf8(payload)) {
        throw new EditLimitError('it is no valid UTF-8, and what is wrong in it would be lost');
      }
      return edited;
    } catch (error) {
      const why =
        error instanceof EditLimitError
          ? error.message
          : `the rule “${ruleTitle(rule)}” has failed (${messageOf(error)})`;
      this.#onUnchanged(`A message went on unchanged: ${why}.`);
      return undefined;
    }
  }

  #valueOf(name: string): string | undefined {
    const now = this.#ports.clock.now();
    switch (name) {
      case 'timestamp':
        return String(Math.round(now));
      case 'isoTimestamp':
        return new Date(now).toISOString();
      case 'uuid':
        return this.#ports.uuid();
      default:
        return undefined;
    }
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
