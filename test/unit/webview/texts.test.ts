import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCloseFrame, readClosePreview } from '../../../src/core/connection/wire/closeCode.ts';
import { defaultColumns } from '../../../src/webview/list/rows/columns.ts';
import { firstLiked } from '../../../src/webview/details/detailTabs.ts';
import { hexDump } from '../../../src/core/text/hexDump.ts';
import { keyTarget } from '../../../src/webview/list/listKeys.ts';
import { hostLayout, layoutOf } from '../../../src/webview/state/layout.ts';
import { readSavedState } from '../../../src/webview/state/savedState.ts';
import { readHandshake } from '../../../src/webview/details/facts/readHandshake.ts';
import { hasHandshake, readStateRow } from '../../../src/webview/list/rows/stateRow.ts';
import { cutText } from '../../../src/webview/widgets/textBlock.ts';

describe('readStateRow', () => {
  it('reads the sentence, its severity and the facts', () => {
    assert.deepEqual(
      readStateRow('{"state":"retry","severity":"warning","text":"Lost.","rule":"r","code":1006}'),
      {
        state: 'retry',
        severity: 'warning',
        text: 'Lost.',
        facts: [
          ['rule', 'r'],
          ['code', '1006'],
        ],
      },
    );
  });

  it('shows what it does not know as it stands', () => {
    for (const json of ['{', '17', 'null', '{"text":5}', '[]']) {
      assert.deepEqual(readStateRow(json), { text: json, severity: 'info', facts: [] });
    }
  });
});

it('hasHandshake tells by the preview that the payload holds more', () => {
  const row = { seq: 1, at: 0, direction: 'in', heartbeat: false, kind: 'state' } as const;
  const preview = '{"state":"failed","text":"Lóst."}';
  const { length } = new TextEncoder().encode(preview);
  assert.equal(hasHandshake({ ...row, preview, byteLength: length }), false);
  assert.equal(hasHandshake({ ...row, preview, byteLength: length + 20 }), true);
  assert.equal(hasHandshake({ ...row, preview: '{"cut', byteLength: 2000 }), false);
  assert.equal(hasHandshake({ ...row, kind: 'text', preview, byteLength: 2000 }), false);
});

const memberNames = [
  'url',
  'proxy',
  'request',
  'response',
  'subprotocol',
  'extensions',
  'tls',
  'redirects',
  'timings',
];

describe('readHandshake', () => {
  it('reads what the extension writes', () => {
    const facts = {
      url: 'wss://a.example/',
      proxy: { url: 'http://p.example:8080', chosenBy: 'setting' },
      request: [['Host', 'a.example']],
      response: { status: 401, statusText: 'Unauthorized', headers: [['X', '']], body: 'no' },
      oddities: ['lines that end in LF without CR'],
      subprotocol: 'a',
      extensions: 'b',
      tls: {
        version: 'TLSv1.3',
        cipher: 'X',
        isVerified: false,
        problem: 'expired',
        chain: [
          {
            subject: 'CN=a',
            issuer: 'CN=b',
            validFrom: 'c',
            validTo: 'd',
            fingerprint: 'AA:BB',
            names: 'DNS:a',
          },
        ],
      },
      redirects: [{ status: 307, from: 'a', to: 'b', stripped: ['Cookie'] }],
      timings: [{ phase: 'dns', ms: 0 }],
    };
    assert.deepEqual(readHandshake(facts), facts);
  });

  it('survives whatever it is given', () => {
    const nothing = { url: '', request: [], subprotocol: '', extensions: '', redirects: [] };
    assert.deepEqual(readHandshake({}), { ...nothing, timings: [] });
    for (const value of [undefined, null, 17, 'x', []]) {
      assert.equal(readHandshake(value), undefined);
    }
    const timings = [{ phase: 'toString', ms: 1 }, { phase: 'dns', ms: -1 }, { phase: 'dns' }, 5];
    const odd = { url: {}, request: 'x', redirects: [null, 3], timings, tls: [], proxy: 'p' };
    assert.deepEqual(readHandshake(odd), { ...nothing, timings: [] });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...memberNames), fc.jsonValue()), value => {
        assert.ok(readHandshake(value));
      }),
    );
  });
});

it('readCloseFrame names the code and gives the reason', () => {
  assert.deepEqual(readClosePreview('03 e8 62 79 65'), {
    code: '1000 Normal Closure',
    reason: 'bye',
  });
  assert.deepEqual(readCloseFrame(new Uint8Array()), { reason: '' });
});

it('hexDump writes sixteen bytes a line', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, index) => 0x40 + index * 4);
  assert.deepEqual(hexDump(bytes, 32).split('\n'), [
    '00000020  40 44 48 4c 50 54 58 5c  60 64 68 6c 70 74 78 7c  @DHLPTX\\`dhlptx|',
    '00000030  80 84                                             ..',
  ]);
});

it('cutText loses nothing but the newlines at its cuts', () => {
  const unit = fc.constantFrom('a', '\n', '😀', 'é', '\ufeff', 'long line ');
  fc.assert(
    fc.property(fc.array(unit), fc.integer({ min: 4, max: 40 }), (units, length) => {
      const source = units.join('');
      const blocks = [...cutText(new TextEncoder().encode(source), undefined, length)];
      const text = blocks.map(block => block.text).join('');
      assert.equal(text.replaceAll('\n', ''), source.replaceAll('\n', ''));
      assert.ok(source.length - text.length < blocks.length);
      for (const { text, lineCount } of blocks) {
        assert.ok(!text.includes('\ufffd') && text.length <= length);
        assert.equal(lineCount, text.split('\n').length);
      }
    }),
  );
});

it('cutText gets through what is no UTF-8, and finds the place to mark', () => {
  const bytes = new Uint8Array(100).fill(0x80);
  assert.equal([...cutText(bytes, undefined, 8)].length, 13);
  const marked = [...cutText(new TextEncoder().encode('one\ntwo three'), 8, 6)];
  assert.deepEqual(
    marked.map(({ text, mark }) => [text, mark]),
    [
      ['one', undefined],
      ['two th', 4],
      ['ree', undefined],
    ],
  );
});

describe('keyTarget', () => {
  const position = { first: 10, next: 100, active: 50, lastShown: 79, pageSize: 21 };

  it('moves from the selection', () => {
    const keys = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', 'Enter', 'x'];
    assert.deepEqual(
      keys.map(key => keyTarget(key, position)),
      [49, 51, 30, 70, 10, 99, 50, undefined],
    );
  });

  it('begins at the last row on screen', () => {
    const unselected = { ...position, active: undefined };
    assert.deepEqual(
      ['ArrowUp', 'Enter', 'PageDown'].map(key => keyTarget(key, unselected)),
      [79, 79, 99],
    );
  });

  it('stays within the list', () => {
    assert.equal(keyTarget('ArrowUp', { ...position, active: 3 }), 10);
    assert.equal(keyTarget('ArrowDown', { ...position, active: 99 }), 99);
    assert.equal(keyTarget('End', { ...position, first: 5, next: 5 }), undefined);
  });
});

describe('readSavedState', () => {
  const defaults = {
    isDetailOpen: false,
    isChartOpen: false,
    tabs: firstLiked,
    shareBeside: 0.42,
    shareBelow: 0.45,
    columns: defaultColumns,
    composer: { isOpen: false, height: 0, drafts: [], edits: [] },
  };

  it('survives whatever it is given', () => {
    const odd = { place: { seq: -1 }, active: 'x', shareBeside: 7, tabs: 'odd', columns: [1] };
    for (const value of [undefined, null, 'x', [], odd]) {
      assert.deepEqual(readSavedState(value), defaults);
    }
  });

  it('brings back what was kept', () => {
    const saved = {
      ...defaults,
      place: { captureKey: 'k', seq: 17, offset: -0.5 },
      pausedAfter: { captureKey: 'k', seq: 20 },
      active: { captureKey: 'l', seq: 3 },
      columns: { ...defaultColumns, widths: { size: 8 }, hidden: ['kind'], time: 'previous' },
    };
    assert.deepEqual(readSavedState(JSON.parse(JSON.stringify(saved))), saved);
  });
});

describe('The layout that outlives a tab', () => {
  const element = (text: string) => ({ textContent: text }) as Element;
  const saved = readSavedState({
    isChartOpen: true,
    isDetailOpen: true,
    filter: 'secret',
    active: { captureKey: 'k', seq: 3 },
    shareBeside: 0.3,
    columns: { ...defaultColumns, hidden: ['kind'], time: 'previous' },
    composer: { isOpen: true, height: 90, drafts: [['a', { kind: 'text', text: 'secret' }]] },
  });

  it('is how things are arranged, and nothing that was written or received', () => {
    const layout = layoutOf(saved);
    assert.doesNotMatch(layout, /secret|captureKey/);
    const next = readSavedState(hostLayout(element(JSON.stringify(layout))));
    assert.deepEqual(next, {
      ...readSavedState(undefined),
      isChartOpen: true,
      shareBeside: 0.3,
      columns: saved.columns,
      composer: { isOpen: true, height: 90, drafts: [], edits: [] },
    });
  });

  it('is none where the host has none, or what it has cannot be read', () => {
    assert.equal(hostLayout(null), undefined);
    for (const text of ['""', '', '"{"', '7', 'null']) {
      assert.equal(hostLayout(element(text)), undefined, text);
    }
  });
});
