import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { DecodeRule } from '../../../core/decode/decodeRule.ts';
import { CaptureDecoding, type DecoderSet } from './captureDecoding.ts';

const set: DecoderSet = {
  choose: () => () => ({
    decoding: { as: [], title: '', from: null, shown: 'none' },
    routes: [],
    isSettled: true,
  }),
  titleOf: name => name,
  readersOf: () => [],
};

/** The decoding of a capture with all decoders that there are. */
export function decodingOf(
  store: CaptureStore,
  url: string,
  rules: readonly DecodeRule[],
): CaptureDecoding {
  return new CaptureDecoding(store, url, rules, set);
}
