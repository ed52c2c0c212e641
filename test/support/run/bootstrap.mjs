// @ts-check
import { delimiter, dirname } from 'node:path';
import { end, exitOnSignals, exitWithParent, spawnOwned } from './processes.mjs';
import { ensurePackages, findNode24 } from './setup.mjs';
import { announce, SetupError, takeNoInstall } from './steps.mjs';

/**
 * Runs `main` on Node 24 with all packages there, whatever this process started with: where that
 * was another Node, it starts itself again. The result of `main` is the exit code. With the argument
 * `--no-install` nothing is installed: what is missing is named, and that is the end.
 *
 * @param {() => Promise<number>} main
 */
export async function inNode24(main) {
  takeNoInstall(process.argv);
  exitOnSignals();
  exitWithParent();
  try {
    await ensurePackages();
    const node = findNode24();
    process.env['PATH'] = dirname(node) + delimiter + (process.env['PATH'] ?? '');
    process.exitCode = await (node === process.execPath ? main() : startAgain(node));
  } catch (error) {
    if (!(error instanceof SetupError)) {
      throw error;
    }
    announce(error.message);
    process.exitCode = 1;
  }
}

/** @param {string} node @returns {Promise<number>} */
async function startAgain(node) {
  const child = spawnOwned(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.removeAllListeners(signal);
    process.on(signal, () => void end(child));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}
