// @ts-check
// `node test/run.mjs [unit|integration|e2e]`: the part of that name, or everything.
import { inNode24 } from './support/run/bootstrap.mjs';

await inNode24(async () => {
  const { runParts } = await import('./support/run/parts.ts');
  return runParts(process.argv.slice(2));
});
