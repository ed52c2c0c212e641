import { presetDecoder } from '../../../../../src/core/decode/mapping/presets.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { vectorFile } from '../../../../support/decode/vectors.ts';

for (const name of ['jsonrpc', 'ocpp', 'pusher', 'actioncable']) {
  const decoder = presetDecoder(name);
  if (decoder) {
    testHostile(decoder, vectorFile(name).sessions);
  }
}
