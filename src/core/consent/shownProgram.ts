import { mask } from '../secrets/mask.ts';
import { isSecretName } from '../secrets/names.ts';
import { neededBy, spellingOf, type Needs } from '../variables/needs.ts';
import { parseTemplate, type Reference } from '../variables/template.ts';
import type { VariableSource } from '../variables/resolve.ts';
import { template, type Origin } from '../variables/value.ts';

/** A program with its arguments as it would run, for people. */
interface ShownProgram {
  /** One line: each argument quoted as in JSON, secrets masked. */
  readonly line: string;
  readonly needs: Needs;
}

/** What a text is filled in from for people. */
export type ShownSource = Pick<VariableSource, 'named' | 'env' | 'workspaceFolder'>;

/** A variable that refers to itself is named where the program is to run. */
const deepest = 20;

/**
 * What stands for something else each time, as the time does, stays as it is written: the user allows
 * it for all times.
 *
 * @param author who wrote the command
 */
export function shownProgram(
  command: readonly string[],
  author: Origin,
  source: ShownSource,
): ShownProgram {
  const shown = command.map(argument => JSON.stringify(shownText(argument, source)));
  return {
    line: shown.join(' '),
    needs: neededBy(
      command.map(argument => template(argument, author)),
      source.named,
    ),
  };
}

/** A text as it would be filled in, for people: secrets are masked. */
export function shownText(text: string, source: ShownSource): string {
  return filled(text, source, deepest);
}

function filled(text: string, source: ShownSource, depth: number): string {
  return parseTemplate(text)
    .map(part => (typeof part === 'string' ? part : valueOf(part, source, depth)))
    .join('');
}

function valueOf(reference: Reference, source: ShownSource, depth: number): string {
  const { kind, argument } = reference;
  const written = spellingOf(reference);
  switch (kind) {
    case 'secret':
      return mask;
    case 'env':
      return isSecretName(argument) ? mask : (source.env(argument, 'user') ?? written);
    case 'workspaceFolder':
      return source.workspaceFolder() ?? written;
    case 'named': {
      const value = source.named(argument);
      if (value === undefined || depth === 0) {
        return written;
      }
      return value.kind === 'template' ? filled(value.text, source, depth - 1) : value.text;
    }
    case 'timestamp':
    case 'isoTimestamp':
    case 'uuid':
    case 'counter':
    case 'random':
    case 'prompt':
    case 'last':
      return written;
  }
}
