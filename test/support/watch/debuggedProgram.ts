import assert from 'node:assert/strict';
import { spawnOwned } from '../run/processes.mjs';
import { build } from 'esbuild';
import { until } from '../until.ts';
import { connectCdp } from '../../../src/node/watch/cdpClient.ts';
import { hookExpression, stopHookExpression } from '../../../src/core/watch/hookExpression.ts';

const root = new URL('../../../', import.meta.url).pathname;

/** The text of the hook, as a build makes it. */
export async function hookText(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/nodeHook/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'iife',
    target: 'node18',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

export interface Ran {
  readonly output: string;
  readonly exitCode: number | null;
}

/** A program of Node that waits for a line on its standard input before it goes on. */
export class DebuggedProgram {
  readonly #child: ReturnType<typeof spawnOwned>;
  readonly #ended: Promise<Ran>;
  #output = '';
  readonly inspector: Promise<{ host: string; port: number; path: string }>;

  constructor(code: string) {
    const child = spawnOwned(
      process.execPath,
      ['--inspect=127.0.0.1:0', '--input-type=commonjs', '-e', code],
      { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.#child = child;
    let errors = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.inspector = new Promise(resolve => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
        const found = /ws:\/\/([^:]+):(\d+)(\/\S+)/.exec(errors);
        if (found) {
          const [, host = '', port, path = ''] = found;
          resolve({ host, port: Number(port), path });
        }
      });
    });
    this.#ended = new Promise(resolve => {
      child.once('close', exitCode => resolve({ output: this.#output, exitCode }));
    });
  }

  /** Puts the hook in and goes away: nobody ever listens to it. */
  async hookUnheard(text: string): Promise<void> {
    const client = await connectCdp(await this.inspector, {
      onEvent: () => undefined,
      onEnd: () => undefined,
    });
    assert.equal(await evaluated(client, hookExpression(text, 'told')), 'waiting');
    client.close();
  }

  /**
   * Puts the hook in; what it tells is given to `onTold`.
   *
   * @param meanwhile what happens after the hook has come, and before anybody listens to it
   */
  async hook(text: string, onTold: (json: string) => void, meanwhile?: () => Promise<unknown>) {
    const client = await connectCdp(await this.inspector, {
      onEvent: (method, params) => {
        if (method === 'Runtime.bindingCalled') {
          onTold((params as { payload: string }).payload);
        }
      },
      onEnd: () => undefined,
    });
    await client.send('Runtime.enable');
    const put = () => evaluated(client, hookExpression(text, 'told'));
    if (meanwhile) {
      assert.equal(await put(), 'waiting');
      await meanwhile();
    }
    const listen = async () => {
      await client.send('Runtime.addBinding', { name: 'told' });
      assert.equal(await put(), 'heard');
    };
    await listen();
    const stop = async () => {
      await evaluated(client, stopHookExpression);
      await client.send('Runtime.removeBinding', { name: 'told' });
    };
    return { client, listen, stop };
  }

  /** Lets it go on. */
  go(): void {
    this.#child.stdin?.end('go\n');
  }

  /** Waits until it has written a text. */
  async hasPrinted(text: string): Promise<void> {
    await until(`the program has written ${text}`, () => this.#output.includes(text), 60_000);
  }

  get ended(): Promise<Ran> {
    return this.#ended;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

async function evaluated(
  client: Awaited<ReturnType<typeof connectCdp>>,
  expression: string,
): Promise<unknown> {
  const answer = (await client.send('Runtime.evaluate', {
    expression,
    includeCommandLineAPI: true,
    returnByValue: true,
  })) as { result: { value: unknown } };
  return answer.result.value;
}
