// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

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
    for (const act of [...lastActs].reverse()) {
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
 * Ends `child` and what it started: asks first, and insists after five seconds, or one second after
 * `child` itself has ended. Resolves when that is done.
 *
 * @param {ChildProcess} child
 * @returns {Promise<void>}
 */
export async function end(child) {
  signalTree(child, 'SIGTERM');
  let insistsAt = Date.now() + 5000;
  while (signalTree(child, 0) && Date.now() < insistsAt) {
    await delay(20);
    if (child.exitCode !== null || child.signalCode !== null) {
      insistsAt = Math.min(insistsAt, Date.now() + 1000);
    }
  }
  signalTree(child, 'SIGKILL');
}

/**
 * Runs `act`, which must be synchronous, when this process ends; later ones go first.
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

/**
 * @param {ChildProcess} child
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} whether there was anybody to receive it
 */
function signalTree(child, signal) {
  if (child.pid === undefined) {
    return false;
  }
  if (isWindows && signal === 0) {
    return child.exitCode === null && child.signalCode === null;
  }
  if (isWindows) {
    const { status } = spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    return status === 0;
  }
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}
