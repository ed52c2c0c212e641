import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

const root = join(import.meta.dirname, '../..');

it('nothing is installed where that was not wanted, and what is missing is named', t => {
  const clone = mkdtempSync(join(tmpdir(), 'websocket-monitor-'));
  t.after(() => rmSync(clone, { recursive: true, force: true }));
  for (const name of [
    'package.json',
    'package-lock.json',
    'test/run.mjs',
    'test/start.mjs',
    'test/support',
  ]) {
    cpSync(join(root, name), join(clone, name), { recursive: true });
  }
  for (const script of ['test/run.mjs', 'test/start.mjs']) {
    const { status, stdout } = spawnSync(process.execPath, [script, '--no-install'], {
      cwd: clone,
      encoding: 'utf8',
      timeout: 180_000,
    });
    assert.equal(status, 1);
    assert.match(stdout, /package-lock\.json names is missing, and --no-install was given/);
  }
  assert.deepEqual(readdirSync(clone).sort(), ['package-lock.json', 'package.json', 'test']);
  assert.equal(existsSync(join(clone, 'node_modules')), false);
});
