import { l10n } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { UserError } from '../../core/base/errors.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Capture } from '../../core/capture/capture.ts';
import type { CaptureView, ViewDecoding, ViewQuery } from '../../core/capture/view.ts';
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

/** What is not JSON as it is: decoders may know a value of it. */
const opaque: Condition = {
  is: 'not',
  of: { is: 'field', path: [], comparison: 'has', value: null },
};

/**
 * The value at a path of the newest received message that has the path, in JSON or in what decoders make
 * of the message; `undefined` if none has it. The capture worker searches for it.
 *
 * @param since in milliseconds since 1970: earlier messages are ignored
 * @throws UserError if the path is invalid, the search takes too long, or messages may have it that are not
 *   decoded
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
  const store = new DisposableStore();
  try {
    const late = new Promise<never>((_, reject) => {
      const sentence = l10n.t('No received message with {0} was found in time.', path);
      store.add(clock.schedule(maxSearchMs, () => reject(new UserError(sentence))));
    });
    const search = new Search(capture, path, field, since, query => store.add(openView(query)));
    const found = await Promise.race([search.run(), late]);
    return found === undefined ? undefined : peerText(found);
  } finally {
    store.dispose();
  }
}

class Search {
  readonly #capture: Capture;
  readonly #written: string;
  readonly #field: Condition & { readonly is: 'field' };
  readonly #since: number;
  readonly #open: (query: ViewQuery) => CaptureView;

  /** @param written the path as it was written, for errors */
  constructor(
    capture: Capture,
    written: string,
    field: Condition & { readonly is: 'field' },
    since: number,
    open: (query: ViewQuery) => CaptureView,
  ) {
    this.#capture = capture;
    this.#written = written;
    this.#field = field;
    this.#since = since;
    this.#open = open;
  }

  async run(): Promise<string | undefined> {
    const view = this.#open({ captures: [this.#capture.id] });
    await caughtUp(view, this.#capture);
    const newest = await this.#newest(
      view,
      { is: 'any', of: [this.#field, opaque] },
      view.state.next,
    );
    if (!newest) {
      return undefined;
    }
    const plain = await this.#plainValue(newest.row.seq);
    if (plain !== undefined) {
      return plain;
    }
    // Decoders are asked about it, and about those before it down to the newest that needs none.
    const older = await this.#newest(view, this.#field, newest.position);
    const { value, decoding } = await this.#decodedValue(older?.row.at ?? this.#since);
    const found = value ?? (older && (await this.#plainValue(older.row.seq)));
    const isUndecoded = newest.row.kind === 'binary' && decoding?.shown !== 'applied';
    if (found === undefined && isUndecoded && decoding?.shown !== 'applied?') {
      throw new UserError(undecodedSentence(this.#written, decoding));
    }
    return found;
  }

  /** Of the received messages before a position. */
  async #newest(view: CaptureView, which: Condition, before: number) {
    const condition = this.#received(this.#since, which);
    const { position, isWrapped } = await view.find(condition, before, 'previous');
    const [row] = position === undefined || isWrapped ? [] : await view.rows(position, 1);
    return row && { row, position: position ?? 0 };
  }

  async #decodedValue(since: number) {
    const condition = this.#received(since, this.#field);
    const view = this.#open({ captures: [this.#capture.id], condition, isDecoded: true });
    await caughtUp(view, this.#capture);
    const { first, next, decoding } = view.state;
    const [row] = next > first ? await view.rows(next - 1, 1) : [];
    const path = this.#field.path;
    const question = { condition: this.#field, path, wanted: 'last' } as const;
    const answer =
      row &&
      (await this.#capture.judge({
        questions: [{ ...question, from: row.seq }],
        to: row.seq + 1,
      }));
    return { value: answer?.matches[0]?.value, decoding };
  }

  async #plainValue(seq: number): Promise<string | undefined> {
    const part = await this.#capture.payload(seq, 0, maxMessageBytes);
    return part && valueAt(part.bytes, this.#field.path);
  }

  #received(since: number, which: Condition): Condition {
    const facts: readonly Condition[] = [
      { is: 'direction', direction: 'in' },
      { is: 'kind', kinds: ['text', 'binary'] },
      { is: 'time', comparison: '>=', at: since },
      { is: 'size', comparison: '<=', bytes: maxMessageBytes },
    ];
    return { is: 'all', of: [...facts, which] };
  }
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

function undecodedSentence(path: string, decoding: ViewDecoding | undefined): string {
  return decoding?.shown === 'suggested'
    ? l10n.t(
        'No received message with {0} was found: messages of this connection are binary and not decoded. They look like {1}: “Decode As…” applies that.',
        path,
        decoding.title,
      )
    : l10n.t(
        'No received message with {0} was found: messages of this connection are binary and not decoded. “Decode As…” chooses a decoder.',
        path,
      );
}
