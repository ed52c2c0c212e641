// @ts-check
import { accessSync, constants, mkdirSync, openSync, closeSync, writeSync } from 'node:fs';
import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { delimiter, dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spawnOwned } from './processes.mjs';

const isWindows = process.platform === 'win32';

/** The repository. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** What is installed here besides node_modules; git ignores it, and deleting it is always safe. */
export const toolsFolder = join(root, '.vscode-test');

const logFile = join(toolsFolder, 'setup.log');

/** Something that whoever called can put right; the message says how. */
export class SetupError extends Error {}

/** @param {string} text one line */
export function announce(text) {
  console.log(`· ${text}`);
}

/** Set where nothing may be installed; processes that are started from here see it, too. */
const noInstall = 'MONITOR_NO_INSTALL';

/**
 * Takes `--no-install` out of the arguments: from then on what is missing is named, and not installed.
 *
 * @param {string[]} args
 */
export function takeNoInstall(args) {
  const at = args.indexOf('--no-install');
  if (at >= 0) {
    args.splice(at, 1);
    process.env[noInstall] = '1';
  }
}

/**
 * Says what is about to be installed, where that may be.
 *
 * @param {string} what for people
 * @param {string} how with what, where to, and how long it takes
 * @throws SetupError where `--no-install` forbids it
 */
export function announceInstall(what, how) {
  if (process.env[noInstall]) {
    throw new SetupError(
      `${what} is missing, and --no-install was given. Without that it is installed ${how}.`,
    );
  }
  announce(`Installing ${what} ${how}, once`);
}

/**
 * Runs a program to its end, its output going to the log.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, whatFailed: string, advice: string }} options
 *   the two halves of the message where the program fails
 * @returns {Promise<void>}
 */
export async function runLogged(command, args, { cwd = root, env, whatFailed, advice }) {
  mkdirSync(toolsFolder, { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    writeSync(log, `\n${new Date().toISOString()} ${[command, ...args].join(' ')}\n`);
    const child = spawnOwned(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
    });
    const limitMinutes = 15;
    /** @type {string} */
    const outcome = await new Promise(resolve => {
      const limit = setTimeout(() => {
        resolve(`no end after ${limitMinutes} minutes`);
        child.kill('SIGKILL');
      }, limitMinutes * 60_000);
      child.once('error', error => resolve(error.message));
      child.once('close', (code, signal) => {
        clearTimeout(limit);
        resolve(code === 0 ? '' : `exit code ${code ?? signal}`);
      });
    });
    if (outcome) {
      const where = relative(process.cwd(), logFile);
      throw new SetupError(`${whatFailed} (${outcome}; details: ${where}). ${advice}`);
    }
  } finally {
    closeSync(log);
  }
}

/**
 * Runs npm with its output going to the log.
 *
 * @param {readonly string[]} args
 * @param {Parameters<typeof runLogged>[2]} options
 */
export async function runNpm(args, options) {
  const [command, ...before] = npmCommand();
  await runLogged(command, [...before, ...args], options);
}

/**
 * The npm that started this process, or the one on the PATH: a program and its first arguments.
 *
 * @returns {[string, ...string[]]}
 */
export function npmCommand() {
  const own = process.env['npm_execpath'] ?? '';
  if (own.endsWith('npm-cli.js')) {
    return [process.execPath, own];
  }
  return isWindows ? [process.env['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', 'npm'] : ['npm'];
}

let isPackageListFresh = false;

/**
 * Installs Debian packages.
 *
 * @param {readonly string[]} names
 * @returns {Promise<boolean>} false where that cannot be: not Debian's kind of Linux, or not root
 */
export async function installDebianPackages(names) {
  if (!findOnPath('apt-get') || process.getuid?.() !== 0) {
    return false;
  }
  const options = {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    whatFailed: `apt-get could not install ${names.join(', ')}`,
    advice: 'Check the network and the package sources, or install them yourself, then try again.',
  };
  await withLock('apt', async () => {
    if (!isPackageListFresh) {
      await runLogged('apt-get', ['update'], options);
      isPackageListFresh = true;
    }
    const install = ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '--no-install-recommends'];
    await runLogged('apt-get', [...install, ...names], options);
  });
  return true;
}

/**
 * The first of these programs that is on the PATH, as a full path.
 *
 * @param {readonly string[]} names
 * @returns {string | undefined}
 */
export function findOnPath(...names) {
  const endings = isWindows ? ['.exe', '.cmd'] : [''];
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (isExecutable(file)) {
          return file;
        }
      }
    }
  }
  return undefined;
}

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @type {Set<string>} */
const ownLocks = new Set();

/**
 * Runs `act` while no other process, and nobody else in this one, holds the lock of that name.
 * The holder renews it every five seconds; one that has not been renewed for thirty belongs to a
 * process that is gone.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function withLock(name, act) {
  const lock = join(toolsFolder, `${name}.lock`);
  await mkdir(toolsFolder, { recursive: true });
  const givesUpAt = Date.now() + 30 * 60_000;
  for (let tries = 0; !(await tryLock(lock)); tries++) {
    if (tries === 4 && !ownLocks.has(lock)) {
      announce('Waiting for another run that is installing');
    }
    if (Date.now() > givesUpAt) {
      throw new SetupError(
        `Another run has been installing for 30 minutes. End it, or delete ${lock}, and try again.`,
      );
    }
    await delay(500);
  }
  ownLocks.add(lock);
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, 5000);
  try {
    return await act();
  } finally {
    clearInterval(renewal);
    ownLocks.delete(lock);
    await rm(lock, { recursive: true, force: true });
  }
}

/** @param {string} lock */
async function tryLock(lock) {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const renewed = await stat(lock).catch(() => undefined);
    if (renewed && Date.now() - renewed.mtimeMs > 30_000) {
      await rm(lock, { recursive: true, force: true });
    }
    return false;
  }
}
