import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

/** Field 1 is field 1 of a message within, with the text "ACME". */
const quote = Buffer.from('0a060a0441434d45', 'hex');

const feedWith = (field: string) => `syntax = "proto3";
package feed;
import "parts/quote.proto";
message Envelope { oneof body { Quote quote = 1; } }
message Tick { string ${field} = 1; }
`;
const quoteWith = (field: string) =>
  `syntax = "proto3";\npackage feed;\nmessage Quote { string ${field} = 1; }\n`;

describe('Protobuf with the schema of a workspace', () => {
  let peer: Peer;
  let workbench: Workbench;
  let page: WorkbenchPage;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({
      files: {
        'proto/feed.proto': feedWith('at'),
        'proto/parts/quote.proto': quoteWith('symbol'),
        '.vscode/settings.json': JSON.stringify({
          'websocketMonitor.connections': [{ name: 'feed', url: peer.url }],
          'websocketMonitor.decoders': [
            {
              kind: 'binary',
              use: { protobuf: { schema: 'proto/feed.proto', message: 'feed.Envelope' } },
            },
          ],
        }),
      },
    });
    page = new WorkbenchPage(workbench.page);
    await page.connectFirst();
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const row = (text: string) => page.monitor.rows.filter({ hasText: text });
  const save = (path: string, text: string) => writeFile(join(workbench.folder, path), text);

  it('has the names of the file and of what it imports, and others once they are saved', async () => {
    await shows(page.statusBarItem('feed · connected'));
    peer.send(quote);
    await shows(row('{"quote":{"symbol":"ACME"}}'));
    await save('proto/parts/quote.proto', quoteWith('ticker'));
    await shows(row('{"quote":{"ticker":"ACME"}}'));
  });

  it('has its mistakes among the problems, and is used as far as it can be', async () => {
    await save('proto/feed.proto', feedWith('at').replace('string at', 'Nowhere at'));
    await page.runCommand('Problems: Focus on Problems View');
    await shows(workbench.page.getByText('There is no type Nowhere.'));
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await shows(row('{"quote":{"ticker":"ACME"}}'));
  });
});
