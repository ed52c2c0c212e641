import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { it } from 'node:test';
import { until } from '../support/until.ts';
import { launchChromium } from '../support/workbench/workbench.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const root = dirname(dirname(import.meta.dirname));

it('npm start shows a live stream in a browser, and a signal ends all of it', async () => {
  const start = spawn('npm', ['start', '--silent', '--', '--browser', '--no-open'], {
    cwd: root,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  // As a terminal does on Ctrl+C: npm, its shell and the program all receive the signal.
  const signalAll = (signal: NodeJS.Signals) => start.pid && process.kill(-start.pid, signal);
  let hasEnded = false;
  start.once('close', () => (hasEnded = true));
  const browser = await launchChromium();
  try {
    const address = await openedAddress(start.stdout);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(address);
    const workbench = new WorkbenchPage(page);
    await workbench.statusBarItem(/Demo ticker.*connected/).waitFor({ timeout: 60_000 });
    await workbench.monitor.rows.nth(5).waitFor({ timeout: 30_000 });
    await workbench.output.getByText('←').first().waitFor();
    await workbench.screenshot('start');

    signalAll('SIGINT');
    // The pipe closes when the last process that holds it has ended.
    await until('all of it has ended', () => hasEnded);
    // The server is told to end before; its port may outlive the pipe by a moment.
    const port = Number(new URL(address).port);
    const isClosed = () =>
      canConnect(port).then(
        () => false,
        () => true,
      );
    await until('the server no longer listens', isClosed);
  } finally {
    if (start.exitCode === null && start.signalCode === null) {
      signalAll('SIGTERM');
    }
    await browser.close();
  }
});

/** The address of the line `Open http://…`. */
function openedAddress(output: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const address = /^Open (http:\S+)$/m.exec(text)?.[1];
      if (address !== undefined) {
        resolve(address);
      }
    });
    output.once('end', () => reject(new Error(`It printed no address but:\n${text}`)));
  });
}

function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}
