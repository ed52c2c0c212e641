import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { rowsOfCaptures } from '../support/capture/captureFiles.ts';
import { until } from '../support/until.ts';
import { TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const ws = JSON.stringify(createRequire(import.meta.url).resolve('ws'));

/** A server that answers what it is sent, and closes when it is told to. It writes its port to a file. */
const serverProgram = `
const { writeFileSync, renameSync } = require('node:fs');
const { WebSocketServer } = require(${ws});
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', socket => {
  socket.on('message', data => {
    if (String(data) === 'close') {
      socket.close(4002, 'as told');
    } else {
      socket.send('answer to ' + data);
    }
  });
});
server.on('listening', () => {
  writeFileSync(__dirname + '/port.new', String(server.address().port));
  renameSync(__dirname + '/port.new', __dirname + '/port');
});
`;

/** Programs that open a socket with their first line, and end with it. */
const eagerPrograms: Readonly<Record<string, (url: string) => string>> = {
  'ws.cjs': url => `const socket = new (require(${ws}).WebSocket)('${url}');
socket.on('open', () => socket.send('hello'));`,
  'global.mjs': url => `const socket = new WebSocket('${url}');
socket.onopen = () => socket.send('hello');`,
  'worker.cjs': url => `const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) {
  new Worker(__filename);
} else {
  const socket = new (require(${ws}).WebSocket)('${url}');
  socket.on('open', () => socket.send('hello'));
}`,
};
const greetings = Array.from({ length: 10 }, (_, n) => `greeting ${n}`);

const configuration = (program: string) => ({
  type: 'node',
  request: 'launch',
  name: program,
  program: `\${workspaceFolder}/${program}`,
  runtimeExecutable: process.execPath,
  console: 'internalConsole',
});

/** A workbench in which Node programs are debugged. */
class NodeWorkbench {
  readonly #workbench: Workbench;
  readonly page: WorkbenchPage;
  readonly tree: TreePage;

  private constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.page = new WorkbenchPage(workbench.page);
    this.tree = new TreePage(workbench.page, 'Connections');
  }

  static async open(
    programs: Readonly<Record<string, string>>,
    settings: Readonly<Record<string, unknown>>,
  ): Promise<NodeWorkbench> {
    const launch = { version: '0.2.0', configurations: Object.keys(programs).map(configuration) };
    const workbench = await openWorkbench({
      files: { '.vscode/launch.json': JSON.stringify(launch), ...programs },
      settings,
    });
    const opened = new NodeWorkbench(workbench);
    await opened.page.runCommand('WebSocket Monitor: Focus on Connections View');
    return opened;
  }

  close(): Promise<void> {
    return this.#workbench.close();
  }

  /** What was recorded of a path. */
  rows(path: string) {
    return rowsOfCaptures(this.#workbench.serverDataDir, ` ${path}`);
  }

  async debug(program: string): Promise<void> {
    await this.page.runCommand('Debug: Select and Start Debugging');
    await this.page.pick(program);
  }

  /** Waits until nothing is debugged. */
  async ended(): Promise<void> {
    await this.#workbench.page
      .locator('.debug-toolbar')
      .waitFor({ state: 'hidden', timeout: 60_000 });
  }

  async stop(): Promise<void> {
    await this.page.runCommand('Debug: Stop');
    await this.ended();
  }

  /** Starts the server's program. Resolves to its port. */
  async serve(): Promise<number> {
    const file = join(this.#workbench.folder, 'port');
    rmSync(file, { force: true });
    await this.debug('server.cjs');
    await until('the program listens', () => existsSync(file), 60_000);
    return Number(readFileSync(file, 'utf8'));
  }

  /** The socket that `talk` has had with the server is whole in its capture. */
  async assertRecorded(path: string): Promise<void> {
    const rows = () => this.rows(`/${path} (server)`);
    await until('the close code is stored', () => rows().some(row => row.head.includes('4002')));
    assert.deepEqual(messagesOf(rows()), ['in one', 'out answer to one', 'in close']);
  }
}

function messagesOf(rows: ReturnType<NodeWorkbench['rows']>): readonly string[] {
  return rows
    .filter(({ kind }) => kind === 'text')
    .map(({ direction, head }) => `${direction} ${head}`);
}

/** A client of the server's program sends two messages, and is told to go. */
async function talk(port: number, path: string): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`);
  await once(socket, 'open');
  socket.send('one');
  assert.equal(String((await once(socket, 'message'))[0]), 'answer to one');
  socket.send('close');
  assert.equal((await once(socket, 'close'))[0], 4002);
}

describe('The sockets of a Node program that is debugged, as the setting says', () => {
  let workbench: NodeWorkbench;
  let greeter: WebSocketServer;
  let ended = 0;

  before(async () => {
    // Greets before anything is asked of it.
    greeter = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    greeter.on('connection', socket => {
      greetings.forEach(greeting => socket.send(greeting));
      socket.on('message', () => socket.close(4003));
      socket.on('close', () => ended++);
    });
    await once(greeter, 'listening');
    const url = `ws://127.0.0.1:${(greeter.address() as AddressInfo).port}/`;
    const programs: Record<string, string> = { 'server.cjs': serverProgram };
    for (const [name, code] of Object.entries(eagerPrograms)) {
      programs[name] = code(url + name);
    }
    workbench = await NodeWorkbench.open(programs, { 'websocketMonitor.debug.watch': 'all' });
  });

  after(async () => {
    greeter.close();
    await workbench.close();
  });

  for (const [program, launches] of [
    ['ws.cjs', 10],
    ['global.mjs', 3],
    ['worker.cjs', 3],
  ] as const) {
    it(`are seen from the first frame in ${launches} launches of ${program}`, async () => {
      for (let launch = 1; launch <= launches; launch++) {
        const before = ended;
        await workbench.debug(program);
        await until('the program has had its socket', () => ended > before, 60_000);
        await workbench.ended();
        const rows = () => workbench.rows(`/${program}`);
        const closed = () => rows().filter(({ head }) => head.includes('4003')).length;
        await until(
          () => `the end is stored: ${JSON.stringify(rows(), undefined, 1)}`,
          () => closed() === launch,
        );
        const seen = messagesOf(rows()).slice(-11);
        assert.deepEqual(
          seen.filter(message => message !== 'out hello'),
          greetings.map(greeting => `in ${greeting}`),
        );
        assert.equal(messagesOf(rows()).length, 11 * launch);
      }
    });
  }

  it('are listed with messages both ways, the close code, and no longer when it is stopped', async () => {
    const port = await workbench.serve();
    await talk(port, 'first');
    await workbench.assertRecorded('first');
    await workbench.tree.item(/\/first \(server\).* disconnected/).waitFor();
    await workbench.page.runCommand('WebSocket Monitor: Stop Watching');
    await talk(port, 'unseen');
    await workbench.page.runCommand('WebSocket Monitor: Watch WebSockets of Debug Session');
    await workbench.page.notified(/Sockets that it opened before are not seen/);
    await talk(port, 'again');
    await workbench.assertRecorded('again');
    assert.deepEqual(workbench.rows('/unseen (server)'), []);
    await workbench.stop();
  });
});

describe('The sockets of a Node program that is debugged, once the user has agreed', () => {
  let workbench: NodeWorkbench;
  const question = 'Watch the WebSockets of Node programs';

  before(async () => {
    workbench = await NodeWorkbench.open({ 'server.cjs': serverProgram }, {});
  });

  after(() => workbench.close());

  it('are listed from the answer on', async () => {
    const port = await workbench.serve();
    const center = await workbench.page.notified(question);
    await talk(port, 'before');
    await center.getByRole('button', { name: 'Watch', exact: true }).click();
    await workbench.page.notified(/Sockets that it opened before are not seen/);
    await talk(port, 'first');
    await workbench.assertRecorded('first');
    assert.deepEqual(workbench.rows('/before (server)'), []);
  });

  it('are listed without another question in the next session', async () => {
    await workbench.stop();
    await workbench.page.runCommand('Notifications: Clear All Notifications');
    const port = await workbench.serve();
    await talk(port, 'next');
    await workbench.assertRecorded('next');
    const texts = await workbench.page.notificationTexts();
    assert.ok(!texts.some(text => text.includes(question)), texts.join('\n'));
  });
});
