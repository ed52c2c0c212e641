// Measures the watch of a page in a real workbench, beside the same flood in a page that nothing looks at, and in one
// whose sockets the browser's own DevTools show. Run it by itself, or as a part of all measurements.
import { fork } from 'node:child_process';
import { on } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { chromium, type Page } from 'playwright-core';
import { captureName, capturesFolder, rowsIn } from '../support/capture/captureFiles.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { refusedPort } from '../support/network/peers.ts';
import { ensureChromium } from '../support/run/setup.mjs';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench } from '../support/workbench/workbench.ts';
import {
  held,
  median,
  plain,
  ratio,
  thousands,
  type Bench,
  type Measurement,
} from './measurement.ts';
import type { PageFlood, Told } from './watchPeer.ts';

const messageCount = 50_000;
const rounds = 3;
/** DevTools take minutes for what the others do in seconds. */
const devToolsCount = 10_000;
/** A row of their tab is higher. */
const minRowHeight = 15;
/** More than any of the measurements takes. */
const limitMs = 120_000;

/** The page, wherever it is open, and the server of its sockets. */
class Peer {
  readonly #child = fork(join(import.meta.dirname, 'watchPeer.ts'));
  readonly #told = on(this.#child, 'message');
  url = '';

  static async start(): Promise<Peer> {
    const peer = new Peer();
    peer.url = `http://127.0.0.1:${(await peer.#next()) as number}/`;
    return peer;
  }

  /** Waits until the page is there. */
  async isThere(): Promise<void> {
    await this.#next();
  }

  /** Lets the page open its socket, and waits until it is open. */
  async open(count = messageCount): Promise<void> {
    this.#child.send(count);
    await this.#next();
  }

  /** One flood through the open socket; the page then waits for the next one. */
  async flood(): Promise<PageFlood> {
    this.#child.send('go');
    const told = (await this.#next()) as PageFlood;
    await this.#next();
    return told;
  }

  async #next(): Promise<Told> {
    const { value } = (await this.#told.next()) as { readonly value: readonly [Told] };
    return value[0];
  }

  close(): void {
    this.#child.disconnect();
  }
}

const rateOf = (ms: number, count = messageCount) => (count / ms) * 1000;

/** Messages a second of a page by itself, and until DevTools show the last one in their tab. */
async function inBrowser(): Promise<{ readonly alone: number; readonly devTools: number }> {
  const peer = await Peer.start();
  const port = await refusedPort();
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      `--remote-debugging-port=${port}`,
      '--remote-allow-origins=*',
    ],
  });
  try {
    await (await browser.newPage()).goto(peer.url);
    await peer.isThere();
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await peer.open();
      rates.push(rateOf((await peer.flood()).ms));
    }
    const tools = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await openDevTools(tools, port, peer.url);
    await peer.open(devToolsCount);
    await tools
      .locator('td', { hasText: String(devToolsCount) })
      .first()
      .click();
    await tools.getByRole('tab', { name: 'Messages' }).click();
    const { from } = await peer.flood();
    const end = Date.now() + limitMs;
    while ((await tools.evaluate(tallest)) < devToolsCount * minRowHeight) {
      if (Date.now() > end) {
        throw new Error('DevTools never showed the last message');
      }
      await letTimePass(20, 'the pause of a polling loop');
    }
    return { alone: median(rates), devTools: rateOf(Date.now() - from, devToolsCount) };
  } finally {
    await browser.close();
    peer.close();
  }
}

/** Runs in the page of DevTools: the height of its longest list, which is as high as all rows. */
function tallest(): number {
  const within = (root: ParentNode): number =>
    [...root.querySelectorAll('*')].reduce(
      (most, { scrollHeight, shadowRoot }) =>
        Math.max(most, scrollHeight, shadowRoot ? within(shadowRoot) : 0),
      0,
    );
  return within(document);
}

/** The front end that Chromium itself carries, with the requests of one page. */
async function openDevTools(tools: Page, port: number, url: string): Promise<void> {
  const authority = `127.0.0.1:${port}`;
  const list = await fetch(`http://${authority}/json/list`);
  const targets = (await list.json()) as { readonly id: string; readonly url: string }[];
  const id = targets.find(target => target.url === url)?.id ?? '';
  const page = `${authority}/devtools/page/${id}`;
  await tools.goto(`http://${authority}/devtools/devtools_app.html?ws=${page}&panel=network`);
  await tools.getByText('Recording network activity').first().waitFor();
}

/** The newest capture of the page's sockets. */
async function captureOf(serverDataDir: string): Promise<string> {
  const folder = capturesFolder(serverDataDir);
  const ending = `/${messageCount}`;
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const all = existsSync(folder) ? readdirSync(folder) : [];
    const files = all.filter(file => file.endsWith('.sqlite'));
    const found = files
      .map(file => join(folder, file))
      .find(file => captureName(file).endsWith(ending));
    if (found !== undefined) {
      return found;
    }
    await letTimePass(100, 'the pause of a polling loop');
  }
  throw new Error('Nothing was recorded of the page');
}

/** Waits until the last row is that of the end of the socket. */
async function isStored(path: string): Promise<void> {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  const newest = database.prepare(
    'SELECT CAST(payload AS TEXT) AS text FROM record ORDER BY seq DESC LIMIT 1',
  );
  try {
    const end = Date.now() + limitMs;
    while (!String(newest.get()?.['text']).includes('"disconnected"')) {
      if (Date.now() > end) {
        throw new Error('The end of the flood was never stored');
      }
      await letTimePass(20, 'the pause of a polling loop');
    }
  } finally {
    database.close();
  }
}

interface WatchResult {
  /** Messages a second, to the last one in the file. */
  readonly stored: number;
  /** As the page received them meanwhile. */
  readonly received: number;
  readonly lost: number;
}

async function inWorkbench(): Promise<WatchResult> {
  const peer = await Peer.start();
  const configuration = {
    type: 'chrome',
    request: 'launch',
    name: 'Flood',
    url: peer.url,
    runtimeExecutable: await ensureChromium(),
    runtimeArgs: ['--headless=new', '--no-sandbox', '--disable-gpu'],
    browserLaunchLocation: 'workspace',
  };
  const launch = JSON.stringify({ version: '0.2.0', configurations: [configuration] });
  const workbench = await openWorkbench({ files: { '.vscode/launch.json': launch } });
  try {
    const page = new WorkbenchPage(workbench.page);
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await page.runCommand('Debug: Select and Start Debugging');
    await page.pick('Flood');
    await peer.isThere();
    const stored: number[] = [];
    const received: number[] = [];
    let path = '';
    for (let round = 0; round < rounds; round++) {
      await peer.open();
      path ||= await captureOf(workbench.serverDataDir);
      const { from, ms } = await peer.flood();
      await isStored(path);
      stored.push(rateOf(Date.now() - from));
      received.push(rateOf(ms));
    }
    const numbers = [...rowsIn(path)]
      .filter(({ direction, kind }) => direction === 'in' && kind === 'text')
      .map(({ head }) => /^\{"n":(\d+)\}/.exec(head)?.[1]);
    const inOrder = numbers.filter((number, index) => Number(number) === index % messageCount);
    const lost = rounds * messageCount - inOrder.length;
    return { stored: median(stored), received: median(received), lost };
  } finally {
    await workbench.close();
    peer.close();
  }
}

export async function watchBench(): Promise<Bench> {
  const { alone, devTools } = await inBrowser();
  const { stored, received, lost } = await inWorkbench();
  const rows: Measurement[] = [
    plain('page that nothing looks at', thousands(alone)),
    plain('page in DevTools, to the last message in their tab', thousands(devTools)),
    plain('watched page, as the page receives', thousands(received)),
    held('watched page, to the last message stored', stored, thousands, {
      limit: 10_000,
      aim: 13_000,
      isLeast: true,
    }),
    plain('  its ratio to the page that nothing looks at', ratio(stored / alone)),
    held('  its ratio to DevTools', stored / devTools, ratio, { limit: 1, aim: 2, isLeast: true }),
    held('  messages lost or out of order', lost, String, { limit: 0, aim: 0 }),
  ];
  return { title: `Watched page: ${rounds} floods of ${messageCount} messages of 100 bytes`, rows };
}

if (import.meta.main) {
  const { title, rows } = await watchBench();
  console.log(title);
  console.table(rows);
}
