import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { storeDurations, warnOfGrowth } from './durations.ts';
import {
  ensureChromium,
  ensureOpenssl,
  ensurePython,
  ensureWorkbench,
  tryHeadlessChromium,
} from './setup.mjs';
import { npmCommand, root } from './steps.mjs';
import { runIntegrationSuite, runNodeSuite, type Counts } from './suites.ts';

/** Of the end-to-end tests: each has an editor, its extensions and a browser, and waits for them often. */
const filesAtOnce = 2;

/** Of the end-to-end tests, which depend on how busy the machine is. */
const maxFilesAgain = 3;

interface Part {
  readonly title: string;
  readonly run: () => Promise<Counts>;
}

/** Runs the part that the arguments name, or all of them; resolves with the exit code. */
export async function runParts(args: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'desktop': { type: 'boolean', default: false },
      'store-durations': { type: 'boolean', default: false },
      'vscode-version': { type: 'string', default: 'stable' },
    },
  });
  process.chdir(root);
  const version = values.desktop ? values['vscode-version'] : undefined;
  const suites: Readonly<Record<string, Part>> = {
    unit: { title: 'Unit tests', run: runUnit },
    integration: { title: 'Integration tests', run: () => runIntegration(version) },
    e2e: { title: 'End-to-end tests', run: runEndToEnd },
  };
  const [name] = positionals;
  const chosen = name === undefined ? undefined : suites[name];
  if (name !== undefined && chosen === undefined) {
    console.log(`There is no part "${name}". Name one of ${Object.keys(suites).join(', ')}.`);
    return 2;
  }
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const passedAgain: string[] = [];
  const durations: Record<string, number> = {};
  const add = async (part: Part) => {
    const startedAt = performance.now();
    const counts = await runPart(part);
    Object.assign(durations, counts.durations);
    durations[part.title] = (performance.now() - startedAt) / 1000;
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    failures.push(...counts.failures);
    passedAgain.push(...(counts.passedAgain ?? []));
    return counts.failed === 0;
  };
  if (chosen === undefined) {
    await add({ title: 'Types, lint, format', run: runChecks });
  }
  if (await add({ title: 'Build', run: () => runScripts(['build', '--', '--tests']) })) {
    for (const part of chosen ? [chosen] : Object.values(suites)) {
      await add(part);
    }
  }
  await (values['store-durations'] ? storeDurations(durations) : warnOfGrowth(durations));
  if (failures.length > 0) {
    // Again, for the place where it was told first may be thousands of lines above.
    console.log(`\n── What failed\n${failures.join('\n')}`);
  }
  if (passedAgain.length > 0) {
    console.log(`\n── What passed only when it ran again\n${passedAgain.join('\n')}`);
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

async function runPart({ title, run }: Part): Promise<Counts> {
  console.log(`\n── ${title}`);
  const startedAt = performance.now();
  const counts = await run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const sign = counts.failed === 0 ? '✔' : '✖';
  console.log(`${sign} ${title} (${seconds} s)`);
  return counts;
}

async function runUnit(): Promise<Counts> {
  await Promise.all([ensureOpenssl(), ensurePython()]);
  return runNodeSuite({
    folder: 'test/unit',
    concurrency: availableParallelism(),
    limitMs: 120_000,
  });
}

async function runIntegration(desktopVersion: string | undefined): Promise<Counts> {
  if (desktopVersion === undefined) {
    await Promise.all([ensureWorkbench(), ensureBrowsers(), ensurePython()]);
  }
  return runIntegrationSuite(desktopVersion);
}

async function ensureBrowsers(): Promise<void> {
  await ensureChromium();
  await tryHeadlessChromium();
}

async function runEndToEnd(): Promise<Counts> {
  await Promise.all([ensureWorkbench(), ensureBrowsers()]);
  return runNodeSuite({
    folder: 'test/e2e',
    concurrency: filesAtOnce,
    // It builds again what the others load.
    alone: ['start.test.ts'],
    maxAgain: maxFilesAgain,
    limitMs: 900_000,
  });
}

/** Those of `npm run check`. None uses more than one processor, and lint takes as long as both others. */
async function runChecks(): Promise<Counts> {
  const both = await Promise.all([
    runScripts(['check:types'], ['format:check']),
    runScripts(['lint']),
  ]);
  const failures = both.flatMap(each => each.failures);
  return { passed: 0, failed: failures.length, skipped: 0, failures };
}

/** Runs scripts of package.json one after the other, each with its arguments, and shows what they print. */
async function runScripts(...scripts: readonly (readonly string[])[]): Promise<Counts> {
  const failures: string[] = [];
  for (const script of scripts) {
    const [command, ...before] = npmCommand();
    const code = await new Promise<number | null>((resolve, reject) => {
      spawn(command, [...before, 'run', '--silent', ...script], { cwd: root, stdio: 'inherit' })
        .once('error', reject)
        .once('exit', resolve);
    });
    if (code !== 0) {
      failures.push(`✖ npm run ${script.join(' ')}`);
    }
  }
  return { passed: 0, failed: failures.length, skipped: 0, failures };
}
