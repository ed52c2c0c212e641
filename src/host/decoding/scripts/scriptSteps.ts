import type { DecodeStep } from '../../../core/decode/decodeRule.ts';
import { isDecoderName } from '../../../core/decode/registry/decoderNames.ts';
import type { SettingsScope } from '../../../core/settings/settingLayers.ts';
import type { ContributedDecoders } from './contributedDecoders.ts';
import type { ScriptRequest } from './scriptRequest.ts';

/** The decoder in a file that a step names, if it does. */
export function scriptOf(
  step: DecodeStep,
  scope: SettingsScope,
  contributed: Pick<ContributedDecoders, 'find'>,
): ScriptRequest | undefined {
  if (typeof step === 'object' && typeof step['script'] === 'string') {
    return { kind: 'file', scope, path: step['script'] };
  }
  const name = typeof step === 'object' ? step['as'] : step;
  return typeof name === 'string' && !isDecoderName(name)
    ? (contributed.find(name) ?? { kind: 'unknown', name })
    : undefined;
}
