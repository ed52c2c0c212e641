import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../../core/base/errors.ts';
import { pathsBeside } from '../files/captureFiles.ts';
import { takeModeOf } from '../files/privateFiles.ts';

/**
 * Has a database written beside `path` and gives it that name when it is complete and on the disk.
 * Rejects with a sentence; what was at `path` is there still then. Others can read it only where they
 * could read what it replaces.
 *
 * @param captureFolder where captures are kept, none of which may be replaced
 * @param write appends to a database that is empty
 */
export async function writeDatabase(
  path: string,
  captureFolder: string,
  write: (path: string) => Promise<void>,
): Promise<void> {
  await assertReplaceable(path, captureFolder);
  const part = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    await (await open(part, 'wx', 0o600)).close();
    await write(part);
    await sync(part);
    await takeModeOf(path, part);
    await rename(part, path);
  } catch (error) {
    throw new Error(`${path} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await Promise.all([part, ...pathsBeside(part)].map(each => rm(each, { force: true })));
  }
}

async function assertReplaceable(path: string, captureFolder: string): Promise<void> {
  const [folder, taken] = await Promise.all([dirname(path), captureFolder].map(realPathOf));
  if (folder !== undefined && folder === taken) {
    throw new Error(`${folder} is where captures are kept. Choose another folder.`);
  }
  const there = await statOf(path);
  if (there && !there.isFile()) {
    throw new Error(`${path} is not a file. Choose another name.`);
  }
  for (const beside of pathsBeside(path)) {
    // SQLite would take that for the log of the new file.
    if (await statOf(beside)) {
      throw new Error(`${path} is a database in use: ${beside} is beside it. Choose another name.`);
    }
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

type Stats = Awaited<ReturnType<typeof stat>>;

async function realPathOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
