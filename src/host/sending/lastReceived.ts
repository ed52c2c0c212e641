import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { UserError } from '../../core/base/errors.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Capture } from '../../core/capture/capture.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { Condition } from '../../core/filter/condition.ts';
import { parseFilter } from '../../core/filter/parseFilter.ts';
import { valueAt } from '../../core/json/jsonPath.ts';
import { peerText, type PeerText } from '../../core/variables/value.ts';

export interface LastReceivedPorts {
  readonly clock: Clock;
  readonly openView: (query: ViewQuery) => CaptureView;
}

/** Longer messages are not searched for values. */
const maxMessageBytes = 4 * 1024 * 1024;
const maxSearchMs = 5000;

/**
 * The value at a path of the newest received JSON message that has the path; `undefined` if none
 * has it. The capture worker searches for it, newest first.
 *
 * @param since in milliseconds since 1970: earlier messages are ignored
 * @throws UserError if the path is invalid, or the search takes too long
 */
export async function lastReceived(
  capture: Capture,
  path: string,
  since: number,
  { clock, openView }: LastReceivedPorts,
): Promise<PeerText | undefined> {
  const field = parseFilter(path, { now: 0, startOfDay: 0 }).condition;
  if (field?.is !== 'field' || field.comparison !== 'has') {
    throw new UserError(
      l10n.t('{0} needs a path such as {1}.', `\${last:${path}}`, '$.data.token'),
    );
  }
  await capture.flush();
  const view = openView({ captures: [capture.id] });
  const store = new DisposableStore();
  store.add(view);
  try {
    const late = new Promise<never>((_, reject) => {
      const sentence = l10n.t('No received message with {0} was found in time.', path);
      store.add(clock.schedule(maxSearchMs, () => reject(new UserError(sentence))));
    });
    const found = await Promise.race([search(view, capture, field, since), late]);
    return found === undefined ? undefined : peerText(found);
  } finally {
    store.dispose();
  }
}

async function search(
  view: CaptureView,
  capture: Capture,
  field: Condition & { readonly is: 'field' },
  since: number,
): Promise<string | undefined> {
  await caughtUp(view, capture);
  const condition: Condition = {
    is: 'all',
    of: [
      { is: 'direction', direction: 'in' },
      { is: 'kind', kinds: ['text'] },
      { is: 'time', comparison: '>=', at: since },
      { is: 'size', comparison: '<=', bytes: maxMessageBytes },
      field,
    ],
  };
  const { position } = await view.find(condition, view.state.next, 'previous');
  const [row] = position === undefined ? [] : await view.rows(position, 1);
  const part = row && (await capture.payload(row.seq, 0, maxMessageBytes));
  return part && valueAt(part.bytes, field.path);
}

/** Resolves when the view has all rows that the capture had when it was opened. */
function caughtUp(view: CaptureView, { extent }: Capture): Promise<void> {
  const rows = extent.next - extent.first;
  return new Promise(resolve => {
    const subscription = view.onDidChange(() => check());
    const check = () => {
      const { scanned, total } = view.state;
      if (total >= rows && scanned >= total) {
        subscription.dispose();
        resolve();
      }
    };
    check();
  });
}
