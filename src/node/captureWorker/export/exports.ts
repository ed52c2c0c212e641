import { setImmediate, setTimeout } from 'node:timers/promises';
import { lowerBound } from '../../../core/base/lowerBound.ts';
import { recordsIn } from '../../../core/capture/captureStore.ts';
import { CsvWriter } from '../../../core/export/csv.ts';
import {
  ExportError,
  type ExportJob,
  type ExportProgress,
  type ExportResult,
} from '../../../core/export/exportJob.ts';
import { HarWriter, openingIn, type Opening } from '../../../core/export/har.ts';
import { NdjsonWriter } from '../../../core/export/ndjson.ts';
import type { RowWriter, WriterParts } from '../../../core/export/rowWriter.ts';
import type {
  ExportRequest,
  ExportRequestName,
  WorkerRequest,
} from '../../capture/captureProtocol.ts';
import { assertGoesOn, base64, exportFile, redactorFor } from './exportFile.ts';
import type { DecodingsOf } from '../sessions/viewDecoders.ts';
import { ViewSession } from '../sessions/viewSession.ts';
import { ExportDecoding } from './exportDecoding.ts';
import { type RowRange, blocksOf, positionsIn, type ExportedView } from './exportRows.ts';

/** How long to look for opening handshakes before others have their turn. */
const sliceMs = 8;

const listChanged = 'The list has changed since. Export again.';

const stateChanges = { is: 'kind', kinds: ['state'] } as const;

interface ExportsOptions {
  readonly captures: DecodingsOf;
  readonly viewOf: (id: number) => ViewSession | undefined;
  readonly report: (id: number, progress: ExportProgress) => void;
  /** Something waits to be stored or to be looked for. */
  readonly isBusy: () => boolean;
}

/** The exports that run in the capture worker. */
export class Exports {
  readonly #options: ExportsOptions;
  readonly #running = new Map<number, AbortController>();

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /** A promise is that of the whole export. */
  perform({ key, request, params }: WorkerRequest<ExportRequestName>): unknown {
    if (request === 'export.open') {
      return this.#export(key, params);
    }
    this.#running.get(key)?.abort();
    return undefined;
  }

  async #export(id: number, request: ExportRequest): Promise<ExportResult> {
    const view = this.#options.viewOf(request.job.view);
    if (!view) {
      throw new ExportError(listChanged);
    }
    const controller = new AbortController();
    this.#running.set(id, controller);
    const release = view.hold();
    try {
      return await this.#write(id, view, request, controller.signal);
    } finally {
      release();
      this.#running.delete(id);
    }
  }

  async #write(
    id: number,
    view: ViewSession,
    { job, partPath }: ExportRequest,
    signal: AbortSignal,
  ): Promise<ExportResult> {
    const { captures, report } = this.#options;
    const giveWay = (ms: number) => this.#giveWay(ms);
    const ends = new Map([...captures].map(([capture, { store }]) => [capture, store.extent.next]));
    const ranges = job.ranges ? rangesOf(view, job.ranges) : await this.#whole(job, view, signal);
    if (ranges.length === 0 && job.ranges && job.ranges.length > 0) {
      // They were chosen at positions that are not used any more.
      throw new ExportError(listChanged);
    }
    const onProgress = (progress: ExportProgress) => report(id, progress);
    const decoding = job.isDecoded
      ? new ExportDecoding({
          captures,
          ends: new Map(job.connections.map(each => [each.capture, ends.get(each.capture) ?? 0])),
          onProgress: read =>
            onProgress({ rows: 0, of: positionsIn(ranges), byteLength: 0, decoding: read }),
          giveWay: async ms => {
            await giveWay(ms);
            assertGoesOn(signal);
          },
          signal,
        })
      : undefined;
    try {
      const problem = await decoding?.open();
      await decoding?.catchUp();
      const writer = await this.#writerFor(job, signal, problem === undefined && decoding);
      const result = await exportFile(job, partPath, {
        view,
        ranges,
        writer,
        signal,
        onProgress,
        giveWay: async ms => {
          await giveWay(ms);
          await decoding?.catchUp();
        },
        ...(job.format === 'har' && { passes: job.connections.map(({ capture }) => capture) }),
        endOf: capture => ends.get(capture) ?? 0,
      });
      return problem === undefined ? result : { ...result, problem };
    } finally {
      decoding?.close();
    }
  }

  /**
   * All rows of a view that is still being filled, once it has read all rows that its captures have
   * now.
   */
  async #whole(
    job: ExportJob,
    view: ViewSession,
    signal: AbortSignal,
  ): Promise<readonly RowRange[]> {
    const { total } = view.state;
    while (view.state.scanned < Math.min(total, view.state.total)) {
      // A view that was closed is not filled any more.
      if (this.#options.viewOf(job.view) !== view) {
        throw new ExportError(listChanged);
      }
      if (view.state.problem !== undefined) {
        throw new ExportError(view.state.problem);
      }
      await this.#giveWay(sliceMs);
      assertGoesOn(signal);
    }
    if (view.mergeDelayMs < Infinity) {
      await setTimeout(view.mergeDelayMs);
      view.merge();
    }
    return rangesOf(view, [[0, Infinity]]);
  }

  async #writerFor(
    job: ExportJob,
    signal: AbortSignal,
    decoding: ExportDecoding | false | undefined,
  ): Promise<RowWriter> {
    const parts: WriterParts = {
      redactor: redactorFor(job),
      base64,
      ...(decoding && { decode: (capture, record) => decoding.read(capture, record) }),
    };
    switch (job.format) {
      case 'ndjson':
        return new NdjsonWriter(parts, job.isParsed);
      case 'csv':
        return new CsvWriter(parts, job.byteOrderMark);
      case 'har': {
        const captures = job.connections.map(({ capture }) => capture);
        const openings = await this.#openings(captures, signal);
        return new HarWriter({
          ...parts,
          openingAt: (capture, seq) => openings.at(capture, seq),
        });
      }
    }
  }

  /** A handshake is wanted also if the exported view, or a selection, does not show its row. */
  async #openings(ids: readonly number[], signal: AbortSignal): Promise<ExportOpenings> {
    const { captures } = this.#options;
    const openings = new ExportOpenings((capture, seq) => {
      const store = captures.get(capture)?.store;
      const [record] = store ? recordsIn(store, seq, seq + 1) : [];
      return record && openingIn(record);
    });
    for (const id of ids) {
      const view = new ViewSession({ captures: [id], condition: stateChanges }, 0, captures);
      while (view.hasWork) {
        view.work(performance.now() + sliceMs);
        await this.#giveWay(sliceMs);
        assertGoesOn(signal);
      }
      const steps = openings.collect(view);
      while (!steps.next().done) {
        await this.#giveWay(sliceMs);
        assertGoesOn(signal);
      }
      view.close();
    }
    return openings;
  }

  /** Yields to other work at least once, and up to that long while there is any. */
  async #giveWay(ms: number): Promise<void> {
    const until = performance.now() + ms;
    do {
      await setImmediate();
    } while (this.#options.isBusy() && performance.now() < until);
  }
}

/** The parts of `ranges` that are in the view now. The row about dropped ones is in no capture. */
function rangesOf({ state }: ViewSession, ranges: readonly RowRange[]): readonly RowRange[] {
  const first = state.first + (state.dropped > 0 ? 1 : 0);
  return ranges
    .map(([from, to]) => [Math.max(from, first), Math.min(to, state.next)] as const)
    .filter(([from, to]) => from < to);
}

/** Where the opening handshakes of some captures are: the facts of one at a time are in memory. */
class ExportOpenings {
  readonly #seqs = new Map<number, number[]>();
  readonly #read: (capture: number, seq: number) => Opening | undefined;
  #last: { readonly capture: number; readonly seq: number; readonly opening: Opening } | undefined;

  /** @param read reads the opening of a row again */
  constructor(read: (capture: number, seq: number) => Opening | undefined) {
    this.#read = read;
  }

  /** Looks through the state changes of `view`; yields when it is time to pause. */
  *collect(view: ExportedView): Generator<undefined> {
    for (const { rows } of blocksOf(view, [[view.state.first, view.state.next]])) {
      for (const { capture, record } of rows) {
        if (openingIn(record)) {
          const seqs = this.#seqs.get(capture);
          if (seqs) {
            seqs.push(record.seq);
          } else {
            this.#seqs.set(capture, [record.seq]);
          }
        }
      }
      yield;
    }
  }

  /** The last opening at or before the row `seq`; `undefined` also if it was dropped meanwhile. */
  at(capture: number, seq: number): Opening | undefined {
    const seqs = this.#seqs.get(capture) ?? [];
    const after = lowerBound(0, seqs.length, index => (seqs[index] ?? Infinity) <= seq);
    const found = seqs[after - 1];
    if (found === undefined) {
      return undefined;
    }
    if (this.#last?.capture !== capture || this.#last.seq !== found) {
      const opening = this.#read(capture, found);
      if (!opening) {
        return undefined;
      }
      this.#last = { capture, seq: found, opening };
    }
    return this.#last.opening;
  }
}
