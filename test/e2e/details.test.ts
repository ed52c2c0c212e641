// The details of a message alone in a browser: no list, no host, no VS Code.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { HandshakeFacts } from '../../src/core/record/handshakeFacts.ts';
import { axeViolations } from '../support/page/accessibility.ts';
import { showRow } from '../support/page/detailPage.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { detailPart } from '../support/page/pageParts.ts';
import { usePart } from '../support/page/partHarness.ts';

const { withPage } = usePart(detailPart);

const lines = (page: Page) => page.getByRole('treeitem');
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });
const calls = (page: Page) => page.evaluate(() => window.stand.calls);

/** What the lines say, without the icons. */
async function linesOf(page: Page): Promise<readonly string[]> {
  await lines(page).first().waitFor();
  return lines(page).evaluateAll(elements =>
    elements.map(element => element.textContent.replaceAll('\u00a0', ' ')),
  );
}

async function activeLine(page: Page): Promise<string | null> {
  const id = await page.getByRole('tree').getAttribute('aria-activedescendant');
  return page.locator(`#${id ?? 'none'}`).textContent();
}

const odd =
  '{"n":900719925474099312,"n":1e400,"__proto__":{"a":-0.10},"list":[{"b c":"x\\"y"},[1,2]],"z":null}';

describe('The payload', () => {
  it('is that of the last row, also if rows come in quick succession and one comes twice', () =>
    withPage(async page => {
      await page.evaluate(() => {
        window.stand.show({ kind: 'text', bytes: '["first"]' });
        window.stand.show({ kind: 'text', bytes: '["second"]' });
        window.stand.showAgain();
      });
      await lines(page).filter({ hasText: 'second' }).waitFor();
    }));
});

describe('JSON', () => {
  it('is a tree of unchanged tokens', () =>
    withPage(async page => {
      await showRow(page, { kind: 'text', bytes: odd });
      assert.deepEqual(await linesOf(page), [
        '{5',
        '"n": 900719925474099312',
        '"n": 1e400',
        '"__proto__": {"a":-0.10}1',
        '"list": [2',
        '0: {"b c":"x\\"y"}1',
        '1: [1,2]2',
        '"z": null',
      ]);
      const second = lines(page).nth(5);
      for (const [name, value] of [
        ['aria-level', '3'],
        ['aria-posinset', '1'],
        ['aria-setsize', '2'],
        ['aria-expanded', 'false'],
      ] as const) {
        assert.equal(await second.getAttribute(name), value, name);
      }
    }));

  it('is expanded, collapsed and navigated by keys', () =>
    withPage(async page => {
      await showRow(page, { kind: 'text', bytes: odd });
      const tree = page.getByRole('tree');
      await tree.focus();
      const walk: readonly (readonly [key: string, line: string])[] = [
        ['End', '"z": null'],
        ['ArrowUp', '1: [1,2]2'],
        ['ArrowRight', '1: [2'],
        ['ArrowRight', '0: 1'],
        ['ArrowDown', '1: 2'],
        ['ArrowLeft', '1: [2'],
        ['ArrowLeft', '1: [1,2]2'],
        ['ArrowLeft', '"list": [2'],
        ['Enter', '"list": [{"b c":"x\\"y"},[1,2]]2'],
        ['Home', '{5'],
        ['ArrowLeft', `${odd}5`],
      ];
      for (const [key, line] of walk) {
        await page.keyboard.press(key);
        assert.equal(await activeLine(page), line, key);
      }
      await page.getByRole('button', { name: 'Expand All' }).click();
      await page.getByText('"b c"').waitFor();
      assert.equal((await linesOf(page)).length, 12);
      await page.getByRole('button', { name: 'Collapse All' }).click();
      await lines(page).nth(6).waitFor({ state: 'hidden' });
      assert.equal((await linesOf(page)).length, 6);
    }));

  it('copies path and value, and filters by a value', () =>
    withPage(async page => {
      await showRow(page, { kind: 'text', bytes: odd });
      await page.getByRole('button', { name: 'Expand All' }).click();
      await page.getByText('"b c"').click();
      await page.getByText('$.list[0]["b c"]').waitFor();
      for (const name of ['Copy Path', 'Copy Value', 'Filter by This Value']) {
        await page.getByRole('button', { name }).click();
      }
      await page.getByText('900719925474099312').click();
      await page.getByRole('tree').press('Control+c');
      await page.getByText('"list"').click();
      assert.equal(await page.getByRole('button', { name: 'Filter by' }).isDisabled(), true);
      assert.deepEqual(await calls(page), [
        ['copyText', '$.list[0]["b c"]'],
        ['copyText', 'x"y'],
        ['filter', '$.list[0]["b c"]:"x\\"y"'],
        ['copyText', '900719925474099312'],
      ]);
    }));

  it('is searched, including collapsed values', () =>
    withPage(async page => {
      await showRow(page, { kind: 'text', bytes: odd });
      await page.getByRole('tree').press('Control+f');
      const box = page.getByRole('textbox', { name: 'Find in JSON' });
      await box.fill('N');
      await page.getByText('1 of 3').waitFor();
      await box.press('Enter');
      await page.getByText('2 of 3').waitFor();
      assert.equal(await activeLine(page), '"n": 1e400');
      await box.press('Shift+Enter');
      await page.keyboard.press('Shift+F3');
      await page.getByText('3 of 3').waitFor();
      assert.equal(await activeLine(page), '"z": null');
      await box.fill('x\\');
      await page.getByText('1 of 1').waitFor();
      assert.equal(await activeLine(page), '"b c": "x\\"y"');
      assert.equal(await page.locator('mark').textContent(), 'x\\');
      await box.fill('N');
      await page.getByText(/^\d of 3$/).waitFor();
      await box.fill('1e400');
      await box.press('Enter'); // sooner than the search would begin by itself
      await page.getByText('1 of 1').waitFor();
      assert.equal(await activeLine(page), '"n": 1e400');
      await box.fill('nowhere');
      await page.getByText('No results').waitFor();
      await box.press('Escape');
      await box.waitFor({ state: 'hidden' });
      assert.equal(await page.locator('mark').count(), 0);
      assert.deepEqual(await calls(page), []);
      await page.keyboard.press('Escape');
      assert.deepEqual(await calls(page), [['close', undefined]]);
    }));

  it('shows text that is not JSON unchanged, and marks the error', () =>
    withPage(async page => {
      await showRow(page, { kind: 'text', bytes: '{"a":1,\n "b": nan}' });
      await page.getByText('unexpected “n” at line 2, column 7').waitFor();
      assert.equal(await page.locator('.problem-place').textContent(), 'n');
      assert.equal(await page.locator('.block').textContent(), '{"a":1,\n "b": nan}');
      await showRow(page, { kind: 'text', bytes: '{"a":[1,2' });
      await page.getByText('ends too early, at line 1, column 10').waitFor();
      await showRow(page, { kind: 'text', bytes: '[1]' });
      assert.deepEqual(await linesOf(page), ['[1', '0: 1']);
    }));

  it('shows hostile text as text', () =>
    withPage(async page => {
      const evil = '<img src=x onerror=alert(1)>\u202e\u2066';
      await showRow(page, { kind: 'text', bytes: JSON.stringify({ [evil]: evil }) });
      const [, line] = await linesOf(page);
      const seen = '"<img src=x onerror=alert(1)>⟨U+202E⟩⟨U+2066⟩"';
      assert.equal(line, `${seen}: ${seen}`);
      await lines(page).nth(1).click();
      await page.getByText('⟨U+202E⟩⟨U+2066⟩"]').waitFor();
      assert.equal(await page.locator('img').count(), 0);
    }));
});

/** Makes a payload within the page, where sending it there would take long. */
async function showMade(
  page: Page,
  kind: 'text' | 'binary',
  name: keyof typeof made,
): Promise<void> {
  await page.evaluate(
    `window.stand.show({ kind: '${kind}', bytes: (${made[name].toString()})() })`,
  );
}

const made = {
  /** 50 MB in 3 million values. */
  records: () =>
    `[${Array.from({ length: 500_000 }, (_, id) => `{"id":${id},"price":"${id * 1.5}","side":"buy","venue":"XNAS","text":"${'x'.repeat(40)}"}`).join()}]`,
  brackets: () => '['.repeat(1_000_000) + ']'.repeat(1_000_000),
  string: () => `{"a":"${'é\\"'.repeat(12_000_000)}","b":1}`,
  numbers: () => `[${'1,'.repeat(12_000_000)}1]`,
  broken: () => `["${'x'.repeat(50_000_000)}`,
  bytes: () => Uint8Array.from({ length: 50_000_000 }, (_, index) => index % 251),
} as const;

describe('50 MB', () => {
  const budget = (page: Page) => page.evaluate(() => window.stand.longestTask());
  const cases: readonly (readonly [
    name: keyof typeof made,
    wait: (page: Page) => Promise<void>,
  ])[] = [
    ['records', page => page.getByText('500000', { exact: true }).waitFor()],
    ['brackets', page => lines(page).nth(20).waitFor()],
    ['string', page => page.getByText('… goes on').waitFor()],
    ['numbers', page => page.getByText('the first 6,000,000 values').waitFor()],
    ['broken', page => page.getByText('ends too early').waitFor()],
  ];
  for (const [name, wait] of cases) {
    it(`of JSON open: ${name}`, { timeout: 180_000 }, () =>
      withPage(async page => {
        page.setDefaultTimeout(40_000);
        const start = performance.now();
        await showMade(page, 'text', name);
        await wait(page);
        const ms = performance.now() - start;
        console.log(`${name}: ${ms.toFixed(0)} ms, longest task ${await budget(page)} ms`);
      }),
    );
  }

  it('are searched and navigated to the end', { timeout: 180_000 }, () =>
    withPage(async page => {
      page.setDefaultTimeout(40_000);
      await showMade(page, 'text', 'records');
      await page.getByText('500000', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Expand All' }).click();
      await page.getByRole('tree').press('End');
      await page.getByText('$[499999].text').waitFor();
      await page.getByRole('tree').press('Control+f');
      await page.getByRole('textbox').fill('"id":499998,');
      await page.getByText('1 of 1').waitFor();
      await page.getByText('$[499998].id').waitFor();
      console.log(`search: longest task ${await budget(page)} ms`);
    }),
  );

  it('of bytes are read only where they are visible', { timeout: 180_000 }, () =>
    withPage(async page => {
      await showMade(page, 'binary', 'bytes');
      const grid = page.getByRole('grid');
      await grid.getByText('00000000').waitFor();
      await grid.press('Control+End');
      await page.getByText('Offset 49,999,999 (0x2faf07f)').waitFor();
      const last = (49_999_999 % 251).toString();
      await page.getByRole('row', { name: 'uint8' }).getByText(last, { exact: true }).waitFor();
      assert.ok((await page.evaluate(() => window.stand.asked)) <= 4);
      await grid.evaluate(grid => (grid.scrollTop = grid.scrollHeight / 2));
      await page.waitForFunction(() =>
        /^01[78]/.test(document.querySelector('.offset')?.textContent ?? ''),
      );
      assert.ok((await page.evaluate(() => window.stand.asked)) <= 6);
    }),
  );

  it('are dropped when the next row is selected', () =>
    withPage(async page => {
      await page.evaluate(() => window.stand.gate.hold());
      await showMade(page, 'text', 'records');
      await page.waitForFunction(() => window.stand.asked === 1);
      await page.evaluate(() => window.stand.gate.pass());
      await showRow(page, { kind: 'text', bytes: '[1]' });
      assert.deepEqual(await linesOf(page), ['[1', '0: 1']);
      const asked = await page.evaluate(() => window.stand.asked);
      await page.evaluate(() => window.stand.gate.release());
      assert.equal(await page.evaluate(() => window.stand.asked), asked);
    }));
});

describe('text', () => {
  it('shows control characters, and the first invalid byte of UTF-8', () =>
    withPage(async page => {
      const bytes = Uint8Array.of(0x68, 0x0a, 0xff, 0x1b, 0x00, 0x69);
      await showRow(page, { kind: 'binary', bytes });
      await tab(page, 'Text').click();
      await page.getByText('Not UTF-8 at byte 2 (0x2)').waitFor();
      assert.equal(await page.locator('.block').textContent(), 'h\n\ufffd␛␀i');
      assert.equal(await page.locator('.problem-place').textContent(), '\ufffd');
    }));

  it('can be wrapped', () =>
    withPage(async page => {
      await showRow(page, { kind: 'text', bytes: 'word '.repeat(300) });
      const block = page.locator('.block');
      const height = async () => (await block.boundingBox())?.height ?? 0;
      const wrapped = await height();
      await page.getByRole('button', { name: 'Wrap' }).click();
      assert.ok((await height()) < wrapped / 5);
    }));

  it('is loaded in parts without gaps', () =>
    withPage(async page => {
      const text = Array.from({ length: 60_000 }, (_, line) => `line ${line} ü😀`).join('\n');
      await showRow(page, { kind: 'text', bytes: text });
      await page.getByText('Showing 262.1 kB').waitFor();
      await page.getByRole('button', { name: 'Show More' }).click();
      await page.getByText('line 59999 ü😀').waitFor({ state: 'attached' });
      const shown = await page.locator('.block').allTextContents();
      assert.equal(shown.join('').replaceAll('\n', ''), text.replaceAll('\n', ''));
    }));
});

describe('bytes', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);

  it('are selected by keys and mouse, inspected and copied', () =>
    withPage(async page => {
      await showRow(page, { kind: 'binary', bytes });
      const grid = page.getByRole('grid');
      await grid.getByText('1f').waitFor();
      await grid.focus();
      for (const key of ['ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight']) {
        await page.keyboard.press(key);
      }
      await page.getByText('Offset 1 (0x1) · 3 bytes selected').waitFor();
      await page.keyboard.press('Control+c');
      await page.getByRole('row', { name: 'uint16 1027 772' }).waitFor();
      await grid.getByText('41', { exact: true }).hover();
      await page.mouse.down();
      await grid.getByText('43', { exact: true }).hover();
      await page.mouse.up();
      await page.getByRole('button', { name: 'Copy as Text' }).click();
      await grid.press('Control+a');
      await page.getByText('300 bytes selected').waitFor();
      assert.deepEqual(await calls(page), [
        ['copyText', '01 02 03'],
        ['copyText', 'ABC'],
      ]);
    }));

  it('fill the width of a line', async () => {
    for (const [width, offset] of [
      [800, '00000010'],
      [560, '00000008'],
      [330, '00000004'],
    ] as const) {
      await withPage(
        async page => {
          await showRow(page, { kind: 'binary', bytes });
          await page.locator('.offset').nth(1).getByText(offset).waitFor();
        },
        { width },
      );
    }
  });
});

describe('the frame', () => {
  const factsOf = async (page: Page) =>
    Object.fromEntries(
      await page
        .locator('.facts dt')
        .evaluateAll(names =>
          names.map(name => [
            name.textContent.trim(),
            name.nextElementSibling?.textContent.trim() ?? '',
          ]),
        ),
    );

  it('shows measured facts, and which are not measured', () =>
    withPage(async page => {
      const frame = { fragmentCount: 3, wireByteLength: 250, isCompressed: true, durationMs: 4.25 };
      await showRow(page, { kind: 'text', bytes: 'x'.repeat(1000), frame });
      await tab(page, 'Frame').click();
      const received = await factsOf(page);
      assert.deepEqual(
        ['Opcode', 'Fragments', 'On the wire', 'Compression', 'Reserved bits', 'Took'].map(
          name => received[name],
        ),
        [
          '0x1 text',
          '3',
          '250 bytes with frame headers',
          'permessage-deflate, to 25 %',
          'RSV1 (compressed)',
          '4.3 ms',
        ],
      );
      assert.equal(received['Since previous row'], '+13 ms');
      await showRow(page, { kind: 'text', bytes: 'x'.repeat(200) });
      await page.getByText('204 bytes with frame headers').waitFor();
      await showRow(page, { kind: 'ping', direction: 'out', bytes: '', heartbeat: true });
      await tab(page, 'Frame').click();
      await page.getByText('0x9 ping').waitFor();
      const sent = await factsOf(page);
      assert.equal(sent['On the wire'], 'not measured for sent messages');
      assert.deepEqual([sent['Heartbeat'], sent['Fragments']], ['yes', sent['On the wire']]);
    }));

  it('of a close explains its code', () =>
    withPage(async page => {
      const reason = new TextEncoder().encode('\u202ebye');
      await showRow(page, { kind: 'close', bytes: Uint8Array.of(3, 0xe9, ...reason) });
      await page.getByText('1001 Going Away').waitFor();
      const facts = await factsOf(page);
      assert.equal(facts['Meaning'], 'the peer is shutting down or leaving');
      assert.equal(facts['Close reason'], '⟨U+202E⟩bye');
    }));
});

describe('the handshake', () => {
  const facts = (value: string, plainKey?: string): HandshakeFacts => ({
    url: `wss://host/feed?room=${value}`,
    request: [['X-Tenant', value]],
    redirects: [],
    timings: [],
    ...(plainKey === undefined ? {} : { plainKey }),
  });
  const show = (page: Page, handshake: HandshakeFacts) =>
    showRow(page, {
      kind: 'state',
      bytes: JSON.stringify({ state: 'open', text: 'Connected', severity: 'info', handshake }),
    });
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  it('masks values, shows them on request, and hides them again', () =>
    withPage(async page => {
      await page.evaluate(plain => (window.stand.plain = plain), facts('blue'));
      await show(page, facts('•••', 'known'));
      await tab(page, 'Handshake').click();
      await page.getByText('wss://host/feed?room=•••').waitFor();
      await button(page, 'Show Values').press('Enter');
      await page.getByText('wss://host/feed?room=blue').waitFor();
      await page.getByText('blue', { exact: true }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
      await button(page, 'Hide Values').click();
      await page.getByText('wss://host/feed?room=•••').waitFor();
      assert.equal(await page.getByText('blue').count(), 0);
      await button(page, 'Show Values').click();
      await page.getByText('wss://host/feed?room=blue').waitFor();
      await show(page, facts('•••', 'known'));
      await button(page, 'Show Values').waitFor();
      assert.equal(await page.getByText('blue').count(), 0, 'another row begins with masks');
    }));

  it('says if the values are gone, and offers nothing if none are masked', () =>
    withPage(async page => {
      await show(page, facts('•••', 'of another window'));
      await tab(page, 'Handshake').click();
      await button(page, 'Show Values').click();
      await page.getByText('Only the window that connected could show these values').waitFor();
      assert.equal(await button(page, 'Show Values').count(), 0);
      await show(page, facts('•••'));
      await page.getByText('••• replaces credentials').waitFor();
      await show(page, facts('plain'));
      await page.getByText('wss://host/feed?room=plain').waitFor();
      assert.equal(await page.getByText('replaces credentials').count(), 0);
      assert.equal(await button(page, 'Show Values').count(), 0);
    }));
});

it('shows a state change that is in no capture', () =>
  withPage(async page => {
    const story = JSON.stringify({ text: '12 older messages were dropped.', severity: 'warning' });
    await showRow(page, { kind: 'state', bytes: story, isGone: true });
    await page.getByText('12 older messages were dropped.').waitFor();
    assert.equal(await page.evaluate(() => window.stand.asked), 0);
  }));

it('says why there is no payload', () =>
  withPage(async page => {
    await showRow(page, { kind: 'text', bytes: '{"a":1}', isGone: true });
    await page.getByText('no longer kept').waitFor();
    await page.evaluate(() => (window.stand.failure = 'The worker is gone.'));
    await showRow(page, { kind: 'binary', bytes: Uint8Array.of(1) });
    await page.getByText('could not be read: The worker is gone.').waitFor();
    await showRow(page, { kind: 'text', bytes: '' });
    await page.getByText('The payload is empty.').waitFor();
  }));

it('remembers the selected tab for each kind, and switches tabs by keys', () =>
  withPage(async page => {
    const chosen = (name: string) => page.getByRole('tab', { name, selected: true }).waitFor();
    await showRow(page, { kind: 'text', bytes: '{}' });
    await chosen('JSON');
    await page.getByRole('tree').press('Control+PageDown');
    await chosen('Text');
    await page.keyboard.press('Control+PageUp');
    await page.keyboard.press('Control+PageUp');
    await chosen('Frame');
    await showRow(page, { kind: 'binary', bytes: Uint8Array.of(1) });
    await chosen('Hex');
    await tab(page, 'Hex').press('ArrowLeft');
    await chosen('Text');
    await showRow(page, { kind: 'text', bytes: 'plain' });
    await chosen('Frame');
    await showRow(page, { kind: 'binary', bytes: Uint8Array.of(2) });
    await chosen('Text');
    await page.getByRole('button', { name: 'Open in Editor' }).click();
    assert.deepEqual(await calls(page), [['openEditor', undefined]]);
    const liked = await page.evaluate(() => window.stand.liked);
    assert.deepEqual([liked.text, liked.binary], ['frame', 'text']);
  }));

describe('accessibility', () => {
  for (const theme of Object.keys(themes)) {
    it(`has no violations in ${theme}`, () =>
      withPage(
        async page => {
          await showRow(page, { kind: 'text', bytes: odd });
          await page.getByRole('tree').press('Control+f');
          await page.getByRole('textbox').fill('n');
          await page.getByText('1 of 3').waitFor();
          assert.deepEqual(await axeViolations(page), []);
          await showRow(page, { kind: 'text', bytes: '{"a": nan}' });
          await page.getByText('Not JSON').waitFor();
          assert.deepEqual(await axeViolations(page), []);
          await showRow(page, { kind: 'binary', bytes: new Uint8Array(2000) });
          await page.getByRole('grid').press('Shift+ArrowDown');
          assert.deepEqual(await axeViolations(page), []);
          await tab(page, 'Frame').click();
          assert.deepEqual(await axeViolations(page), []);
        },
        { theme },
      ));
  }
});
