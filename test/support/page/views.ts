// What stands between the list and its view where the state of a real view cannot be brought about, or
// not within the time of a test.
import { Emitter } from '../../../src/core/base/event.ts';
import type { CaptureView, Located, ViewRow, ViewState } from '../../../src/core/capture/view.ts';

/** Views whose scan stops at a share of their rows, as that of a large capture is on its way. */
export class HeldScans {
  readonly #onDidChange = new Emitter<undefined>();
  #share = 1;

  /** From 0 to 1. */
  set share(share: number) {
    this.#share = share;
    this.#onDidChange.fire(undefined);
  }

  readonly wrap = (view: CaptureView): CaptureView => {
    const state = (): ViewState => {
      const { first, next, scanned, ...rest } = view.state;
      return {
        ...rest,
        first,
        next: first + Math.floor((next - first) * this.#share),
        scanned: Math.floor(scanned * this.#share),
      };
    };
    return {
      id: view.id,
      get state() {
        return state();
      },
      onDidChange: listener => {
        const ofView = view.onDidChange(() => listener(state()));
        const ofShare = this.#onDidChange.event(() => listener(state()));
        return {
          dispose: () => {
            ofView.dispose();
            ofShare.dispose();
          },
        };
      },
      setTail: count => view.setTail(count),
      rows: (from, count) => view.rows(from, Math.max(0, Math.min(count, state().next - from))),
      locate: async (place): Promise<Located> => {
        const located = await view.locate(place);
        const { next } = state();
        return this.#share === 1 || located.position < next
          ? located
          : { position: next, isExact: false, isScanned: false };
      },
      find: (...given) => view.find(...given),
      dispose: () => view.dispose(),
    };
  };
}

/**
 * Makes a view as long as one of ten million rows, which repeat those that are there. To store so many
 * would take half a minute and a gigabyte, and what is tested is what the page makes of the length.
 */
export function repeated(view: CaptureView, length: number): CaptureView {
  const first = 1;
  const next = first + length;
  const state = { first, next, scanned: length, total: length, hidden: 0, dropped: 0 };
  return {
    id: view.id,
    state,
    onDidChange: listener => view.onDidChange(() => listener(state)),
    setTail: () => undefined,
    rows: async (from, count) => {
      const own = await view.rows(first, view.state.next - first);
      const rows: ViewRow[] = [];
      for (
        let position = Math.max(from, first);
        position < Math.min(from + count, next);
        position++
      ) {
        const row = own[(position - first) % own.length];
        if (row) {
          rows.push({ ...row, position, seq: position - first });
        }
      }
      return rows;
    },
    locate: place =>
      Promise.resolve({
        position: first + ('seq' in place ? place.seq : 0),
        isExact: true,
        isScanned: true,
      }),
    find: () => Promise.resolve({ isWrapped: false }),
    dispose: () => view.dispose(),
  };
}
