// The page in a browser, with its own host behind it: no VS Code needed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import { openedHandshake, refusedHandshake } from '../support/page/marketRows.ts';
import type { ConnectionScenario, HostScenario } from '../support/page/monitorHost.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { editor } from '../support/host/fakeVscode.ts';
import { usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { repeated } from '../support/page/views.ts';

const tenMillion: HostScenario = { wrapView: view => repeated(view, 10_000_000) };
const two = [{}, { name: 'Orders' }];

/** The peer refuses the opening handshake for want of a login, which no other attempt would change. */
const refused: ConnectionScenario = {
  attempt: transport => {
    transport.handshake(refusedHandshake);
    transport.status(401);
  },
};

const { withPage } = usePages();

describe('ten million rows', () => {
  it('can be reached at both ends by keys', () =>
    withPage(tenMillion, async page => {
      await page.untilLast(9_999_999);
      await page.grid.press('Home');
      await page.untilShown(seqs => seqs[0] === 0);
      await page.grid.press('End');
      await page.untilLast(9_999_999);
    }));

  it('can be reached anywhere by the scroll bar', () =>
    withPage(tenMillion, async page => {
      await page.untilLast(9_999_999);
      const scrollTo = (share: number) =>
        page.grid.evaluate((grid, share) => {
          grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
        }, share);
      await scrollTo(0.25);
      const [middle = 0] = await page.untilShown(seqs => (seqs[0] ?? 0) < 9_000_000);
      assert.ok(Math.abs(middle - 2_500_000) < 1000, String(middle));
      await scrollTo(0);
      await page.untilShown(seqs => seqs[0] === 0);
      await scrollTo(1);
      await page.untilLast(9_999_999);
      assert.equal(page.isFollowing, true);
    }));

  it('move by pixels under the wheel, wherever they are', () =>
    withPage(tenMillion, async (page, raw) => {
      await page.untilLast(9_999_999);
      await page.grid.hover();
      await raw.mouse.wheel(0, -22 * 10);
      await page.untilLast(9_999_989);
      await raw.mouse.wheel(0, 22 * 4);
      await page.untilLast(9_999_993);
      await raw.mouse.wheel(0, -22 * 200);
      await page.untilLast(9_999_793);
    }));

  it('can be dragged by the thumb', () =>
    withPage(tenMillion, async (page, raw) => {
      await page.untilLast(9_999_999);
      const box = await page.grid.boundingBox();
      assert.ok(box);
      const x = box.x + box.width - 4;
      await raw.mouse.move(x, box.y + box.height - 24);
      await raw.mouse.down();
      await raw.mouse.move(x, box.y + box.height / 2, { steps: 10 });
      await raw.mouse.up();
      const [first = 0] = await page.untilShown(seqs => (seqs[0] ?? 0) < 9_000_000);
      assert.ok(first > 3_000_000 && first < 7_000_000, String(first));
    }));
});

describe('the choice of a connection', () => {
  it('takes one line and no more than its place, however long the name', () =>
    withPage({ connections: [{ name: 'a very long name '.repeat(10) }] }, async (_page, raw) => {
      const choice = raw.getByRole('combobox', { name: 'Connection', exact: true });
      await choice.waitFor();
      const [width, height, text, overflow] = await choice.evaluate(select => {
        const { overflowX } = getComputedStyle(select);
        return [select.clientWidth, select.clientHeight, select.scrollHeight, overflowX] as const;
      });
      assert.ok(width <= 20 * 16 && text < 1.5 * height, `${width}: ${text} in ${height}`);
      assert.equal(overflow, 'hidden');
    }));
});

describe('following', () => {
  it('keeps the newest row in sight', () =>
    withPage({}, async (page, _raw, host) => {
      await page.untilLast(1203);
      await host.grow(500);
      await page.untilLast(1703);
    }));

  it('stops when the user scrolls up; then the rows stay in place, whatever comes and goes', () =>
    withPage(
      { connections: [{ settings: { 'history.maxMessages': 21_000 } }] },
      async (page, raw, host) => {
        await page.untilLast(1203);
        await page.grid.hover();
        await raw.mouse.wheel(0, -330);
        const before = await page.untilLast(1188);
        assert.equal(page.isFollowing, false);
        const place = await page.row(1180).boundingBox();
        for (let step = 0; step < 20; step++) {
          await host.grow(1000);
        }
        await page.button('20,000 new messages').waitFor();
        assert.deepEqual(await page.shown(), before);
        assert.deepEqual(await page.row(1180).boundingBox(), place);
        const { first = 0 } = host.connections[0]?.capture.extent ?? {};
        assert.ok(first > 0 && first < 1173, `${first} rows were dropped`);
      },
    ));

  it('resumes by the button that counts what is new', () =>
    withPage({}, async (page, _raw, host) => {
      await page.untilLast(1203);
      await page.button('Pause').click();
      await host.grow(1);
      await page.button('1 new message').waitFor();
      assert.deepEqual((await page.shown()).at(-1), 1203);
      await host.grow(1203);
      await page.button('1,204 new messages').click();
      await page.untilLast(2407);
      assert.equal(page.isFollowing, true);
      await page.button('Pause').waitFor();
    }));

  it('resumes at the very end of the scroll bar', () =>
    withPage({}, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.grid.hover();
      await raw.mouse.wheel(0, -100);
      await page.button('Follow').waitFor();
      await raw.mouse.wheel(0, 200);
      await page.button('Pause').waitFor();
      await host.grow(10);
      await page.untilLast(1213);
    }));

  it('is the host’s to change, too', () =>
    withPage({}, async (page, _raw, host) => {
      await page.untilLast(1203);
      host.setView({ following: false });
      await page.button('Follow').waitFor();
      await host.grow(10);
      await page.button('10 new messages').waitFor();
      assert.deepEqual((await page.shown()).at(-1), 1203);
    }));
});

it('is used by keyboard alone', () =>
  withPage({ width: 1400 }, async (page, raw) => {
    await page.untilLast(1203);
    const { keyboard } = raw;
    const focusedName = () =>
      raw.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
    await raw.getByRole('combobox', { name: 'Connection', exact: true }).focus();
    const names: string[] = [await focusedName()];
    for (let tab = 0; tab < 20 && names.at(-1) !== 'Messages'; tab++) {
      await keyboard.press('Tab');
      names.push(await focusedName());
    }
    // Each toolbar is one stop; the one without a name is the strip of the charts.
    assert.deepEqual(names, [
      'Connection',
      'Filter',
      'Saved Filters',
      'Heartbeats',
      '',
      'Messages',
    ]);
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowUp');
    await page.button('Follow').waitFor();
    // The page draws once a frame.
    await page.row(1202).and(raw.locator('[aria-selected=true]')).waitFor();
    const active = await page.grid.getAttribute('aria-activedescendant');
    assert.equal(await page.row(1202).getAttribute('id'), active);
    await keyboard.press('Enter');
    await page.details
      .getByRole('tabpanel', { name: 'JSON' })
      .getByText('"btcusdt@depth"')
      .waitFor();
    assert.equal(await focusedName(), 'Messages');
    await keyboard.press('Control+c');
    await raw.getByRole('status').getByText('Copied').waitFor();
    await keyboard.press('Tab');
    await raw.getByRole('columnheader', { name: 'Time' }).and(raw.locator(':focus')).waitFor();
    await keyboard.press('Tab');
    assert.equal(await focusedName(), 'Width of the column Time');
    await keyboard.press('Tab');
    assert.equal(await focusedName(), 'Resize details');
    const width = async () => (await page.details.boundingBox())?.width ?? 0;
    const narrow = await width();
    await keyboard.press('ArrowLeft');
    assert.ok((await width()) > narrow);
    await keyboard.press('Tab');
    await keyboard.press('ArrowRight');
    await page.details.getByRole('tab', { name: 'Text', selected: true }).waitFor();
    await keyboard.press('Escape');
    await page.details.waitFor({ state: 'hidden' });
    assert.equal(await focusedName(), 'Messages');
    await page.asked('copy');
  }));

describe('the toolbar', () => {
  const focusedName = (raw: Page) =>
    raw.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const namesBy = async (raw: Page, ...keys: readonly string[]) => {
    const names: string[] = [];
    for (const key of keys) {
      await raw.keyboard.press(key);
      names.push(await focusedName(raw));
    }
    return names;
  };

  it('is gone through by arrows, Home and End, and keeps its place', () =>
    withPage({ width: 1400 }, async (page, raw, host) => {
      await page.untilLast(1203);
      const toolbar = raw.getByRole('toolbar', { name: 'Connection tools' });
      await toolbar.getByRole('combobox', { name: 'Connection' }).focus();
      const all = [
        'New Connection…',
        'Disconnect',
        'Reconnect Now',
        'Pause',
        'Clear Market data',
        'Export…',
        'More Tools',
        'Connection',
      ];
      assert.deepEqual(await namesBy(raw, ...all.map(() => 'ArrowRight')), all);
      assert.deepEqual(await namesBy(raw, 'ArrowLeft', 'Home', 'End', 'ArrowLeft'), [
        'More Tools',
        'Connection',
        'More Tools',
        'Export…',
      ]);
      assert.deepEqual(await namesBy(raw, 'Tab', 'Shift+Tab'), ['Filter', 'Export…']);
      const stops = toolbar.locator('button, select').and(raw.locator('[tabindex="0"]'));
      assert.equal(await stops.count(), 1);
      // A control that can be used no more gives the focus to another, and is left out.
      await toolbar.getByRole('button', { name: 'Reconnect Now' }).focus();
      host.connections[0]?.connection.disconnect();
      await page.button(/^Connect$/).waitFor();
      assert.deepEqual(await namesBy(raw, 'Home', 'ArrowRight', 'ArrowRight', 'ArrowRight'), [
        'Connection',
        'New Connection…',
        'Connect',
        'Pause',
      ]);
    }));

  it('has one row in a narrow panel, and the rest in its menu', () =>
    withPage({ connections: two, width: 1400, height: 800 }, async (page, raw) => {
      await page.untilLast(1203);
      for (const width of [320, 360, 420, 480, 519]) {
        await raw.setViewportSize({ width, height: 800 });
        await page.untilLast(1203);
        const heads = await page.grid.locator('.head').boundingBox();
        assert.ok(heads);
        // Toolbar, filter and headings: less than a fifth of the panel.
        assert.ok(heads.y + heads.height < 0.2 * 800, `${heads.y} at ${width}`);
        const toolbar = raw.getByRole('toolbar', { name: 'Connection tools' });
        const parts = toolbar.locator('button:visible, select:visible');
        const boxes = await parts.evaluateAll(all =>
          all.map(each => each.getBoundingClientRect().toJSON() as DOMRect),
        );
        const end = Math.max(...boxes.map(({ right }) => right));
        const tops = boxes.map(({ top }) => top);
        assert.ok(end <= width && Math.max(...tops) - Math.min(...tops) < 12, `at ${width}`);
        assert.equal(await raw.locator('.chart-strip').isVisible(), false);
        await raw.screenshot({ path: `out/screens/narrow-${width}.png` });
      }
      await raw.setViewportSize({ width: 320, height: 800 });
      await page.button('More Tools').click();
      const offered = await raw.getByRole('menuitem').allTextContents();
      assert.deepEqual(offered.slice(0, 6), [
        'New Connection…',
        'Reconnect Now',
        'Clear Market data',
        'Merged Timeline',
        'Export…',
        'Show charts',
      ]);
      await raw.getByRole('menuitem', { name: 'Show charts' }).click();
      await page.button('Close Charts').click();
      // There is no strip to give the focus back to.
      assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
      await page.button('More Tools').click();
      await raw.getByRole('menuitem', { name: 'Export…' }).click();
      await page.asked('export');
    }));
});

describe('what is hidden', () => {
  it('is said in words, and shown by a click', () =>
    withPage({ view: { showControl: true } }, async (page, raw, host) => {
      await page.untilLast(1203);
      host.setView({ showControl: false, showHeartbeats: true });
      const hidden = raw.getByRole('button', { name: /hidden: show them$/ });
      await hidden.waitFor();
      assert.match((await hidden.textContent()) ?? '', /^\s*\d+ control frames? hidden/);
      host.setView({ showControl: false, showHeartbeats: false });
      await raw.getByText(/pings? (and|or) control frames? hidden$/).waitFor();
      for (const name of ['Heartbeats', 'Control Frames']) {
        await raw.getByRole('button', { name, exact: true }).getByText(name).waitFor();
      }
      await hidden.click();
      await hidden.waitFor({ state: 'detached' });
      const { showHeartbeats, showControl } = host.bridge.view ?? {};
      assert.deepEqual([showHeartbeats, showControl], [true, true]);
      const focused = await raw.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      assert.equal(focused, 'Control Frames');
    }));
});

describe('the sash between list and details', () => {
  for (const [place, width, less, more] of [
    ['beside', 1200, 'ArrowRight', 'ArrowLeft'],
    ['below', 700, 'ArrowDown', 'ArrowUp'],
  ] as const) {
    it(`resizes the details ${place} the list by keys, by pointer and by a double click`, () =>
      withPage({ width }, async (page, raw) => {
        await page.untilLast(1203);
        await page.row(1200).click();
        const size = async () => {
          const box = await page.details.boundingBox();
          return Math.round((place === 'beside' ? box?.width : box?.height) ?? 0);
        };
        const sash = raw.getByRole('separator', { name: 'Resize details' });
        const orientation = place === 'beside' ? 'vertical' : 'horizontal';
        assert.equal(await sash.getAttribute('aria-orientation'), orientation);
        const before = await size();
        await sash.press(more);
        assert.ok((await size()) > before);
        await sash.press(less);
        assert.equal(await size(), before);
        await sash.press('End');
        assert.equal(await sash.getAttribute('aria-valuenow'), '15');
        const small = await size();
        const box = await sash.boundingBox();
        assert.ok(box);
        const from = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        const [x, y] = place === 'beside' ? [from.x - 60, from.y] : [from.x, from.y - 60];
        await raw.mouse.move(from.x, from.y);
        await raw.mouse.down();
        await raw.mouse.move(x, y, { steps: 4 });
        await raw.mouse.up();
        assert.ok(Math.abs((await size()) - small - 60) <= 1, `${small} ${await size()}`);
        await sash.dblclick();
        assert.equal(await size(), before);
      }));
  }
});

it('keeps focus and selection while rows are used again', () =>
  withPage({}, async (page, _raw, host) => {
    await page.untilLast(1203);
    await page.grid.press('ArrowUp');
    await page.grid.press('End');
    await host.grow(5000);
    await page.untilLast(6203);
    assert.equal(await page.grid.evaluate(grid => document.activeElement === grid), true);
    assert.equal(await page.grid.getAttribute('aria-activedescendant'), null);
    await page.grid.press('ArrowUp');
    await page.untilShown(seqs => seqs.includes(1202));
    assert.equal(await page.row(1202).getAttribute('aria-selected'), 'true');
  }));

it('shows hostile text as text', () =>
  withPage({}, async (page, raw) => {
    await page.untilLast(1203);
    await page.row(1192).click();
    const words = '<img src=x onerror="document.title=1">⟨U+202E⟩txt.exe⟨U+2066⟩ ␀␛[31m';
    await page.row(1192).getByText(`${words}↵line two`).waitFor();
    const text = await page.details.locator('.block').textContent();
    assert.equal(text, `${words}\nline two`);
    assert.equal(await raw.locator('img').count(), 0);
    assert.equal(await raw.title(), 'WebSocket Monitor');
  }));

it('formats JSON without changing its tokens, and says where it is not JSON', () =>
  withPage({}, async page => {
    await page.untilLast(1203);
    await page.row(1198).click();
    await page.details.getByText('1198900719925474099312').waitFor();
    await page.row(1194).click();
    await page.details.getByText('unexpected “n” at line 1, column 59').waitFor();
    await page.details.getByText('12.50000000000000000001').waitFor();
    await page.row(1193).click();
    await page.details.getByRole('tab', { name: 'Text', selected: true }).waitFor();
  }));

it('says why the forms of a payload could not be loaded, and tries again with the next row', () =>
  withPage({}, async (page, raw) => {
    const forms = '**/monitor-payloadViewers.js';
    await page.untilLast(1203);
    await raw.route(forms, route => route.abort());
    await page.row(1198).click();
    await page.details.getByText(/^The payload could not be read: /).waitFor();
    await raw.unroute(forms);
    await page.row(1194).click();
    await page.details.getByText('12.50000000000000000001').waitFor();
  }));

it('says why the charts could not be loaded, closes them, and tries again', () =>
  withPage({}, async (page, raw) => {
    const pane = '**/monitor-chartPane.js';
    await raw.route(pane, route => route.abort());
    await raw.reload();
    await page.untilLast(1203);
    await raw.locator('.chart-strip').click();
    await raw.getByText(/^The charts could not be loaded: /).waitFor();
    await raw.unroute(pane);
    await raw.locator('.chart-strip').click();
    await raw.getByRole('slider').waitFor();
    assert.equal(
      await raw.getByRole('slider').evaluate(node => node === document.activeElement),
      true,
    );
  }));

describe('while it waits for the next attempt', () => {
  const waiting = (delay: number) => [
    { settings: { 'reconnect.initialDelay': delay, 'reconnect.jitter': 0 } },
  ];

  it('counts down by itself', () =>
    withPage({ connections: waiting(4) }, async (page, raw, host) => {
      await page.untilLast(1203);
      host.network.last.end({ code: 1001, reason: '' });
      const timer = raw.getByRole('timer');
      await timer.getByText(/^in [2-4]s$/).waitFor();
      await timer.getByText('in 1s', { exact: true }).waitFor();
      await host.untilAttempts(2);
    }));

  it('says why, and tries at once where the user wants that', () =>
    withPage({ connections: waiting(3600) }, async (page, raw, host) => {
      await page.untilLast(1203);
      host.network.last.end({ code: 1001, reason: '' });
      await raw
        .getByText(/^Closed with 1001/)
        .first()
        .waitFor();
      await page.button('Stop Retrying').waitFor();
      await page.button('Retry Now').first().click();
      assert.deepEqual(await page.asked('reconnect'), { connection: 'c1' });
      await host.untilAttempts(2);
    }));
});

it('shows the opening handshake behind a state row, as the text that it is', () => {
  return withPage({ connections: [{ rowCount: 1024 }] }, async (page, raw) => {
    await page.grid.focus();
    await raw.keyboard.press('End');
    await raw.keyboard.press('Enter');
    await page.details.getByRole('tab', { name: 'Handshake' }).click();
    const facts = page.details.getByRole('tabpanel');
    await facts.getByRole('heading', { name: 'Request headers' }).waitFor();
    await facts.getByText('Sec-WebSocket-Version').waitFor();
    await facts.getByText('401 Unauthorized').first().waitFor();
    assert.equal(await facts.locator('img, script, a, iframe').count(), 0);
    assert.deepEqual(await axeViolations(raw), []);
  });
});

it('opens the setting that helps, from the notice that names it', () => {
  const unchecked = { ...refused, settings: { 'tls.rejectUnauthorized': false } };
  return withPage({ connections: [unchecked] }, async (page, raw) => {
    await raw.getByRole('img', { name: /not checked/i }).waitFor();
    await page.button('Open Setting').click();
    assert.deepEqual(await page.asked('setting.open'), { connection: 'c1' });
  });
});

it('offers to connect again beside the cause, as long as there is one', () => {
  const gone: ConnectionScenario = {
    settings: { 'reconnect.enabled': false },
    attempt: transport => transport.refuse(),
  };
  // Nothing in the settings is about it, so that no setting is offered.
  return withPage({ connections: [gone], isConfigured: false }, async (page, _raw, host) => {
    await page.button(/^Connect Now$/).click();
    assert.deepEqual(await page.asked('connect'), { connection: 'c1' });
    assert.equal(await page.button('Open Setting').count(), 0);
    await host.untilAttempts(2);
    host.network.last.open();
    await page.button(/^Connect Now$/).waitFor({ state: 'detached' });
  });
});

describe('the marks of a connection', () => {
  const mark = (raw: Page, name: string) => raw.getByRole('img', { name, exact: true });

  it('say that it is encrypted, and checked', () =>
    withPage({}, async (_page, raw) => {
      await mark(raw, 'Encrypted; the certificate was checked').waitFor();
    }));

  it('say that nobody checked the certificate, and which proxy it goes through', () => {
    const proxy = { url: 'http://proxy.example:8080/\u202e', chosenBy: 'setting' } as const;
    const unchecked: ConnectionScenario = {
      settings: { 'tls.rejectUnauthorized': false },
      attempt: transport => {
        transport.handshake({ ...openedHandshake, proxy });
        transport.open();
      },
    };
    return withPage({ connections: [unchecked] }, async (_page, raw) => {
      await mark(raw, 'Certificate not checked').waitFor();
      await raw.getByText('Certificate not checked').waitFor();
      await mark(raw, 'Through the proxy http://proxy.example:8080/⟨U+202E⟩').waitFor();
    });
  });

  it('are not there where nothing is protected, or nothing is open yet', async () => {
    const plain = { url: 'ws://stream.example.com/' };
    const connecting: ConnectionScenario = { attempt: () => undefined };
    for (const connection of [plain, connecting]) {
      await withPage({ connections: [connection] }, async (page, raw) => {
        await raw
          .locator('.badge')
          .getByText(/^connect(ed|ing)$/)
          .waitFor();
        await page.untilLast(1203);
        assert.equal(await raw.locator('.mark').count(), 0);
      });
    }
  });
});

describe('the handshake', () => {
  const opened = { rowCount: 1216 };
  const refusedOnce = { rowCount: 1024 };

  it('is shown in full, and hostile text in it as text', () =>
    withPage({ connections: [opened], width: 1600 }, async (page, raw) => {
      await openHandshake(page, 1215);
      const panel = page.details.getByRole('tabpanel', { name: 'Handshake' });
      assert.deepEqual(await panel.getByRole('heading').allTextContents(), [
        'Overview',
        'Timing',
        'Redirects',
        'Request headers',
        'Response headers',
        'TLS',
        'Certificate 1 of 2',
        'Certificate 2 of 2',
      ]);
      const facts = await factsOf(raw);
      assert.deepEqual(
        ['Proxy', 'Response', 'TLS handshake', 'Total', 'Removed on redirect', 'Certificate'].map(
          name => facts.get(name),
        ),
        [
          'http://proxy.corp.example:3128 (from the setting of this connection)',
          '101 Switching Protocols',
          '62 ms',
          '181 ms',
          'Authorization, Cookie',
          'Verified',
        ],
      );
      assert.equal(
        facts.get('X-Note'),
        '<img src=x onerror="document.title=1">⟨U+202E⟩txt.exe⟨U+2066⟩ ␀␛[31m↵line two',
      );
      assert.deepEqual([facts.get('<b>X-Name</b>'), facts.get('X-Empty')], ['שלום', '']);
      assert.equal(await raw.locator('main :is(img, b)').count(), 0);
      const widths = await panel
        .locator('.fill')
        .evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect().width));
      assert.deepEqual(
        [widths.length, widths.indexOf(Math.min(...widths)), widths.indexOf(Math.max(...widths))],
        [5, 0, 3],
      );
    }));

  it('shows the body of a refusal and what is wrong with the certificate', () =>
    withPage({ connections: [refusedOnce] }, async page => {
      await openHandshake(page, 1023);
      assert.equal(
        await page.details.locator('pre').textContent(),
        '<!DOCTYPE html>\n<html>\n\t<h1>401</h1>\n\t' +
          '<img src=x onerror="document.title=1">⟨U+202E⟩txt.exe⟨U+2066⟩ ␀␛[31m\nline two\n</html>',
      );
      const problem = 'Not verified: self-signed certificate in certificate chain';
      await page.details.getByText(problem).waitFor();
    }));

  it('has a tab beside the event, chosen again for the next row that has one', () =>
    withPage({ connections: [opened] }, async (page, raw) => {
      const chosen = (name: string) => page.details.getByRole('tab', { name, selected: true });
      await openHandshake(page, 1215);
      await page.row(1214).click();
      await chosen('Event').waitFor();
      assert.equal(await page.details.getByRole('tab').count(), 1);
      await page.row(1215).click();
      await chosen('Handshake').press('ArrowLeft');
      await chosen('Event').waitFor();
      await page.details.getByText('Connected to stream.example.com').waitFor();
      assert.equal((await factsOf(raw)).size, 0);
    }));
});

async function openHandshake(page: MonitorPage, seq: number): Promise<void> {
  await page.untilLast(seq);
  await page.row(seq).click();
  await page.details.getByRole('tab', { name: 'Handshake' }).click();
  await page.details.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** The names and values that the details show; the last of a name. */
async function factsOf(page: Page): Promise<ReadonlyMap<string, string>> {
  const facts = await page.locator('.details dt').evaluateAll(names =>
    names.map(name => {
      const value = name.nextElementSibling?.textContent ?? '';
      return [name.textContent.trim(), value.trim()] as const;
    }),
  );
  return new Map(facts);
}

it('offers to connect where there is nothing yet', () =>
  withPage({ connections: [] }, async (page, raw, host) => {
    await raw.getByRole('heading', { name: 'No connections yet' }).waitFor();
    await page.button('Connect…').click();
    await page.asked('connect.ask');
    assert.equal(await raw.locator('.empty .primary').count(), 1);
    await page.button('Start the Demo Server').click();
    await page.button('Take the Tour').click();
    for (let count = 0; count < 2; count++) {
      await page.asked('start.open');
    }
    assert.deepEqual(
      host.bridge.requests.map(({ request }) => request),
      ['ready', 'connect.ask', 'start.open', 'start.open'],
    );
    assert.deepEqual(editor.executed, [
      'websocketMonitor.connect',
      'websocketMonitor.startDemoServer',
      'workbench.action.openWalkthrough',
    ]);
  }));

it('offers to connect a connection that is only configured', () =>
  withPage(
    { connections: [], configured: [{ name: '<b>orders', url: 'wss://example.com/orders' }] },
    async (page, raw, host) => {
      await raw.getByRole('heading', { name: '<b>orders is not connected.' }).waitFor();
      assert.equal(await page.grid.count(), 0);
      assert.deepEqual(await raw.locator('optgroup').getAttribute('label'), 'Not connected');
      await page.button('Connect to <b>orders').click();
      await page.asked('connect');
      await page.untilShown(() => true);
      assert.deepEqual(
        host.bridge.requests.flatMap(({ request, params }) =>
          request === 'connect' ? [params] : [],
        ),
        [{ connection: 'configured:<b>orders' }],
      );
    },
  ));

it('shows the row of the details although the filter leaves it out, unless it is of another', () =>
  withPage({ connections: two, view: { filter: 'nowhere' } }, async (page, raw, host) => {
    const [c1, c2] = host.connections;
    assert.ok(c1 && c2);
    host.setView({ selected: c2.id });
    for (const { capture } of [c1, c2]) {
      const captureKey = basename(capture.storage.path ?? '');
      // Before the page runs, which keeps its own state when it goes.
      await raw.addInitScript(captureKey => {
        const active = { captureKey, seq: 12 };
        sessionStorage.setItem('state', JSON.stringify({ isDetailOpen: true, active }));
      }, captureKey);
      await raw.reload();
      await raw.getByText('No row matches the filter.').waitFor();
      if (capture === c2.capture) {
        await page.details.getByText('#12', { exact: true }).waitFor();
        await raw.getByText('Row 12 is hidden by the filter.').waitFor();
      } else {
        await page.details.getByText('Nothing is selected.').waitFor();
        await raw.screenshot({ path: 'out/screens/nothing-selected.png' });
      }
      await page.details.getByText('Loading…').waitFor({ state: 'detached' });
    }
    host.setView({ filter: '' });
    await page.untilShown(rows => rows.includes(12));
    await page.grid.press('End');
    await page.untilLast(1203);
    await page.row(1198).click();
    await page.details.getByText('1198900719925474099312').waitFor();
    host.setView({ selected: c1.id, filter: 'nowhere' });
    await raw.getByText('No row matches the filter.').waitFor();
    assert.equal(await raw.getByText('Loading…').count(), 0);
    assert.equal(await page.details.getByText('1198900719925474099312').count(), 0);
  }));

it('comes back to where it was', () =>
  withPage({ view: { following: false } }, async (page, raw) => {
    await page.untilShown(() => true);
    await page.grid.press('Home');
    await page.grid.press('PageDown');
    await page.grid.press('Enter');
    await page.details.getByRole('tab', { name: 'Text' }).click();
    const before = await page.shown();
    const selected = await page.grid
      .locator('[aria-selected=true]')
      .first()
      .getAttribute('aria-rowindex');
    await raw.waitForFunction(() => sessionStorage.getItem('state')?.includes('"text":"text"'));
    await raw.reload();
    await page.details.getByRole('tab', { name: 'Text', selected: true }).waitFor();
    assert.deepEqual(await page.untilShown(() => true), before);
    const again = await page.grid
      .locator('[role=row][aria-selected=true]')
      .getAttribute('aria-rowindex');
    assert.equal(again, selected);
  }));

it('comes to the last row of a flood of 5,000 a second', () =>
  withPage({}, async (page, raw, host) => {
    await page.untilLast(1203);
    await raw.evaluate(() => {
      const gaps: number[] = [];
      Object.assign(window, { gaps });
      let last = performance.now();
      const tick = (now: number) => {
        gaps.push(now - last);
        last = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
    for (let burst = 0; burst < 60; burst++) {
      await host.grow(250);
      await letTimePass(50, 'a burst comes twenty times a second');
    }
    const gaps = await raw.evaluate(() => {
      const { gaps } = window as unknown as { gaps: number[] };
      return gaps.slice(5).sort((a, b) => a - b);
    });
    const at = (share: number) => (gaps[Math.floor(gaps.length * share)] ?? 0).toFixed(1);
    console.log(`frames under flood: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
    await page.untilLast(1203 + 60 * 250);
  }));

describe('accessibility', () => {
  const everything: HostScenario = { connections: two, view: { merged: ['c1', 'c2'] } };
  const isOnList = (page: MonitorPage) =>
    page.grid.evaluate(grid => grid === document.activeElement);

  it('has no violations where the system chooses the colours', () =>
    withPage({ ...everything, isForced: true }, async (page, raw) => {
      await page.untilLast(2407);
      await page.row(2400).click();
      await page.details.getByRole('tab', { selected: true }).waitFor();
      await page.button('Merged Timeline').click();
      // Styles hold the colours of the theme there, not those that are seen.
      assert.deepEqual(await axeViolations(raw, ['color-contrast']), []);
      await raw.keyboard.press('Escape');
      await raw.screenshot({ path: 'out/screens/forced-colours.png' });
    }));

  for (const [zoom, width, height] of [
    [200, 640, 512],
    [400, 320, 256],
  ] as const) {
    it(`shows four rows and all else at a zoom of ${zoom} %, without a violation`, () =>
      withPage({ ...everything, width, height }, async (page, raw) => {
        await page.untilLast(2407);
        const head = await page.grid.locator('.head').boundingBox();
        const grid = await page.grid.boundingBox();
        assert.ok(grid && head && grid.height - head.height >= 4 * 22, JSON.stringify(grid));
        await page.button('Compose').scrollIntoViewIfNeeded();
        await page.row(2407).scrollIntoViewIfNeeded();
        const seen = await raw.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          const { top = 0, bottom = 0 } =
            document.querySelector('.grid')?.getBoundingClientRect() ?? {};
          return { sideways: scrollWidth - clientWidth, top, bottom, height: innerHeight };
        });
        assert.equal(seen.sideways, 0);
        assert.ok(Math.min(seen.bottom, seen.height) - Math.max(seen.top, 0) >= 4 * 22);
        assert.deepEqual(await axeViolations(raw), []);
        await raw.screenshot({ path: `out/screens/zoom-${zoom}.png` });
        await page.row(2405).click();
        await page.details.waitFor();
        const [list, details] = [await page.grid.boundingBox(), await page.details.boundingBox()];
        assert.ok(list && list.height >= 4 * 22 + 24 && details && details.height >= 60);
      }));
  }

  it('has nothing that holds the focus: Tab goes on, Escape goes to the list', () =>
    withPage({ connections: two, width: 1400 }, async (page, raw) => {
      await page.untilLast(1203);
      await page.button('Compose').click();
      await raw.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      const stops: string[] = [];
      for (let tab = 0; tab < 200; tab++) {
        await raw.keyboard.press('Tab');
        const [name, isSeen] = await raw.evaluate(() => {
          const focused = document.activeElement;
          if (!focused || focused === document.body) {
            return ['', true] as const;
          }
          const shown = [focused, ...[focused.closest('.field, .picker')].filter(each => !!each)];
          const isSeen = shown.some(each => {
            const { outlineStyle, outlineWidth, backgroundColor } = getComputedStyle(each);
            const isOutlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
            // A line between two parts is as wide as an outline.
            const isLine = each.getAttribute('role') === 'separator';
            return isOutlined || (isLine && backgroundColor !== 'rgba(0, 0, 0, 0)');
          });
          const name = focused.getAttribute('aria-label') ?? focused.textContent;
          return [`${focused.tagName} ${focused.className} ${name}`, isSeen] as const;
        });
        assert.ok(isSeen, `the focus on ${name} is not seen`);
        assert.ok(name === '' || name !== stops.at(-1), `${name} holds the focus`);
        stops.push(name);
      }
      const round = stops.indexOf(stops[0] ?? '', 1);
      assert.ok(round > 6 && round < 30, stops.slice(0, 40).join('\n'));
      assert.deepEqual(stops.slice(round, 2 * round), stops.slice(0, round));
      // Each of them, and what the arrows reach from it, is left by Escape.
      for (const name of ['Connection', 'More Tools', 'Saved Filters', 'Control Frames']) {
        await raw.getByLabel(name, { exact: true }).first().focus();
        await raw.keyboard.press('Escape');
        assert.equal(await isOnList(page), true, name);
      }
      for (const part of ['.chart-strip', '.filter-text input', '[role=columnheader]']) {
        await raw.locator(part).first().focus();
        await raw.keyboard.press('Escape');
        assert.equal(await isOnList(page), true, part);
      }
      await raw.getByRole('textbox', { name: 'Message to send' }).focus();
      await raw.keyboard.press('Escape');
      assert.equal(await isOnList(page), true);
    }));

  it('counts and selects a row far down as what it is', () =>
    withPage(tenMillion, async (page, raw) => {
      await page.untilLast(9_999_999);
      await page.grid.evaluate(grid => {
        grid.scrollTop = 0.1 * (grid.scrollHeight - grid.clientHeight);
      });
      const rows = await page.untilShown(([first = 0]) => Math.abs(first - 1_000_000) < 1000);
      const row = page.row(rows[3] ?? 0);
      await row.click();
      await row.and(raw.locator('[aria-selected=true]')).waitFor();
      assert.equal(await page.grid.getAttribute('aria-rowcount'), String(10_000_000 + 2));
      const active = await page.grid.getAttribute('aria-activedescendant');
      assert.equal(await row.getAttribute('id'), active);
    }));

  it('moves nothing by itself where the user wants no motion', () =>
    withPage({ connections: [{ attempt: () => undefined }] }, async (page, raw) => {
      await raw.locator('.badge .codicon-modifier-spin').waitFor();
      const running = () => raw.evaluate(() => document.getAnimations().length);
      assert.ok((await running()) > 0);
      await raw.emulateMedia({ reducedMotion: 'reduce' });
      assert.equal(await running(), 0);
      await raw.emulateMedia({ reducedMotion: 'no-preference' });
      assert.ok((await running()) > 0);
      await raw.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
      assert.equal(await running(), 0);
      assert.ok(await page.grid.isVisible());
    }));

  it('does not scroll as a whole when a part that is cut gets the focus', () =>
    withPage({ width: 1000, height: 430 }, async (page, raw) => {
      await page.untilLast(1203);
      await raw.locator('.chart-strip').click();
      await page.button('Close Charts').waitFor();
      await page.grid.focus();
      for (let tab = 0; tab < 12; tab++) {
        await raw.keyboard.press('Tab');
        const scrolled = await raw.evaluate(() => [
          document.documentElement.scrollTop,
          document.body.scrollTop,
        ]);
        assert.deepEqual(scrolled, [0, 0]);
      }
    }));

  it('opens the keys by F1, and the rows as text by the menus', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      await page.grid.press('F1');
      await page.asked('help.keys');
      await page.grid.press('ArrowUp');
      await page.grid.press('Shift+ArrowUp');
      await page.grid.press('Shift+F10');
      await raw.getByRole('menuitem', { name: 'Open Messages as Text' }).click();
      const { ranges } = (await page.asked('editor.text')) as {
        readonly ranges: readonly (readonly [number, number])[];
      };
      const lengths = ranges.map(([from, to]) => to - from);
      assert.deepEqual(lengths, [2]);
    }));

  for (const theme of Object.keys(themes)) {
    it(`has no violations in ${theme}`, async () => {
      await withPage({ theme }, async (page, raw, host) => {
        await page.untilLast(1203);
        await page.row(1198).click();
        await page.details.getByText('"stream"').waitFor();
        host.network.last.end({ code: 1001, reason: '' });
        await raw
          .getByText(/^Closed with 1001/)
          .first()
          .waitFor();
        assert.deepEqual(await axeViolations(raw), []);
      });
      const refusing = {
        ...refused,
        rowCount: 1024,
        settings: { 'tls.rejectUnauthorized': false },
      };
      await withPage({ theme, connections: [refusing] }, async (page, raw) => {
        await openHandshake(page, 1023);
        await page.button('Open Setting').waitFor();
        assert.deepEqual(await axeViolations(raw), []);
      });
      await withPage({ theme, connections: [] }, async (page, raw) => {
        await page.button('Connect…').waitFor();
        assert.deepEqual(await axeViolations(raw), []);
      });
    });
  }
});

describe('a disk that is full', () => {
  const pages = usePages({ maxFileBytes: 64 * 1024 });
  for (const theme of Object.keys(themes)) {
    it(`is said without violations in ${theme}`, () =>
      pages.withPage({ theme }, async (_page, raw) => {
        await raw
          .getByText(/are kept in memory only: the file takes no more/)
          .first()
          .waitFor();
        assert.deepEqual(await axeViolations(raw), []);
      }));
  }
});
