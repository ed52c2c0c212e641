import { readdirSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { runTests } from '@vscode/test-electron';
import { readDurations, type Durations } from './durations.ts';
import { root } from './steps.mjs';

/** How a suite ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A line or a few about each test that failed. */
  readonly failures: readonly string[];
  /** Failures of files in which nothing failed when they ran again. */
  readonly passedAgain?: readonly string[];
  /** Of each file, if they are known; of one that ran again, the first. */
  readonly durations?: Durations;
}

export interface NodeSuite {
  /** A folder of test; every file below it that ends in `.test.ts` runs in its own process. */
  readonly folder: string;
  /** The maximum number of files that run at once. */
  readonly concurrency: number;
  /** Names of files in the folder that run after the others, one by one. */
  readonly alone?: readonly string[];
  /**
   * If tests failed in no more files than this, these files run again after all others, one by one. One
   * in which nothing fails then has passed. By default none runs again.
   */
  readonly maxAgain?: number;
  /** For one file. */
  readonly limitMs: number;
}

/** How one test file ended. */
interface FileCounts extends Counts {
  readonly file: string;
}

/** Runs tests on this Node: a line for each file, and all there is to say about a failure. */
export async function runNodeSuite(suite: NodeSuite): Promise<Counts> {
  const { folder, concurrency, alone = [], maxAgain = 0, limitMs } = suite;
  const names = readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts') && !alone.includes(name))
    .sort();
  const paths = (some: readonly string[]) => some.map(name => resolve(root, folder, name));
  // What files share is stripped of its types once, not for each of them.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'out/compiled');
  const files = [
    ...(await runFiles(longestFirst(paths(names), await readDurations()), concurrency, limitMs)),
    ...(await runFiles(paths(alone), 1, limitMs)),
  ];
  const failed = files.filter(hasFailed).map(({ file }) => file);
  // So many are no coincidence.
  const again = failed.length > maxAgain ? [] : await runFiles(failed, 1, limitMs);
  return sumOf(
    files.map(first =>
      afterBoth(
        first,
        again.find(({ file }) => file === first.file),
      ),
    ),
  );
}

/** So that no long one begins last. What is not stored takes no second, or is new. */
function longestFirst(files: readonly string[], usual: Durations): readonly string[] {
  const seconds = (file: string) => usual[nameOf(file)] ?? 0;
  return files.toSorted((one, other) => seconds(other) - seconds(one));
}

function hasFailed({ failed }: Counts): boolean {
  return failed > 0;
}

/** What counts of a file that may have run again. */
function afterBoth(first: FileCounts, again: FileCounts | undefined): Counts {
  if (again === undefined) {
    return first;
  }
  const { durations = {}, failures } = first;
  return hasFailed(again)
    ? { ...again, durations, failures: [...failures, ...again.failures] }
    : { ...again, durations, passedAgain: failures };
}

function sumOf(counts: readonly Counts[]): Counts {
  const sum = (of: (count: Counts) => number) => counts.map(of).reduce((one, two) => one + two, 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    failures: counts.flatMap(({ failures }) => failures),
    passedAgain: counts.flatMap(({ passedAgain = [] }) => passedAgain),
    durations: Object.assign({}, ...counts.map(({ durations }) => durations)) as Durations,
  };
}

/** In the order of the files, so many at once. */
async function runFiles(
  files: readonly string[],
  concurrency: number,
  limitMs: number,
): Promise<readonly FileCounts[]> {
  // Each run listens to the process while it goes on.
  process.setMaxListeners(Math.max(process.getMaxListeners(), concurrency + 10));
  const counts: FileCounts[] = [];
  const waiting = [...files.entries()];
  const runSome = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, file] = next;
      counts[index] = await runFile(file, limitMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runSome));
  return counts;
}

async function runFile(path: string, limitMs: number): Promise<FileCounts> {
  const durations: Record<string, number> = {};
  const failures: string[] = [];
  const counts = { file: path, passed: 0, failed: 0, skipped: 0, failures, durations };
  const events = run({ files: [path], timeout: limitMs });
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
  await new Promise((done, reject) => {
    events.once('end', done).once('error', reject).resume();
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
