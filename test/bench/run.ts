// `npm run bench`: prints what architecture.md sets budgets for, each as measured in this one run.
import { decodeBench } from './decode.bench.ts';
import { decodedFilterBench } from './decodedFilter.bench.ts';
import { filterBench } from './filter.bench.ts';
import { ingestBench } from './ingest.bench.ts';
import type { Bench, Measurement } from './measurement.ts';
import { nodeHookBench } from './nodeHook.bench.ts';
import { ratesBench } from './rates.bench.ts';
import { sizesBench } from './sizes.bench.ts';
import { storeBench } from './store.bench.ts';
import { stormBench } from './storm.bench.ts';
import { tapBench } from './tap.bench.ts';
import { workbenchBench } from './workbench.bench.ts';

const missed: Measurement[] = [];
for (const bench of [
  sizesBench,
  ingestBench,
  ratesBench,
  storeBench,
  filterBench,
  decodeBench,
  decodedFilterBench,
  workbenchBench,
  stormBench,
  tapBench,
  nodeHookBench,
]) {
  const { title, rows }: Bench = await bench();
  console.log(`\n${title}`);
  console.table(rows);
  missed.push(...rows.filter(({ verdict }) => verdict === 'MISSED'));
}
console.log(`\n${missed.length === 0 ? 'Every budget is kept.' : 'Missed:'}`);
for (const { what, value, budget } of missed) {
  console.log(`  ${what.trim()}: ${value} (${budget})`);
}
