import type { ViewQuery } from '../../../core/capture/view.ts';
import { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import type { nativeSearch } from './nativeSearch.ts';

let loaded: typeof nativeSearch | undefined;

/** A view's matcher. Throws if a condition holds what is no regular expression. */
export function nativeMatcher(query: Pick<ViewQuery, 'condition' | 'hide'>): ViewMatcher {
  const test = new ViewMatcher(query, decodeUtf8);
  if (!test.isByFlags) {
    void giveSearch(test);
  }
  return test;
}

/** The code is loaded with the first filter; what is looked at before is matched row by row. */
async function giveSearch(test: ViewMatcher): Promise<void> {
  if (loaded) {
    test.search = loaded(test);
    return;
  }
  try {
    loaded = (await import('./nativeSearch.ts')).nativeSearch;
    test.search = loaded(test);
  } catch {
    // Without it the filter is slow.
  }
}

/** Bytes that are not UTF-8 become U+FFFD; a byte order mark is kept. */
function decodeUtf8({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}
