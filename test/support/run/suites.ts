import { readdirSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { runTests } from '@vscode/test-electron';
import type { Durations } from './durations.ts';
import { root } from './steps.mjs';

/** How a suite ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of each file, if they are known. */
  readonly durations?: Durations;
}

export interface NodeSuite {
  /** A folder of test; every file below it that ends in `.test.ts` runs in its own process. */
  readonly folder: string;
  /** Whether several files run at once. */
  readonly isParallel: boolean;
  /** For one file. */
  readonly limitMs: number;
}

/** Runs tests on this Node: a line for each file, and all there is to say about a failure. */
export async function runNodeSuite({ folder, isParallel, limitMs }: NodeSuite): Promise<Counts> {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .sort()
    .map(name => join(root, folder, name));
  const durations: Record<string, number> = {};
  const counts = { passed: 0, failed: 0, skipped: 0, durations };
  if (files.length === 0) {
    return counts;
  }
  const events = run({ files, concurrency: isParallel, timeout: limitMs });
  events.on('test:stdout', ({ message }) => process.stdout.write(message));
  events.on('test:stderr', ({ message }) => process.stderr.write(message));
  events.on('test:fail', ({ name, file, line, details: { error } }) => {
    const { failureType } = error as { failureType?: string };
    // The others follow from a failure that is told by itself.
    if (failureType !== 'subtestsFailed' && failureType !== 'cancelledByParent') {
      const place = file === undefined ? '' : `\n  at ${nameOf(file)}:${line}`;
      const detail = inspect(error.cause).replaceAll('\n', '\n  ');
      console.log(`✖ ${name}${place}\n  ${detail}\n`);
    }
  });
  events.on('test:summary', summary => {
    const { tests, passed, skipped, todo } = summary.counts;
    if (summary.file === undefined) {
      counts.passed = passed;
      counts.failed = tests - passed - skipped - todo;
      counts.skipped = skipped + todo;
    } else {
      durations[nameOf(summary.file)] = summary.duration_ms / 1000;
      const sign = summary.success ? '✔' : '✖';
      const elapsed = `${Math.round(summary.duration_ms)} ms`;
      console.log(`${sign} ${nameOf(summary.file)} (${passed} of ${tests}, ${elapsed})`);
    }
  });
  await new Promise((resolve, reject) => {
    events.once('end', resolve).once('error', reject).resume();
  });
  return counts;
}

function nameOf(file: string): string {
  return file.startsWith(root) ? file.slice(root.length + 1) : file;
}

/**
 * Runs test/integration in an extension host: that of a VS Code without a desktop, or that of the
 * desktop's VS Code of the given version, which is downloaded.
 */
export async function runIntegrationSuite(desktopVersion: string | undefined): Promise<Counts> {
  const resultFile = join(root, 'out/integration/result.json');
  await mkdir(join(root, 'out/integration'), { recursive: true });
  await rm(resultFile, { force: true });
  try {
    await runTests({
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'out/integration/index.cjs'),
      extensionTestsEnv: { TEST_RESULT_FILE: resultFile },
      ...(desktopVersion === undefined
        ? { vscodeExecutablePath: join(import.meta.dirname, '../workbench/launcher.ts') }
        : { version: desktopVersion, launchArgs: ['--disable-extensions'] }),
    });
  } catch (error) {
    const counts = await readCounts(resultFile);
    if (counts && counts.failed > 0) {
      return counts;
    }
    console.log(`✖ ${error instanceof Error ? error.message : String(error)}`);
    return { passed: counts?.passed ?? 0, failed: 1, skipped: counts?.skipped ?? 0 };
  }
  return (await readCounts(resultFile)) ?? { passed: 0, failed: 1, skipped: 0 };
}

async function readCounts(file: string): Promise<Counts | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Counts);
}
