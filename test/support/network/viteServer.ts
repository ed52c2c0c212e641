import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'vite';
import { refusedPort } from './peers.ts';

const page = `<!doctype html>
<title>Shop</title>
<h1 id="greeting"></h1>
<button id="count">0</button>
<script type="module" src="/main.js"></script>
`;

const main = `import { greeting } from './greeting.js';
const heading = document.getElementById('greeting');
const button = document.getElementById('count');
heading.textContent = greeting;
button.onclick = () => (button.textContent = String(Number(button.textContent) + 1));
import.meta.hot.accept('./greeting.js', changed => (heading.textContent = changed.greeting));
`;

const greetingModule = (text: string) => `export const greeting = ${JSON.stringify(text)};\n`;

/** A dev server with a page that shows a greeting, and takes a changed one without a reload. */
export interface ViteServer {
  readonly port: number;
  setGreeting(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function startVite(): Promise<ViteServer> {
  const root = await mkdtemp(join(tmpdir(), 'monitor-vite-'));
  const setGreeting = (text: string) => writeFile(join(root, 'greeting.js'), greetingModule(text));
  await writeFile(join(root, 'index.html'), page);
  await writeFile(join(root, 'main.js'), main);
  await setGreeting('Hello');
  const port = await refusedPort();
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'silent',
    cacheDir: join(root, 'cache'),
    server: { host: '127.0.0.1', port, strictPort: true },
  });
  await server.listen();
  return {
    port,
    setGreeting,
    close: async () => {
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
