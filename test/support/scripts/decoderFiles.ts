import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { after, before, type TestContext } from 'node:test';
import type {
  Script,
  ScriptAnswer,
  ScriptBatch,
  ScriptMessage,
  ScriptReport,
} from '../../../src/core/decode/script/script.ts';
import {
  createScriptRunner,
  type RunningScripts,
  type ScriptRunnerOptions,
} from '../../../src/node/captureWorker/scripts/scriptRunner.ts';

const root = new URL('../../../', import.meta.url).pathname;

/** The program of a decoder's process: built before the tests of a file, as a build makes it, and removed after them. */
export function useChild(): { readonly path: string } {
  let folder = '';
  before(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'decoder-child-')));
    await build({
      absWorkingDir: root,
      entryPoints: { decoderChild: 'src/decoderChild/main.ts' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outdir: folder,
      outExtension: { '.js': '.cjs' },
      logLevel: 'silent',
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get path() {
      return join(folder, 'decoderChild.cjs');
    },
  };
}

/** A runner of a test, a folder of decoders, and what was reported. */
export class DecoderRig {
  readonly folder: string;
  readonly reports: ScriptReport[] = [];
  readonly runner: RunningScripts;
  #version = 1;

  constructor(t: TestContext, options: ScriptRunnerOptions) {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'decoders-')));
    this.folder = folder;
    this.runner = createScriptRunner(report => this.reports.push(report), options);
    t.after(async () => {
      await this.runner.end();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Writes a file; it is read again, as after any change. */
  write(name: string, text: string): Script {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { name: 'test', title: 'Test', file, version: this.#version++ };
  }

  /** The answers of a decoder to messages of these texts. */
  async run(
    script: Script,
    texts: readonly string[],
    session = 1,
  ): Promise<readonly ScriptAnswer[]> {
    return this.runner.run(batchOf(script, texts, session));
  }

  /** The same of a decoder whose `decode` has this body. */
  async decode(body: string, texts: readonly string[] = ['a']): Promise<readonly ScriptAnswer[]> {
    const script = this.write('decoder.mjs', decoderText(body));
    return this.run(script, texts);
  }

  of<K extends ScriptReport['is']>(is: K): Extract<ScriptReport, { readonly is: K }>[] {
    return this.reports.filter(report => report.is === is) as Extract<
      ScriptReport,
      { readonly is: K }
    >[];
  }
}

/** @param members others of the decoder */
export function decoderText(body: string, members = ''): string {
  return `export const decoder = { ${members}
decode(bytes, context) {
const text = new TextDecoder().decode(bytes);
${body}
} };`;
}

export function batchOf(script: Script, texts: readonly string[], session = 1): ScriptBatch {
  return {
    script,
    session: { id: session, url: 'ws://localhost/feed', subprotocol: 'acme', connection: 'Feed' },
    messages: texts.map((text, seq): ScriptMessage => ({
      seq,
      record: 0,
      direction: 'in',
      isText: true,
      bytes: new TextEncoder().encode(text),
      at: 1000 + seq,
    })),
  };
}

/** The values of answers; of others what they are, and of failed ones the message. */
export function valuesOf(answers: readonly ScriptAnswer[]): readonly unknown[] {
  return answers.map(answer =>
    answer.is === 'read' ? answer.value : answer.is === 'failed' ? answer.error.message : answer.is,
  );
}
