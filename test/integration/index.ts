// Runs inside the extension host: VS Code loads this file and awaits `run`.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Starts each line of the suite's own output, to tell it from what the workbench logs. */
const mark = '│ ';

function print(...text: readonly unknown[]): void {
  for (const line of format(...text).split('\n')) {
    console.log(mark + line);
  }
}

/** Runs every test file beside this one; rejects where a test fails or none passes. */
export async function run(): Promise<void> {
  Mocha.reporters.Base.consoleLog = print;
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, forbidOnly: Boolean(process.env['CI']) });
  const files = readdirSync(__dirname).filter(name => name.endsWith('.test.cjs'));
  for (const name of files.sort()) {
    mocha.addFile(join(__dirname, name));
  }
  let passed = 0;
  let skipped = 0;
  const failures: string[] = [];
  const failed = await new Promise<number>(resolve => {
    mocha
      .run(resolve)
      .on('pass', () => passed++)
      .on('pending', () => skipped++)
      .on('fail', (test, error) => {
        failures.push(`✖ ${test.fullTitle()}\n  ${format(error).replaceAll('\n', '\n  ')}\n`);
      });
  });
  const resultFile = process.env['TEST_RESULT_FILE'];
  if (resultFile) {
    writeFileSync(resultFile, JSON.stringify({ passed, failed, skipped, failures }));
  }
  if (failed > 0 || passed === 0) {
    throw new Error(failed > 0 ? `${failed} tests failed` : 'No test passed');
  }
}
