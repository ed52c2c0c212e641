import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import {
  batchOf,
  copyCapture,
  numberedBatch,
  scratchFolder,
  textRow,
} from '../../../../support/capture/captures.ts';
import { openLog } from '../../../../support/capture/logs.ts';

const options = { segmentByteLength: 1000 };

/** A log as a crash has left it, in a folder that is removed after the test. */
function setUp(t: TestContext, write: (append: (texts: readonly string[]) => void) => void) {
  const folder = scratchFolder();
  t.after(() => folder[Symbol.dispose]());
  const { store } = openLog(join(folder.path, 'live'), options);
  write(texts => {
    store.append(
      batchOf(
        store.extent.next,
        texts.map(text => textRow(text)),
      ),
    );
  });
  const left = join(folder.path, 'left');
  copyCapture(join(folder.path, 'live'), left);
  store.close();
  let count = 0;
  /** The same log at a path of its own. */
  const copy = () => {
    const path = join(folder.path, `copy${count++}`);
    copyCapture(left, path);
    return path;
  };
  return { left, copy };
}

function textsIn(path: string, isReadOnly: boolean): readonly string[] {
  const { store } = openLog(path, { ...options, isReadOnly });
  const texts = store.rows(0, Infinity).map(({ preview }) => preview);
  store.close();
  return texts;
}

/** Checks what is left of a log, that reading it changes nothing, and that writing goes on behind it. */
function assertLeft(path: string, segment: number, expected: readonly string[], when: string) {
  const bytes = readFileSync(segmentPath(path, segment));
  assert.deepEqual(textsIn(path, true), expected, when);
  assert.deepEqual(readFileSync(segmentPath(path, segment)), bytes, when);
  const { store } = openLog(path, options);
  const { next } = store.extent;
  store.append(numberedBatch(next, 1));
  store.close();
  assert.deepEqual(textsIn(path, true), [...expected, `#${next}`], when);
}

describe('The end of a log that is damaged', () => {
  const setUpSmall = (t: TestContext) =>
    setUp(t, append => {
      append(['one', 'two']);
      append(['12345678', 'abcdefgh']); // no bytes behind the payloads
    });
  const begin = 64 + 2 * 16 + 8;
  const end = begin + 64 + 2 * 16 + 16;
  /** Writes to each tenth only, which takes longer. */
  const assertReads = (path: string, count: number, when: string) => {
    if (count % 10 === 0) {
      assertLeft(path, 1, ['one', 'two'], when);
    } else {
      assert.deepEqual(textsIn(path, true), ['one', 'two'], when);
    }
  };

  it('is cut off where it is torn, at any byte', t => {
    const { left, copy } = setUpSmall(t);
    assert.equal(statSync(segmentPath(left, 1)).size, end);
    for (let length = begin; length < end; length++) {
      const path = copy();
      truncateSync(segmentPath(path, 1), length);
      assertReads(path, length, `${length} bytes`);
    }
  });

  it('is left out where any of its bytes is another', t => {
    const { copy } = setUpSmall(t);
    for (let at = begin; at < end; at++) {
      const path = copy();
      const bytes = readFileSync(segmentPath(path, 1));
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      writeFileSync(segmentPath(path, 1), bytes);
      assertReads(path, at, `byte ${at}`);
    }
  });

  it('is cut off where it is no block', t => {
    const { copy } = setUpSmall(t);
    const garbage: Readonly<Record<string, Buffer>> = {
      'one byte': Buffer.of(0x57),
      'zeros, as after a power cut': Buffer.alloc(4096),
      'a header alone': Buffer.from('WSMB\x01\0\0\0\x01\0\0\0'.padEnd(64, '\0'), 'latin1'),
      'text': Buffer.from('somebody has written this here. '.repeat(100)),
    };
    for (const [what, bytes] of Object.entries(garbage)) {
      const path = copy();
      appendFileSync(segmentPath(path, 1), bytes);
      assertLeft(path, 1, ['one', 'two', '12345678', 'abcdefgh'], what);
    }
  });

  it('is cut off where it is an older block, whose numbers are below', t => {
    const { copy } = setUpSmall(t);
    const path = copy();
    appendFileSync(segmentPath(path, 1), readFileSync(segmentPath(path, 1)).subarray(0, begin));
    assertLeft(path, 1, ['one', 'two', '12345678', 'abcdefgh'], 'the first block once more');
  });

  it('may be a file without a byte, or nothing at all', t => {
    const { left, copy } = setUpSmall(t);
    const empty = copy();
    writeFileSync(segmentPath(empty, 2), '');
    assertLeft(empty, 2, ['one', 'two', '12345678', 'abcdefgh'], 'an empty second segment');
    const none = copy();
    truncateSync(segmentPath(none, 1), 0);
    assertLeft(none, 1, [], 'an empty first segment');
    const gone = copy();
    rmSync(segmentPath(gone, 1));
    assert.deepEqual(textsIn(gone, true), []);
    assert.equal(textsIn(left, true).length, 4);
  });

  it('does not take with it what is whole behind it', t => {
    const { copy } = setUp(t, append => {
      append(['one']);
      append(['two']);
      append(['three']);
    });
    const path = copy();
    const bytes = readFileSync(segmentPath(path, 1));
    bytes[88 + 80] = 0; // of the second payload
    writeFileSync(segmentPath(path, 1), bytes);
    assert.deepEqual(textsIn(path, true), ['one', 'three']);
    assert.deepEqual(textsIn(path, false), ['one', 'three']);
    assert.deepEqual(readFileSync(segmentPath(path, 1)), bytes);
  });
});

describe('A log in whose middle something is damaged', () => {
  const setUpLong = (t: TestContext) =>
    setUp(t, append => {
      for (const text of ['a', 'b', 'c', 'd', 'e']) {
        append([`${text}1`.padEnd(400)]);
        append([`${text}2`.padEnd(400)]);
      }
    });
  const lettersIn = (path: string, isReadOnly: boolean) =>
    textsIn(path, isReadOnly)
      .map(text => text.trimEnd())
      .join(' ');

  const damages: Readonly<Record<string, readonly [(path: string) => void, string]>> = {
    'a segment is missing': [path => rmSync(path), 'b1 b2 d1 d2 e1 e2'],
    'a segment has no byte': [path => truncateSync(path, 0), 'b1 b2 d1 d2 e1 e2'],
    'a segment is cut in a header': [path => truncateSync(path, 500), 'b1 b2 c1 d1 d2 e1 e2'],
    'a segment is cut in a payload': [path => truncateSync(path, 900), 'b1 b2 c1 d1 d2 e1 e2'],
    'a segment is something else': [
      path => writeFileSync(path, 'no log at all '.repeat(90)),
      'b1 b2 d1 d2 e1 e2',
    ],
    'a segment is an older one': [
      path => copyFileSync(path.replace('-00003', '-00001'), path),
      'b1 b2 d1 d2 e1 e2',
    ],
    'a segment is a folder': [
      path => {
        rmSync(path);
        mkdirSync(path);
      },
      'b1 b2 d1 d2 e1 e2',
    ],
  };

  for (const [what, [damage, expected]] of Object.entries(damages)) {
    it(`has the rows before and behind it: ${what}`, t => {
      const { copy } = setUpLong(t);
      const path = copy();
      damage(segmentPath(path, 3));
      assert.equal(lettersIn(path, true), `a1 a2 ${expected}`);
      const { store } = openLog(path, options);
      assert.deepEqual([store.extent.first, store.extent.next], [0, 10]);
      const byteLength = 400 * (expected.split(' ').length + 2);
      assert.equal(store.extent.byteLength, byteLength);
      assert.equal(store.payload(5, 0, 9), undefined);
      assert.equal(store.enforce({ maxRows: Infinity, maxBytes: byteLength - 1 }), 1);
      assert.equal(store.enforce({ maxRows: 8, maxBytes: Infinity }), 1);
      store.append(batchOf(10, [textRow('f1')]));
      store.close();
      assert.equal(lettersIn(path, true), `${expected} f1`);
    });
  }

  it('has those behind it where the first is missing, also of the rows that count', t => {
    const { copy } = setUpLong(t);
    const path = copy();
    rmSync(segmentPath(path, 1));
    const { store } = openLog(path, options);
    assert.deepEqual(
      [store.extent.first, store.extent.next, store.extent.byteLength],
      [2, 10, 3200],
    );
    store.close();
    assert.equal(lettersIn(path, true), 'b1 b2 c1 c2 d1 d2 e1 e2');
  });

  it('goes on with its numbers where all that was written down is gone', t => {
    const { copy } = setUpLong(t);
    const path = copy();
    openLog(path, options).store.close();
    [1, 2, 3, 4, 5].forEach(number => rmSync(segmentPath(path, number)));
    const { store } = openLog(path, options);
    assert.deepEqual(store.extent, { first: 10, next: 10, byteLength: 0, dropped: 0 });
    store.append(batchOf(10, [textRow('f1')]));
    store.close();
    assert.equal(lettersIn(path, true), 'f1');
  });
});
