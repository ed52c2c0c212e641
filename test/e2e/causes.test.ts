import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { closeCodeIn, closeFrame, frame } from '../support/network/frames.ts';
import { answer, raw, type Peer } from '../support/network/peers.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { until } from '../support/until.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

/** How a connection is lost, and what the user is told of it. */
interface Loss {
  readonly what: string;
  /** Ends the open connection. */
  readonly end: (socket: Socket) => void;
  /** What the next opening handshake is answered with, where that is the point. */
  readonly refuse?: (socket: Socket) => void;
  readonly says: string;
}

const text = (bytes: Buffer | string) => frame(1, bytes);
const drop = (socket: Socket) => socket.resetAndDestroy();

const losses: readonly Loss[] = [
  {
    what: 'the connection is reset',
    end: drop,
    says: 'Closed with 1006 Abnormal Closure: the connection was lost without a close frame',
  },
  {
    what: 'the peer goes away',
    end: socket => socket.end(closeFrame(1001)),
    says: 'Closed with 1001 Going Away: the peer is shutting down or leaving',
  },
  {
    what: 'the peer gives no code',
    end: socket => socket.end(closeFrame()),
    says: 'Closed with 1005 No Status Received: the peer closed without giving a code',
  },
  {
    what: 'the peer fails',
    end: socket => socket.end(closeFrame(1011, 'out of <b>memory</b>')),
    says: 'the peer met a condition that it did not expect, reason: “out of <b>memory</b>”',
  },
  {
    what: 'the peer restarts',
    end: socket => socket.end(closeFrame(1012)),
    says: 'Closed with 1012 Service Restart: the peer is restarting',
  },
  {
    what: 'a gateway fails',
    end: socket => socket.end(closeFrame(1014)),
    says: 'Closed with 1014 Bad Gateway',
  },
  {
    what: 'the peer has a code of its own',
    end: socket => socket.end(closeFrame(4999, 'own reasons')),
    says: 'Closed with 4999 Private Use, reason: “own reasons”',
  },
  {
    what: 'the peer sends what is not UTF-8',
    end: socket => socket.write(text(Buffer.of(0xff, 0xfe))),
    says: 'sent text that is not UTF-8 (WS_ERR_INVALID_UTF8)',
  },
  {
    what: 'something on the way breaks the compression',
    end: socket => socket.write(frame(1, 'x', { rsv: 4 })),
    says: 'Compression seems to be broken on the way: switch it off (compression).',
  },
  {
    what: 'the peer asks to be left alone for a while',
    end: drop,
    refuse: socket => socket.end(answer('503 Service Unavailable', { 'Retry-After': '1' }, 'busy')),
    says: 'answered HTTP 503 Service Unavailable instead of opening a WebSocket. The peer asked for 1 s',
  },
];

const endings: readonly Loss[] = [
  {
    what: 'the peer closes normally',
    end: socket => socket.end(closeFrame(1000, 'bye')),
    says: 'The peer ended it on purpose, so it is not tried again.',
  },
  {
    what: 'a message is too large',
    end: socket => socket.write(text('x'.repeat(2000))),
    says: 'Raise the setting maxMessageSize.',
  },
  {
    what: 'the peer does not let us in any more',
    end: drop,
    refuse: socket =>
      socket.end(answer(401, { 'WWW-Authenticate': 'Bearer', 'X-Trace': 'blue-7' })),
    says: 'Sign in: set auth, or the headers that the peer asks for, as Authorization.',
  },
];

describe('Every cause is a sentence in the real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let peer: Peer;
  let current: Socket | undefined;
  let refuse: Loss['refuse'];
  let settings: Readonly<Record<string, unknown>>;
  /** Greets each client, and drops it. */
  let dropsAll = false;

  before(async () => {
    peer = await raw(
      socket => {
        current = socket;
        socket.write(text('hello'));
        if (dropsAll) {
          socket.end(closeFrame(4004, 'No such login'));
        }
      },
      {
        before: socket => {
          const refuseNow = refuse;
          refuse = undefined;
          refuseNow?.(socket);
          return refuseNow !== undefined;
        },
      },
    );
    settings = {
      'websocketMonitor.url': peer.url,
      'websocketMonitor.reconnect.initialDelay': 0.25,
      'websocketMonitor.reconnect.maxDelay': 0.25,
      // The peer greets and drops us more often than is borne by default.
      'websocketMonitor.reconnect.maxAttempts': 0,
      'websocketMonitor.heartbeat.ping': false,
      'websocketMonitor.maxMessageSize': 1024,
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
    });
    page = new WorkbenchPage(workbench.page);
    await page.connectFirst();
  });

  after(async () => {
    await workbench.close();
    await peer.dispose();
  });

  const isConnected = () => page.statusBarItem(/· connected/).waitFor();
  const row = (sentence: string) =>
    page.monitor.rows.filter({ hasText: sentence }).first().waitFor();
  const lose = (loss: Loss) => {
    refuse = loss.refuse;
    assert.ok(current);
    loss.end(current);
  };

  const isArrangedAsBefore = async () => {
    await page.runCommand('WebSocket Monitor: Open Monitor');
    const { frame } = page.monitor;
    await frame.getByRole('region', { name: 'Charts' }).waitFor();
    await frame.getByRole('textbox', { name: 'Message to send' }).waitFor();
    await frame.getByRole('columnheader', { name: 'Since start' }).waitFor();
  };

  for (const loss of losses) {
    it(`says so, and comes back, when ${loss.what}`, async () => {
      await isConnected();
      const before = peer.connections;
      lose(loss);
      await row(loss.says);
      await until('it comes back', () => peer.connections > before);
      await isConnected();
    });
  }

  for (const ending of endings) {
    it(`says so, and does not come back, when ${ending.what}`, async () => {
      await isConnected();
      lose(ending);
      await row(ending.says);
      await page.statusBarItem(/disconnected|failed/).waitFor();
      await page.screenshot(`ended-${endings.indexOf(ending)}`);
      await page.runCommand('WebSocket Monitor: Reconnect Now');
    });
  }

  it('shows the opening handshake behind a row', async () => {
    await isConnected();
    await page.monitor.open(page.monitor.rows.filter({ hasText: 'answered HTTP 401' }).last());
    const details = page.monitor.frame.getByRole('region', { name: 'Details' });
    await details.getByRole('tab', { name: 'Handshake' }).click();
    await details.getByText('WWW-Authenticate', { exact: false }).first().waitFor();
    await details.getByText('Sec-WebSocket-Version').first().waitFor();
    await details.getByText('X-Trace').waitFor();
    assert.equal(await details.getByText('blue-7').count(), 0);
    await page.screenshot('handshake');
    await details.getByRole('button', { name: 'Show Values' }).click();
    await details.getByText('blue-7').waitFor();
    await page.screenshot('handshake-values');
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
  });

  it('names the setting that would have come back after a 1000, and opens exactly that', async () => {
    await isConnected();
    assert.ok(current);
    current.end(closeFrame(1000, 'refresh'));
    await page.statusBarItem(/disconnected/).waitFor();
    const notice = page.monitor.frame.locator('.notice');
    await notice.getByText('add {"close":1000,"action":"retry"} to reconnect.rules').waitFor();
    await page.screenshot('banner-1000');
    await page.monitor.button('Open Setting reconnect.rules').click();
    const editor = workbench.page.locator('.settings-editor');
    await editor.waitFor();
    await editor.getByText('1 Setting Found').waitFor();
    await editor.locator('.setting-item-contents', { hasText: 'Reconnect: Rules' }).waitFor();
    await page.screenshot('setting-opened');
    await page.runCommand('View: Close Editor');
    await page.runCommand('WebSocket Monitor: Reconnect Now');
  });

  it('stops at the limit where the peer greets and then drops us, and says so', async () => {
    await isConnected();
    await workbench.setWorkspaceSettings({
      ...settings,
      'websocketMonitor.reconnect.maxAttempts': 4,
    });
    dropsAll = true;
    assert.ok(current);
    current.end(closeFrame(4004, 'No such login'));
    const notice = page.monitor.frame.locator('.notice');
    await notice.getByText('the peer greets us, and then drops us').waitFor();
    await notice.getByText('No such login').waitFor();
    // A setting that comes while it waits has it count anew.
    await notice.getByText('Gave up after 4 failures in a row (reconnect.maxAttempts').waitFor();
    await page.statusBarItem(/failed/).waitFor();
    await page.screenshot('banner-greeted');
    const { connections } = peer;
    dropsAll = false;
    await letTimePass(1000, 'it does not try again');
    assert.equal(peer.connections, connections);
    await page.runCommand('WebSocket Monitor: Reconnect Now');
  });

  it('needs no log to be read: the banner says it too', async () => {
    await isConnected();
    assert.ok(current);
    current.end(closeFrame(1008, 'no entry'));
    await page.statusBarItem(/failed/).waitFor();
    await page.monitor.frame.locator('.notice').getByText('no entry').waitFor();
    await page.screenshot('banner');
  });

  it('tells the peer by 1001 that the window is reloaded', async () => {
    await page.runCommand('WebSocket Monitor: Reconnect Now');
    await isConnected();
    let received = Buffer.alloc(0);
    current?.on('data', (data: Buffer) => (received = Buffer.concat([received, data])));
    await page.monitor.frame.getByRole('button', { name: /^Show charts/ }).click();
    await page.monitor.button('Compose').click();
    await page.monitor.button('More Tools').click();
    await page.monitor.choose('Time', 'Time Since Start');
    await page.monitor.frame.getByRole('columnheader', { name: 'Since start' }).waitFor();
    await letTimePass(300, 'what the page keeps is on its way to the host');
    await page.runCommand('View: Close Editor');
    await isArrangedAsBefore();
    await page.runCommand('View: Close Editor');
    await workbench.reload();
    await until('it says goodbye', () => closeCodeIn(received) === 1001);
  });

  it('shows the monitor as the user has arranged it, also in a new window', async () => {
    await page.connectFirst();
    await isConnected();
    await isArrangedAsBefore();
    await page.screenshot('arranged');
    await page.monitor.button('Close Charts').click();
    await page.monitor.frame.getByRole('button', { name: /^Show charts/ }).waitFor();
  });
});
