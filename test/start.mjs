// @ts-check
// `npm start [-- --browser | --no-open]`: a VS Code with this extension, connected to a live stream.
import { inNode24 } from './support/run/bootstrap.mjs';

await inNode24(async () => {
  const { startDemo } = await import('./support/run/demo.ts');
  return startDemo(process.argv.slice(2));
});
