// @ts-check
import { spawn, spawnSync } from 'node:child_process';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */
/** @typedef {import('node:child_process').SpawnOptions} SpawnOptions */

const isWindows = process.platform === 'win32';

/** @type {Set<ChildProcess>} */
const live = new Set();

/** @type {Set<() => void>} */
const lastActs = new Set();

let isWatching = false;

function watchOwnEnd() {
  if (isWatching) {
    return;
  }
  isWatching = true;
  process.on('exit', () => {
    for (const child of live) {
      signalTree(child, 'SIGKILL');
    }
    for (const act of lastActs) {
      act();
    }
  });
}

/**
 * Starts a program that ends with this process at the latest, together with all that it starts
 * itself.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {SpawnOptions} options
 * @returns {ChildProcess}
 */
export function spawnOwned(command, args, options) {
  watchOwnEnd();
  // A process group of its own is what lets one signal reach the grandchildren too.
  const child = spawn(command, args, { ...options, detached: !isWindows });
  live.add(child);
  child.once('exit', () => live.delete(child));
  child.once('error', () => live.delete(child));
  return child;
}

/**
 * Ends `child` and what it started: asks first, insists after five seconds. Resolves when it has
 * ended, at once if it already has.
 *
 * @param {ChildProcess} child
 * @returns {Promise<void>}
 */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return;
  }
  const ended = new Promise(resolve => child.once('exit', resolve));
  signalTree(child, 'SIGTERM');
  const insist = setTimeout(() => signalTree(child, 'SIGKILL'), 5000);
  await ended;
  clearTimeout(insist);
  signalTree(child, 'SIGKILL'); // whoever of its group has outlived it
}

/**
 * Runs `act`, which must be synchronous, when this process ends.
 *
 * @param {() => void} act
 * @returns {() => void} forgets it again
 */
export function atExit(act) {
  watchOwnEnd();
  lastActs.add(act);
  return () => lastActs.delete(act);
}

let isSignalled = false;

/** Makes Ctrl+C, SIGTERM and SIGHUP end this process in a way that `atExit` sees. */
export function exitOnSignals() {
  if (isSignalled) {
    return;
  }
  isSignalled = true;
  for (const [signal, number] of /** @type {const} */ ([
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ])) {
    process.once(signal, () => process.exit(128 + number));
  }
}

let isChild = false;

/** Ends this process when the one that started it is gone without having said so. */
export function exitWithParent() {
  if (isChild || isWindows) {
    return;
  }
  isChild = true;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      process.exit(1);
    }
  }, 1000).unref();
}

/** @param {ChildProcess} child @param {NodeJS.Signals} signal */
function signalTree(child, signal) {
  if (child.pid === undefined) {
    return;
  }
  if (isWindows) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
