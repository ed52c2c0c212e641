#!/usr/bin/env node
// Takes the arguments of the desktop product and runs a suite in a VS Code without a desktop, so
// that @vscode/test-electron can start the one like the other. Ends with the suite's exit code.
import { openWorkbench } from './workbench.ts';

const limitMinutes = 15;

const args = process.argv.slice(2);
const extension = valueOf('extensionDevelopmentPath');
const tests = valueOf('extensionTestsPath');
const folder = args.find(arg => !arg.startsWith('-'));
if (extension === undefined || tests === undefined) {
  console.error('Give --extensionDevelopmentPath=… and --extensionTestsPath=…');
  process.exit(2);
}

const workbench = await openWorkbench({
  extension,
  tests,
  trust: args.includes('--disable-workspace-trust'),
  ...(folder === undefined ? {} : { folder }),
});
const limit = setTimeout(() => {
  console.error(`The suite did not end within ${limitMinutes} minutes`);
  process.exit(1);
}, limitMinutes * 60_000);
process.exitCode = await workbench.finished;
clearTimeout(limit);
await workbench.close();

function valueOf(name: string): string | undefined {
  const prefix = `--${name}=`;
  return args.find(arg => arg.startsWith(prefix))?.slice(prefix.length);
}
