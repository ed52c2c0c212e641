import { writeSync } from 'node:fs';
import { numberedBatch } from './captures.ts';
import { openLog } from './logs.ts';

/**
 * A process that writes to the log at the path it is given until somebody kills it, without pause and in
 * the way it is told. It prints lines of what holds for the log from then on: `has 3 20`, that its first
 * row is number 3 and the next will be 20; and before the first number changes, `may 15`, what it may be.
 */
const [path = '', way = ''] = process.argv.slice(2);
const options = { segmentByteLength: 6000 };
let { store } = openLog(path, options);

const say = (line: string) => writeSync(1, `${line}\n`);
const tell = () => say(`has ${store.extent.first} ${store.extent.next}`);

function append(): void {
  const { next } = store.extent;
  store.append(numberedBatch(next, 1 + ((next * 7) % 40)));
  tell();
}

const ways: Readonly<Record<string, () => void>> = {
  append,
  clear: () => {
    append();
    append();
    say(`may ${store.extent.next}`);
    store.clear();
    tell();
    append();
    store.forget();
    store.sweep();
  },
  enforce: () => {
    append();
    say(`may ${Math.max(store.extent.first, store.extent.next - 290)}`);
    store.enforce({ maxRows: 300, maxBytes: Infinity });
    tell();
  },
  close: () => {
    append();
    store.close();
    store = openLog(path, options).store;
  },
};

tell();
for (const step = ways[way]; step;) {
  step();
}
