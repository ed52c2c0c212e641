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
  /** A line or a few about each test that failed. */
  readonly failures: readonly string[];
  /** Of each file, if they are known. */
  readonly durations?: Durations;
}

export interface NodeSuite {
  /** A folder of test; every file below it that ends in `.test.ts` runs in its own process. */
  readonly folder: string;
  /** The maximum number of files that run at once. */
  readonly concurrency: number;
  /** Names of files in the folder that run after the others, one by one. */
  readonly alone?: readonly string[];
  /** For one file. */
  readonly limitMs: number;
}

/** Runs tests on this Node: a line for each file, and all there is to say about a failure. */
export async function runNodeSuite(suite: NodeSuite): Promise<Counts> {
  const { folder, concurrency, alone = [], limitMs } = suite;
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts') && !alone.includes(name))
    .sort();
  const paths = (some: readonly string[]) => some.map(name => join(root, folder, name));
  return sumOf([
    await runFiles(paths(names), concurrency, limitMs),
    await runFiles(paths(alone), 1, limitMs),
  ]);
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum = (of: (count: Counts) => number) => counts.map(of).reduce((one, two) => one + two, 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    failures: counts.flatMap(({ failures }) => failures),
    durations: Object.assign({}, ...counts.map(({ durations }) => durations)) as Durations,
  };
}

async function runFiles(
  files: readonly string[],
  concurrency: number,
  limitMs: number,
): Promise<Counts> {
  const durations: Record<string, number> = {};
  const failures: string[] = [];
  const counts = { passed: 0, failed: 0, skipped: 0, failures, durations };
  if (files.length === 0) {
    return counts;
  }
  const events = run({ files: [...files], concurrency, timeout: limitMs });
  events.on('test:stdout', ({ message }) => process.stdout.write(message));
  events.on('test:stderr', ({ message }) => process.stderr.write(message));
  events.on('test:fail', ({ name, file, line, details: { error } }) => {
    const { failureType } = error as { failureType?: string };
    // The others follow from a failure that is told by itself.
    if (failureType !== 'subtestsFailed' && failureType !== 'cancelledByParent') {
      const place = file === undefined ? '' : `\n  at ${nameOf(file)}:${line}`;
      const detail = inspect(error.cause).replaceAll('\n', '\n  ');
      const failure = `✖ ${name}${place}\n  ${detail}\n`;
      failures.push(failure);
      console.log(failure);
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
    const failure = `✖ ${error instanceof Error ? error.message : String(error)}`;
    console.log(failure);
    return { ...(counts ?? nothingRan), failed: 1, failures: [failure] };
  }
  return (
    (await readCounts(resultFile)) ?? {
      ...nothingRan,
      failed: 1,
      failures: ['✖ The integration tests left no result.'],
    }
  );
}

const nothingRan: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

async function readCounts(file: string): Promise<Counts | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Counts);
}
