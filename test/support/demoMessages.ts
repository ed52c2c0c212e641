import type { TestContext } from 'node:test';
import WebSocket from 'ws';
import { startDemoServer } from '../../src/node/demo/demoServer.ts';

/** A client of a demo server of its own, which is gone when the test is over. */
export async function demoClient(t: TestContext, path: string): Promise<WebSocket> {
  const server = await startDemoServer();
  t.after(() => server.dispose());
  const client = new WebSocket(new URL(path, server.url), ['mqtt']);
  t.after(() => client.terminate());
  return client;
}

/** The first messages that the demo server sends. */
export async function demoMessages(
  t: TestContext,
  path: string,
  count: number,
): Promise<readonly Buffer[]> {
  return receiveFrom(await demoClient(t, path), count);
}

/** The next messages that a client gets. */
export function receiveFrom(client: WebSocket, count: number): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const messages: Buffer[] = [];
    client.on('message', (data: Buffer) => {
      messages.push(data);
      if (messages.length === count) {
        resolve(messages);
      }
    });
    client.on('close', code => reject(new Error(`Closed with ${code}`)));
    client.on('error', reject);
  });
}
