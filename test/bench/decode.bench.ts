// Measures what decoders cost: the label of a row, the ordered pass that pairs requests with answers, and
// what that does to storing beside it. Run it by itself, or as a part of all measurements.
import { setImmediate as turn } from 'node:timers/promises';
import { MemoryStore } from '../../src/core/capture/log/memoryStore.ts';
import { DecodePass } from '../../src/core/decode/pass/decodePass.ts';
import { chooserOf } from '../../src/core/decode/registry/chooser.ts';
import { decoderTable } from '../../src/core/decode/registry/decoders.ts';
import { BatchReader, BatchWriter, wholeBatchByteLength } from '../../src/core/record/batch.ts';
import type { CaptureService } from '../../src/node/capture/captureService.ts';
import { nativeInflate } from '../../src/node/captureWorker/decoding/nativeInflate.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { scratchFolder } from '../support/capture/captures.ts';
import { openCaptures } from './benchCaptures.ts';
import { labelRows } from './decodedLabels.ts';
import { held, median, ratio, thousands, type Bench, type Measurement } from './measurement.ts';
import { bytesOfRow, flagsOfRow, protocols, type Protocol } from './protocolRows.ts';

const passedRows = 200_000;
const storedRows = 1_000_000;
const rounds = 3;
const storeRounds = 5;
const rowsPerBatch = 2500;

const table = decoderTable(nativeInflate);

/** Microseconds of this thread for each row that the pass goes through. */
function passCost({ as, row }: Protocol): number {
  const store = new MemoryStore();
  const buffer = new SharedArrayBuffer(wholeBatchByteLength);
  const writer = new BatchWriter(buffer);
  for (let seq = 0; seq < passedRows;) {
    const firstSeq = seq;
    for (; seq < firstSeq + rowsPerBatch; seq++) {
      const next = row(seq);
      writer.append(seq, flagsOfRow(next), bytesOfRow(next));
    }
    writer.finish(firstSeq);
    store.append(new BatchReader(buffer));
  }
  const costs = Array.from({ length: rounds + 1 }, () => {
    const choose = chooserOf([{ use: [as] }], table, nativeInflate);
    const pass = new DecodePass({ store, choose, url: 'ws://bench', now: () => 0 });
    const before = process.threadCpuUsage();
    pass.work(1);
    const { user, system } = process.threadCpuUsage(before);
    if (!pass.isCaughtUp) {
      throw new Error(`The pass stopped at row ${pass.cursor}`);
    }
    return (user + system) / passedRows;
  });
  return median(costs.slice(1));
}

function passRow(protocol: Protocol): Measurement {
  const cost = passCost(protocol);
  const rate = 1_000_000 / cost;
  const shown = `${thousands(rate)}, ${cost.toFixed(1)} µs a row`;
  const budget = { limit: 100_000, aim: 250_000, isLeast: true };
  return held(`the ordered pass over ${protocol.name}`, rate, thousands, budget, shown);
}

/**
 * Rows stored in a second with a view open that follows them. The host's thread makes them some times as fast
 * as a socket brings them, so that every moment in which the worker decodes and does not store counts.
 */
async function storeRate(
  { open, openView }: CaptureService,
  { as, row }: Protocol,
  isDecoded: boolean,
): Promise<number> {
  const capture = open({ name: 'bench', url: 'ws://b', maxRows: Infinity, maxBytes: Infinity });
  capture.setDecoders([{ use: [as] }]);
  const view = openView({ captures: [capture.id], isDecoded });
  await capture.rows(0, 1); // The file is open.
  const pressure = { isHigh: false };
  capture.onDidChangePressure(isHigh => void (pressure.isHigh = isHigh));
  const rows = Array.from({ length: 1000 }, (_, index) => row(index));
  const content = rows.map(each => ({ flags: flagsOfRow(each), bytes: bytesOfRow(each) }));
  const start = performance.now();
  for (let seq = 0; seq < storedRows;) {
    const { flags, bytes } = content[seq % content.length] ?? { flags: 0, bytes: new Uint8Array() };
    capture.append(systemClock.now(), flags, bytes);
    seq++;
    if (seq % 256 === 0) {
      do {
        await turn();
      } while (pressure.isHigh);
    }
  }
  await capture.flush();
  const rate = storedRows / ((performance.now() - start) / 1000);
  view.dispose();
  capture.dispose();
  return rate;
}

async function storeRows(): Promise<readonly Measurement[]> {
  using folder = scratchFolder();
  const service = openCaptures(folder);
  try {
    const rows: Measurement[] = [];
    for (const protocol of protocols) {
      const undecoded: number[] = [];
      const decoded: number[] = [];
      for (let round = 0; round < storeRounds; round++) {
        undecoded.push(await storeRate(service, protocol, false));
        decoded.push(await storeRate(service, protocol, true));
      }
      const what = `storing ${protocol.name} in a decoded view, of an undecoded one`;
      // A round takes a quarter of a second: where others use the machine, any but the best says how busy they
      // are. The worker's own CPU time would say nothing, since decoding may have all that storing leaves.
      const best = Math.max(...decoded);
      const share = best / Math.max(...undecoded);
      const budget = { limit: 0.8, aim: 0.9, isLeast: true };
      const shown = `${ratio(share)}, ${thousands(best)}`;
      rows.push(held(what, share, ratio, budget, shown));
    }
    return rows;
  } finally {
    await service.dispose();
  }
}

export async function decodeBench(): Promise<Bench> {
  return {
    title: `Decoders: ${passedRows} rows for the pass, ${storedRows} to store`,
    rows: [...labelRows(), ...protocols.map(passRow), ...(await storeRows())],
  };
}

if (import.meta.main) {
  const { title, rows } = await decodeBench();
  console.log(title);
  console.table(rows);
}
