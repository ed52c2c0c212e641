// @ts-check
// Installs what building and testing need, each thing once. This file and what it imports run on
// the Node that is there before anything is installed: Node 20 or later, without packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import {
  announce,
  announceInstall,
  findOnPath,
  installDebianPackages,
  isExecutable,
  root,
  runLogged,
  runNpm,
  SetupError,
  toolsFolder,
  withLock,
} from './steps.mjs';

/** The npm package that carries a whole VS Code: its server, workbench and extension host. */
const codeServer = {
  version: '4.139.1',
  integrity:
    'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};

/** Native modules without which the extension host only logs errors; the others are not needed. */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog'];

const networkAdvice = 'Check the network and the npm registry, then try again.';

/** Installs the npm packages where node_modules is missing or older than package-lock.json. */
export async function ensurePackages() {
  if (arePackagesCurrent()) {
    return;
  }
  announceInstall(
    'what package-lock.json names',
    'by npm in node_modules, without scripts (about 20 s)',
  );
  await withLock('packages', async () => {
    if (arePackagesCurrent()) {
      return;
    }
    await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      whatFailed: 'npm could not install the packages',
      advice: networkAdvice,
    });
  });
}

/** npm writes node_modules/.package-lock.json last, so a half-finished installation has none. */
function arePackagesCurrent() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (installed[path] ? installed[path].version === version : optional),
  );
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function readPackages(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

/**
 * The Node that the build and the tests run on; call `ensurePackages` first.
 *
 * @returns {string} its executable
 */
export function findNode24() {
  if (process.versions.node.startsWith('24.')) {
    return process.execPath;
  }
  const node = join(nodePackage(), process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (!existsSync(node) || spawnSync(node, ['--version']).status !== 0) {
    throw new SetupError(
      'npm has no Node 24 for this machine. Install Node 24, and run the same command on it.',
    );
  }
  return node;
}

/** An optional dependency, of which npm installs the one for this machine. */
function nodePackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return join(root, `node_modules/node-${platform}-${process.arch}`);
}

/**
 * Installs a VS Code that runs without a desktop.
 *
 * @returns {Promise<string>} the folder of its server
 */
export async function ensureWorkbench() {
  const node = findNode24();
  const folder = join(toolsFolder, 'workbench');
  const stampFile = join(folder, 'stamp.json');
  const stamp = JSON.stringify({ ...codeServer, platform: process.platform, arch: process.arch });
  const isCurrent = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (!isCurrent()) {
    announceInstall('VS Code without a desktop', 'by npm in .vscode-test (about 45 s)');
    await withLock('workbench', async () => {
      if (isCurrent()) {
        return;
      }
      const partial = `${folder}.partial`;
      await rm(partial, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      await fetchCodeServer(partial);
      await installServerPackages(join(partial, 'package/lib/vscode'), node);
      await writeFile(join(partial, 'stamp.json'), stamp);
      await rename(partial, folder);
    });
  }
  return join(folder, 'package/lib/vscode');
}

/** @param {string} folder receives the package as `package/` */
async function fetchCodeServer(folder) {
  const whatFailed = 'VS Code without a desktop could not be fetched';
  await runNpm(['pack', `code-server@${codeServer.version}`, '--silent'], {
    cwd: folder,
    whatFailed,
    advice: networkAdvice,
  });
  const archive = join(folder, `code-server-${codeServer.version}.tgz`);
  const hash = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (`sha512-${hash}` !== codeServer.integrity) {
    throw new SetupError(`${whatFailed}: the archive is not the expected one. ${networkAdvice}`);
  }
  await runLogged('tar', ['-xzf', archive], {
    cwd: folder,
    whatFailed,
    advice: 'Install tar, or make room on the disk, then try again.',
  });
  await rm(archive);
}

/** @param {string} folder of the server @param {string} node */
async function installServerPackages(folder, node) {
  const options = {
    cwd: folder,
    whatFailed: 'The packages of VS Code without a desktop could not be installed',
    advice: networkAdvice,
  };
  const quiet = ['--no-audit', '--no-fund'];
  await runNpm(['install', '--omit=dev', '--ignore-scripts', ...quiet], options);
  await ensureCompiler();
  // The headers come with the Node package; without this, node-gyp would download them.
  const headers = nodePackage();
  await runNpm(['rebuild', ...nativeModules], {
    ...options,
    env: {
      PATH: dirname(node) + delimiter + (process.env['PATH'] ?? ''),
      npm_config_jobs: 'max',
      ...(existsSync(join(headers, 'include/node')) ? { npm_config_nodedir: headers } : {}),
    },
    whatFailed: 'The native modules of VS Code without a desktop could not be compiled',
    advice: 'Install a C++ compiler, make and Python 3, then try again.',
  });
}

async function ensureCompiler() {
  const isThere =
    findOnPath('c++', 'g++', 'clang++') && findOnPath('make') && findOnPath('python3', 'python');
  if (isThere || process.platform === 'win32') {
    return;
  }
  announceInstall(
    'a C++ compiler',
    'by apt-get as g++, make and python3, where that can be (about 30 s)',
  );
  if (!(await installDebianPackages(['g++', 'make', 'python3']))) {
    throw new SetupError(
      process.platform === 'darwin'
        ? 'A C++ compiler is missing. Run `xcode-select --install`, then try again.'
        : 'A C++ compiler is missing. Install g++, make and python3, then try again.',
    );
  }
}

/**
 * Installs Chromium where neither it nor Chrome is there.
 *
 * @returns {Promise<string>} its executable: CHROME_PATH where that is set
 */
export async function ensureChromium() {
  const chosen = process.env['CHROME_PATH'];
  if (chosen) {
    if (!isExecutable(chosen)) {
      throw new SetupError(`CHROME_PATH names no program: ${chosen}. Correct or unset it.`);
    }
    return chosen;
  }
  let found = await findChromium();
  if (!found) {
    announceInstall('Chromium', 'by apt-get as chromium, where that can be (about 45 s)');
    await installDebianPackages(['chromium']);
    found = await findChromium();
  }
  if (!found) {
    throw new SetupError(
      'Chromium is missing. Install Chrome or Chromium, or run `npx playwright-core install chromium`, or set CHROME_PATH, then try again.',
    );
  }
  return found;
}

const headlessShell = 'chromium-headless-shell';

/** Installs the Chromium without windows, where that can be: pages of tests take half the processor time in it. */
export async function tryHeadlessChromium() {
  if (!process.env['CHROME_PATH'] && !findOnPath(headlessShell)) {
    await tryDebianPackage(headlessShell, 5, 'The tests take longer without.');
  }
}

/**
 * What pages of tests are opened in.
 *
 * @returns {Promise<string>} its executable: CHROME_PATH where that is set
 */
export async function headlessChromium() {
  return (!process.env['CHROME_PATH'] && findOnPath(headlessShell)) || ensureChromium();
}

async function findChromium() {
  const known = findOnPath('google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser');
  if (known) {
    return known;
  }
  const { chromium } = await import('playwright-core');
  const programs = process.env['PROGRAMFILES'] ?? 'C:/Program Files';
  return [
    chromium.executablePath(),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    join(programs, 'Google/Chrome/Application/chrome.exe'),
  ].find(isExecutable);
}

/** Installs openssl, which makes the certificates of the tests. */
export async function ensureOpenssl() {
  if (findOnPath('openssl')) {
    return;
  }
  announceInstall('openssl', 'by apt-get, where that can be (about 10 s)');
  if (!(await installDebianPackages(['openssl']))) {
    throw new SetupError('openssl is missing. Install it, then try again.');
  }
}

/**
 * Installs Python with its WebSocket library, a peer that some tests are run against.
 *
 * @returns {Promise<string | undefined>} its executable; `undefined` where it is not to be had
 */
export async function ensurePython() {
  // Debian's own Python is asked by its path: only that one sees Debian's packages.
  const candidates = () => [findOnPath('python3'), '/usr/bin/python3', findOnPath('python')];
  const find = () =>
    candidates().find(
      python => python && spawnSync(python, ['-c', 'import websockets']).status === 0,
    );
  const found = find();
  if (found) {
    return found;
  }
  await tryDebianPackage('python3-websockets', 10, 'The tests do without.');
  return find();
}

/**
 * Installs a Debian package that the tests can do without.
 *
 * @param {string} name @param {number} seconds that it takes, about @param {string} otherwise what happens without it
 */
async function tryDebianPackage(name, seconds, otherwise) {
  if (!findOnPath('apt-get') || process.getuid?.() !== 0) {
    return;
  }
  try {
    announceInstall(name, `by apt-get (about ${String(seconds)} s)`);
    await installDebianPackages([name]);
  } catch (error) {
    announce(`${String(error instanceof Error ? error.message : error)} ${otherwise}`);
  }
}
