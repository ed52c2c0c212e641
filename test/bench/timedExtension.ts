// Stands in for the extension's own main file, in a copy of the extension: the editor loads and
// activates it as it does any other, and this takes the time.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';
import type { Timed } from './hostTask.ts';

interface Main {
  activate(context: ExtensionContext): void;
  deactivate(): unknown;
}

const start = performance.now();
const main = createRequire(join(__dirname, 'package.json'))('./dist/extension.cjs') as Main;
const loadMs = performance.now() - start;

export function activate(context: ExtensionContext): void {
  const begun = performance.now();
  main.activate(context);
  const activationMs = performance.now() - begun;
  (globalThis as Timed).monitorBench = { loadMs, activationMs };
}

export function deactivate(): unknown {
  return main.deactivate();
}
