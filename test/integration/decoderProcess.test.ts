import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { ScriptAnswer } from '../../src/core/decode/script/script.ts';
import {
  createScriptRunner,
  type RunningScripts,
} from '../../src/node/captureWorker/scripts/scriptRunner.ts';
import { activeExtension } from './support.ts';

const session = { id: 1, url: 'ws://localhost', subprotocol: '', connection: 'Feed' };
const message = { record: 0, direction: 'in', isText: true, at: 0 } as const;

/** Whichever Node the editor has must know what the process is started with. */
describe("The process of a user's own decoder", () => {
  let folder: string;
  let runner: RunningScripts;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'decoder-'));
    const childPath = join(activeExtension()?.extensionPath ?? '', 'dist', 'decoderChild.cjs');
    runner = createScriptRunner(() => undefined, { childPath });
  });

  after(async () => {
    await runner.end();
    await rm(folder, { recursive: true, force: true });
  });

  async function answersOf(name: string, text: string): Promise<readonly ScriptAnswer[]> {
    const file = join(folder, name);
    await writeFile(file, text);
    const messages = [Uint8Array.of(1), Uint8Array.of(2)].map((bytes, seq) => {
      return { ...message, seq, bytes };
    });
    return runner.run({ script: { name, title: name, file, version: 1 }, session, messages });
  }

  it('runs in the editor, reads messages, and no other files', async () => {
    const answers = await answersOf(
      'a.mjs',
      `import { readFileSync } from 'node:fs';
       export const decoder = { decode(bytes) {
         if (bytes[0] === 1) return { value: bytes[0], env: Object.keys(process.env).length <= 1 };
         return { value: readFileSync(process.execPath).length };
       } };`,
    );
    assert.deepEqual(answers[0], { is: 'read', value: { value: 1, env: true } });
    assert.equal(answers[1]?.is, 'failed');
  });

  it('reads TypeScript, or says which Node it is that does not', async () => {
    const [answer] = await answersOf(
      'a.ts',
      `export const decoder = { decode(bytes: Uint8Array) { return { value: bytes[0] as number }; } };`,
    );
    if (answer?.is === 'failed') {
      assert.match(answer.error.message, /runs Node [\d.]+, which loads no TypeScript/);
    } else {
      assert.deepEqual(answer, { is: 'read', value: { value: 1 } });
    }
  });
});
