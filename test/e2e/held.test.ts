// Holding, editing, dropping and injecting messages of a tap, in the page with its own host behind it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { flagsOf, kindOf } from '../../src/core/record/record.ts';
import type {
  ObservedSocket,
  SocketControl,
  SocketOrigin,
} from '../../src/core/slot/observedSocket.ts';
import type { GateOutlet } from '../../src/core/tap/gate.ts';
import { RuleSet } from '../../src/core/tap/rules/ruleSet.ts';
import { RuleGates } from '../../src/core/tap/rules/socketGates.ts';
import { readRules } from '../../src/core/tap/rules/tapRule.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { axeViolations } from '../support/page/accessibility.ts';
import { holdBackChunk } from '../support/page/heldBackChunk.ts';
import { openedHandshake, rowMs, startedAt } from '../support/page/marketRows.ts';
import type { MonitorHost } from '../support/page/monitorHost.ts';
import { usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { until } from '../support/until.ts';

const { withPage } = usePages();
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function originOf(path: string): SocketOrigin {
  return {
    owner: { kind: 'tap', id: 'api', label: 'api' },
    path,
    name: `api ${path}`,
    url: `ws://localhost:3000${path}`,
  };
}

const holdAll = [{ match: 'kind:text,binary', do: 'hold' }];
const trades = [1, 2, 3].map(price => `{"type":"trade","price":${price}}`);

/** A tapped socket whose rules are those of a real tap; what goes on is noted, not sent. */
class HeldSocket {
  /** What went on, to whom. */
  readonly sent: string[] = [];
  readonly #gates: RuleGates;
  readonly #socket: ObservedSocket;

  constructor(host: MonitorHost, path = '/cable', rules: readonly unknown[] = holdAll) {
    const set = new RuleSet();
    const problems: string[] = [];
    set.setRules(readRules(rules, 'rules', { now: 0, startOfDay: 0 }, problems));
    assert.deepEqual(problems, []);
    const gates = () => this.#gates;
    const control: SocketControl = {
      serverOrigin: 'ws://localhost:3000',
      send: (message, to, shown) => {
        gates().gates[to === 'server' ? 'out' : 'in'].inject(message, shown);
        return Promise.resolve();
      },
      close: () => undefined,
      get held() {
        return gates().held;
      },
    };
    const outlets = { in: this.#outlet('client'), out: this.#outlet('server') };
    const ports = {
      clock: { ...systemClock, now: () => startedAt + 1204 * rowMs },
      rules: set,
      random: () => 0.5,
      uuid: () => 'id',
      heartbeatTexts: () => [],
    };
    const sink = {
      append: (...row: Parameters<ObservedSocket['append']>) => this.#socket.append(...row),
      report: (...row: Parameters<ObservedSocket['report']>) => this.#socket.report(...row),
    };
    this.#gates = new RuleGates(sink, outlets, ports);
    const origin = originOf(path);
    this.#socket = host.slots.observe(origin, control);
    this.#socket.report({
      state: 'connected',
      severity: 'info',
      text: `Connected to ${origin.url}.`,
      handshake: openedHandshake,
    });
  }

  come(direction: 'in' | 'out', ...messages: readonly (string | Uint8Array)[]): void {
    for (const message of messages) {
      const isText = typeof message === 'string';
      this.#gates.gates[direction].receive({
        at: startedAt,
        flags: flagsOf(isText ? 'text' : 'binary', direction),
        payload: isText ? encoder.encode(message) : message,
      });
    }
  }

  /** The server hangs up in order. */
  serverCloses(): void {
    this.#gates.gates.in.sourceEnded();
  }

  end(): void {
    this.#gates.stop();
    this.#socket.end();
  }

  async untilSent(...messages: readonly string[]): Promise<void> {
    await until(
      () => `other messages went on: ${this.sent.join(', ')}`,
      () => this.sent.length >= messages.length,
    );
    assert.deepEqual(this.sent, messages);
  }

  #outlet(to: 'server' | 'client'): GateOutlet {
    const note = (kind: string, payload: Uint8Array) => {
      const words = kind === 'text' ? decoder.decode(payload) : Array.from(payload).join(' ');
      this.sent.push(`${words} to the ${to}`);
    };
    return {
      forward: ({ flags, payload }, onDone) => {
        note(kindOf(flags), payload);
        onDone(true);
      },
      send: (kind, payload, onDone) => {
        note(kind, payload);
        onDone(true);
      },
      discard: () => undefined,
      streamThrough: () => undefined,
      close: () => undefined,
      end: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
    };
  }
}

class HeldUser {
  readonly page: Page;
  readonly monitor: MonitorPage;

  constructor(monitor: MonitorPage, page: Page) {
    this.monitor = monitor;
    this.page = page;
  }

  get strip() {
    return this.page.getByRole('region', { name: 'Held messages' });
  }

  get lines() {
    return this.strip.getByRole('listitem');
  }

  get composer() {
    return this.page.getByRole('region', { name: 'Composer' });
  }

  get field() {
    return this.page.getByRole('textbox', { name: 'Message to send' });
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  row(words: string, tag: string) {
    return this.monitor.grid
      .getByRole('row')
      .filter({ hasText: words })
      .filter({ has: this.page.locator('.tap-action', { hasText: tag }) })
      .first();
  }

  async holds(title: string): Promise<void> {
    await this.strip.getByRole('heading', { name: title, exact: true }).waitFor();
  }

  async holdsNothing(): Promise<void> {
    await this.strip.waitFor({ state: 'hidden' });
  }

  /** What was announced to screen readers. */
  async hears(words: string | RegExp): Promise<void> {
    await this.page.getByRole('status').filter({ hasText: words }).first().waitFor();
  }

  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const focused = document.activeElement;
      return focused?.getAttribute('aria-label') ?? focused?.textContent.trim() ?? '';
    });
  }

  async untilFocused(name: string): Promise<void> {
    let focused = '';
    await until(
      () => `the focus is on ${focused}`,
      async () => {
        focused = await this.focused();
        return focused === name;
      },
    );
  }
}

const none = { connections: [] };

const withHeld = (
  scenario: Parameters<typeof withPage>[0],
  body: (user: HeldUser, host: MonitorHost) => Promise<void>,
) =>
  withPage({ ...none, ...scenario }, (monitor, page, host) =>
    body(new HeldUser(monitor, page), host),
  );

describe('messages that a tap holds', () => {
  it('are listed, released, dropped and let go by their buttons', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('in', ...trades);
      await user.holds('Held: 3 from the server');
      assert.deepEqual(await user.lines.locator('bdi').allTextContents(), trades);
      await user.button('Drop message 2').click();
      await user.holds('Held: 2 from the server');
      await user.row('"price":2', 'dropped').waitFor();
      await user.button('Release message 3').click();
      await socket.untilSent(`${trades[2]} to the client`);
      await user.holds('Held: 1 from the server');
      socket.come('out', 'from the client');
      await user.holds('Held: 1 from the client');
      await user.hears('Held: 1 from the server. Held: 1 from the client.');
      await user.button('Release All').first().click();
      // What was said before ends with the same words.
      await user.hears(/^Held: 1 from the client\.$/);
      await user.button('Release All').click();
      await user.holdsNothing();
      await user.hears('No message is held any more.');
      await socket.untilSent(
        `${trades[2]} to the client`,
        `${trades[0]} to the client`,
        'from the client to the server',
      );
    }));

  it('go on by keys, wherever the focus is', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('in', ...trades);
      await user.holds('Held: 3 from the server');
      await user.monitor.grid.focus();
      await user.page.keyboard.press('F8');
      await user.page.keyboard.press('F8');
      await user.holds('Held: 1 from the server');
      await socket.untilSent(...trades.slice(0, 2).map(each => `${each} to the client`));
      await user.page.keyboard.press('Shift+F8');
      await user.holdsNothing();
      await socket.untilSent(...trades.map(each => `${each} to the client`));
      assert.equal(await user.focused(), 'Messages');
    }));

  it('keep the focus in their list, which gives it to the rows when it goes', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('in', ...trades);
      await user.holds('Held: 3 from the server');
      await user.button('Drop message 2').focus();
      await user.page.keyboard.press('Enter');
      await user.untilFocused('Drop message 3');
      await user.page.keyboard.press('Enter');
      await user.untilFocused('Drop message 1');
      socket.come('in', 'another');
      await user.holds('Held: 2 from the server');
      assert.equal(await user.focused(), 'Drop message 1');
      await user.page.keyboard.press('Shift+F8');
      await user.holdsNothing();
      await user.untilFocused('Messages');
    }));

  it('say what comes next: a full queue, a sender that has closed, a socket that has ended', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('out', ...Array.from({ length: 1000 }, (_each, index) => `n${index}`));
      await user.holds('Held: 1,000 from the client');
      await user.strip.getByText('The queue is full: the client is not read any more').waitFor();
      await user.strip.getByText('and 950 more').waitFor();
      await user.button('Release All').click();
      await user.holdsNothing();
      socket.come('in', 'last');
      socket.serverCloses();
      await user.strip
        .getByText(/The sender has closed: all goes on in ([12]?\d|30) s\./)
        .waitFor();
      socket.end();
      await user.holdsNothing();
    }));

  it('are those of the selected socket', () =>
    withHeld({}, async (user, host) => {
      new HeldSocket(host, '/one').come('in', 'of one');
      new HeldSocket(host, '/two').come('in', 'of two', '<b>two</b>');
      const picker = user.page.getByRole('combobox', { name: 'Connection', exact: true });
      await picker.selectOption({ label: 'api /two' });
      await user.holds('Held: 2 from the server');
      assert.deepEqual(await user.lines.locator('bdi').allTextContents(), ['of two', '<b>two</b>']);
      await picker.selectOption({ label: 'api /one' });
      await user.holds('Held: 1 from the server');
    }));
});

describe('editing a held message', () => {
  it('checks JSON, and releases what was made of it', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('in', ...trades);
      await user.button('Edit message 1').click();
      await user.composer.getByText('Editing held message 1').waitFor();
      const kind = user.composer.getByRole('combobox', { name: 'Kind of message' });
      assert.equal(await kind.inputValue(), 'json');
      assert.equal(await user.field.inputValue(), trades[0]);
      await user.field.fill('{"type":');
      await user.button('Release Edited').click();
      assert.equal(await user.field.getAttribute('aria-invalid'), 'true');
      assert.deepEqual(socket.sent, []);
      await user.field.fill('{"type":"${uuid}"}');
      await user.page.keyboard.press('ControlOrMeta+Enter');
      await user.hears('Released');
      await socket.untilSent('{"type":"${uuid}"} to the client');
      await user.holds('Held: 2 from the server');
      await user.untilFocused('Messages');
      await user.composer.getByText('Sending…').waitFor({ state: 'hidden' });
      const original = user.row('"price":1', 'original');
      await original.waitFor();
      await user.row('${uuid}', 'edited').waitFor();
      assert.match(
        await original.locator('.preview').evaluate(each => getComputedStyle(each).textDecoration),
        /line-through/,
      );
    }));

  it('can change the kind', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('out', Uint8Array.of(1, 255), 'second');
      await user.button('Edit message 1').click();
      const kind = user.composer.getByRole('combobox', { name: 'Kind of message' });
      await until('it is not hex', async () => (await kind.inputValue()) === 'hex');
      assert.equal(await user.field.inputValue(), '01 ff');
      await kind.selectOption('text');
      await user.field.fill('a text');
      await user.button('Release Edited').click();
      await socket.untilSent('a text to the server');
      await user.row('a text', 'edited').waitFor();
    }));

  it('gives the own draft back when it is cancelled, and when an unchanged message has gone', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('in', ...trades);
      await user.holds('Held: 3 from the server');
      await user.button('Compose').click();
      await user.field.fill('my own');
      await user.button('Edit message 1').click();
      await user.composer.getByText('Editing held message 1').waitFor();
      await user.field.fill('{}');
      await user.button('Cancel').click();
      assert.equal(await user.field.inputValue(), 'my own');
      await user.holds('Held: 3 from the server');
      await user.button('Edit message 2').click();
      await user.composer.getByText('Editing held message 2').waitFor();
      await user.button('Drop message 2').click();
      await user.composer.getByText('Editing held message 2').waitFor({ state: 'detached' });
      assert.equal(await user.field.inputValue(), 'my own');
      assert.deepEqual(socket.sent, []);
    }));

  it('closes the composer again if it was closed before', () =>
    withHeld({}, async (user, host) => {
      new HeldSocket(host).come('in', ...trades);
      await user.button('Edit message 1').click();
      await user.composer.getByText('Editing held message 1').waitFor();
      await user.button('Release Edited').click();
      await user.holds('Held: 2 from the server');
      await user.button('Compose').waitFor();
      await user.button('Edit message 2').click();
      await user.composer.getByText('Editing held message 2').waitFor();
      await user.button('Cancel').click();
      await user.button('Compose').waitFor();
      await user.untilFocused('Messages');
    }));

  it('keeps what was typed when the message goes meanwhile, says so, and sends it if asked', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('in', ...trades);
      await user.button('Edit message 1').click();
      await user.composer.getByText('Editing held message 1').waitFor();
      await user.field.fill('{"mine":"${uuid}"}');
      await user.page.keyboard.press('Shift+F8');
      await user.holdsNothing();
      await user.hears('Message 1 is not held any more, and this edit of it was not sent.');
      await user.composer.getByText('Edit of held message 1').waitFor();
      await user.composer.getByText('Message 1 is not held any more').waitFor();
      assert.equal(await user.field.inputValue(), '{"mine":"${uuid}"}');
      await user.page.screenshot({ path: 'out/screens/held-gone.png' });
      const gone = trades.map(each => `${each} to the client`);
      await socket.untilSent(...gone);
      await user.button('Send as New Message').click();
      await user.row('${uuid}', 'injected').waitFor();
      await socket.untilSent(...gone, '{"mine":"${uuid}"} to the client');
      await user.composer.getByText('Edit of held message 1').waitFor({ state: 'detached' });
    }));

  it('keeps it also when the socket has ended, until it is discarded', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host);
      socket.come('out', 'from the client');
      await user.button('Edit message 1').click();
      await user.field.fill('changed');
      socket.end();
      await user.composer.getByText('until you send it to the server or discard it').waitFor();
      await user.button('Send as New Message').click();
      await user.composer.getByText('No socket is open here').waitFor();
      assert.equal(await user.field.inputValue(), 'changed');
      await user.button('Discard').click();
      await user.button('Compose').click();
      assert.equal(await user.field.inputValue(), '');
    }));

  it('goes on after another one, another socket, and after the page was hidden', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host, '/one');
      socket.come('in', ...trades);
      new HeldSocket(host, '/two').come('in', 'of two');
      const picker = user.page.getByRole('combobox', { name: 'Connection', exact: true });
      await picker.selectOption({ label: 'api /one' });
      await user.button('Edit message 1').click();
      await user.composer.getByText('Editing held message 1').waitFor();
      await user.field.fill('{"first":1}');
      await user.button('Edit message 2').click();
      await user.composer.getByText('Editing held message 2').waitFor();
      await user.field.fill('{"second":2}');
      await picker.selectOption({ label: 'api /two' });
      await user.strip.getByText('of two').waitFor();
      await user.composer.getByText('Editing held message 2').waitFor({ state: 'detached' });
      await picker.selectOption({ label: 'api /one' });
      await user.composer.getByText('Editing held message 2').waitFor();
      assert.equal(await user.field.inputValue(), '{"second":2}');
      await user.page.reload();
      await user.composer.getByText('Editing held message 2').waitFor();
      await user.button('Release Edited').click();
      await user.composer.getByText('Editing held message 1').waitFor();
      assert.equal(await user.field.inputValue(), '{"first":1}');
      await user.button('Release Edited').click();
      await socket.untilSent('{"second":2} to the client', '{"first":1} to the client');
    }));

  it('begins when the composer has been loaded, of the socket that is shown then', () =>
    withHeld({}, async (user, host) => {
      const [one, two] = ['/one', '/two'].map(path => new HeldSocket(host, path));
      one?.come('in', 'of one');
      two?.come('in', 'of two');
      const load = await holdBackChunk(user.page, 'composer');
      await user.page.reload();
      const picker = user.page.getByRole('combobox', { name: 'Connection', exact: true });
      const isAnswered = (times: number) =>
        until('the body is given', () => host.bridge.paramsOf('held.body').length === times);
      for (const [times, name] of [[1, 'one'] as const, [2, 'two'] as const]) {
        await picker.selectOption({ label: `api /${name}` });
        await user.strip.getByText(`of ${name}`).waitFor();
        await user.button('Edit message 1').click();
        await isAnswered(times);
      }
      load();
      await user.composer.getByText('Editing held message 1').waitFor();
      assert.equal(await user.field.inputValue(), 'of two');
      await picker.selectOption({ label: 'api /one' });
      await user.strip.getByText('of one').waitFor();
      await user.composer.getByText('Editing held message 1').waitFor({ state: 'detached' });
    }));

  it('begins by a command, also of a socket that is not shown', () =>
    withHeld({}, async (user, host) => {
      new HeldSocket(host, '/one').come('in', 'of one');
      const two = new HeldSocket(host, '/two');
      two.come('in', 'of two');
      await user.page
        .getByRole('combobox', { name: 'Connection', exact: true })
        .selectOption({ label: 'api /one' });
      await user.strip.getByText('of one').waitFor();
      const [, slot] = host.slots.all;
      host.monitor.panel.editHeld(slot?.id ?? '', 1);
      await user.composer.getByText('Editing held message 1').waitFor();
      assert.equal(await user.field.inputValue(), 'of two');
      await user.strip.getByText('of two').waitFor();
      await user.button('Release Edited').click();
      await two.untilSent('of two to the client');
    }));
});

describe('sending into a tap', () => {
  it('goes to the chosen side, and is marked', () =>
    withHeld({}, async (user, host) => {
      const socket = new HeldSocket(host, '/cable', []);
      await user.button('Compose').click();
      const side = user.composer.getByRole('combobox', { name: 'Where it goes' });
      assert.equal(await side.inputValue(), 'server');
      await user.field.fill('for the server');
      await user.button('Send').click();
      await user.row('for the server', 'injected').waitFor();
      await side.selectOption({ label: 'to the client' });
      await user.field.fill('for the client');
      await user.button('Send').click();
      const row = user.row('for the client', 'injected');
      await row.waitFor();
      assert.deepEqual(socket.sent, [
        'for the server to the server',
        'for the client to the client',
      ]);
      await row.dblclick();
      await user.monitor.details.getByRole('tab', { name: 'Frame' }).click();
      await user.monitor.details.getByText('injected: the tap sent it').waitFor();
    }));
});

describe('the composer of a socket that can only be watched', () => {
  it('says so, and starts a tap on request', () =>
    withHeld({}, async (user, host) => {
      const origin = originOf('/page');
      const owner = { kind: 'watch', id: 'page', label: 'Chrome' } as const;
      const socket = host.slots.observe({ ...origin, owner, name: 'Shop /page' });
      socket.report({ state: 'connected', severity: 'info', text: 'Connected.' });
      await user.button('Compose').click();
      await user.composer.getByText('can only be watched').waitFor();
      await user.page.screenshot({ path: 'out/screens/held-watched.png' });
      await user.button('Start Tap…').click();
      assert.deepEqual(await user.monitor.asked('start.open'), { what: 'tap' });
    }));
});

describe('the menu of a row', () => {
  it('offers to hold messages like it, where messages can be held', () =>
    withHeld({ connections: [{ rowCount: 8 }] }, async (user, host) => {
      const item = user.page.getByRole('menuitem', { name: 'Hold Messages like This…' });
      await user.monitor.row(5).click({ button: 'right' });
      await user.page.getByRole('menuitem', { name: 'Show in Context' }).waitFor();
      assert.equal(await item.count(), 0);
      await user.page.keyboard.press('Escape');
      const socket = new HeldSocket(host, '/cable', []);
      const [slot] = host.slots.all;
      host.setView({ selected: slot?.id ?? '' });
      await user.button('Compose').click();
      await user.field.fill('like this');
      await user.button('Send').click();
      const row = user.row('like this', 'injected');
      await row.click({ button: 'right' });
      await item.click();
      assert.deepEqual(await user.monitor.asked('rule.add'), { connection: slot?.id, seq: 1 });
      assert.equal(socket.sent.length, 1);
    }));
});

/** Rows of all tags, and messages of both directions that wait. */
async function showEverything(user: HeldUser, host: MonitorHost): Promise<void> {
  const socket = new HeldSocket(host);
  socket.come('in', ...trades, `{"type":"long","text":"${'word '.repeat(60)}"}`);
  socket.come('out', '{"op":"cancel"}', Uint8Array.of(1, 2, 3));
  await user.button('Edit message 1').click();
  await user.composer.getByText('Editing held message 1').waitFor();
  await user.field.fill('{"type":"trade","price":0}');
  await user.button('Release Edited').click();
  await user.row('"price":0', 'edited').waitFor();
  await user.button('Drop message 2').click();
  await user.row('"price":2', 'dropped').waitFor();
  await user.button('Compose').click();
  await user.field.fill('from me');
  await user.button('Send').click();
  await user.row('from me', 'injected').waitFor();
}

describe('the page with held messages', () => {
  for (const theme of Object.keys(themes)) {
    it(`has no accessibility violations in ${theme}`, () =>
      withHeld({ theme }, async (user, host) => {
        await showEverything(user, host);
        assert.deepEqual(await axeViolations(user.page), []);
        await user.page.screenshot({ path: `out/screens/held-${theme}.png` });
        await user.button('Edit message 3').click();
        await user.composer.getByText('Editing held message 3').waitFor();
        assert.deepEqual(await axeViolations(user.page), []);
        await user.page.screenshot({ path: `out/screens/held-edit-${theme}.png` });
      }));
  }

  for (const width of [320, 500, 900, 1400]) {
    it(`fits into a width of ${width} pixels`, () =>
      withHeld({ width, height: 700 }, async (user, host) => {
        await showEverything(user, host);
        await user.page.screenshot({ path: `out/screens/held-${width}.png` });
        await user.button('Edit message 3').click();
        await user.composer.getByText('Editing held message 3').waitFor();
        await user.page.screenshot({ path: `out/screens/held-edit-${width}.png` });
        const parts = user.page.locator('.held, .held button, .composer button, .composer select');
        const beyond = await parts.evaluateAll(found =>
          found
            .filter(
              each => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth,
            )
            .map(each => each.textContent.trim()),
        );
        assert.deepEqual(beyond, []);
      }));
  }
});
