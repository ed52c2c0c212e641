import { l10n, window } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isObject } from '../../core/json/json.ts';
import type { Source } from '../captures/sources.ts';
import type { DecoderChoices } from './decoderChoices.ts';
import type { Scripts } from './scripts/scripts.ts';

export interface OpenDecoderParts {
  readonly choices: Pick<DecoderChoices, 'rulesFor'>;
  readonly scripts: Pick<Scripts, 'uriOf'>;
}

/**
 * Opens the file of a decoder that a rule for a source names.
 *
 * @param name of the decoder, not of the file: who asks may not choose a path
 * @throws UserError if there is none, or none any more
 */
export async function openDecoder(
  { choices, scripts }: OpenDecoderParts,
  source: Source,
  name: string,
): Promise<void> {
  for (const step of choices.rulesFor(source).flatMap(({ use }) => use)) {
    const script = isObject(step) ? step['script'] : undefined;
    if (isObject(script) && script['name'] === name && typeof script['file'] === 'string') {
      const uri = scripts.uriOf(script['file']);
      if (uri) {
        await window.showTextDocument(uri);
        return;
      }
    }
  }
  throw new UserError(
    l10n.t('No rule for these messages names a file of the decoder "{0}".', name),
  );
}
