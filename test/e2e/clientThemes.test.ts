import { afterEach, describe, it } from 'node:test';
import { Peer } from '../support/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';
import { ComposerPage, FormPage, TreePage } from './clientPages.ts';
import { WorkbenchPage } from './pages.ts';

describe('The composer, the trees and the form', () => {
  let workbench: Workbench;
  let peer: Peer;

  afterEach(async () => {
    await workbench.close();
    await peer.stop();
  });

  for (const colorTheme of ['Dark Modern', 'Light Modern', 'Default High Contrast']) {
    it(`are drawn in ${colorTheme}`, async () => {
      peer = await Peer.start();
      workbench = await openWorkbench({
        colorTheme,
        settings: { 'websocketMonitor.connections': [{ name: 'echo', url: peer.url }] },
        files: {
          '.vscode/websocket-monitor.json': JSON.stringify({
            version: 1,
            items: [
              { folder: 'Orders', items: [{ name: 'Buy', json: { op: 'buy' } }] },
              { name: 'Hello', text: 'hello' },
              { name: 'Sign in', steps: [{ text: 'login' }, { text: 'subscribe' }] },
            ],
            environments: [{ name: 'live', isProduction: true, variables: { who: 'customer' } }],
          }),
        },
      });
      const { page } = workbench;
      const user = new WorkbenchPage(page);
      await user.runCommand('WebSocket Monitor: Connect');
      await user.statusBarItem('echo · connected').waitFor();
      await user.runCommand('WebSocket Monitor: Switch Environment');
      await user.pick('live');
      await user.runCommand('WebSocket Monitor: Focus on Messages View');
      await new TreePage(page, 'Messages').item(/^Sign in/).waitFor();
      const composer = new ComposerPage(page);
      await composer.button('Compose').click();
      await composer.choose('json');
      await composer.field.fill('{"who":"${who}","wrong": tru}');
      await composer.says(/cannot stand here in JSON/);
      const name = colorTheme.replaceAll(' ', '');
      await user.screenshot(`client-${name}`);
      await user.runCommand('WebSocket Monitor: Edit Connection');
      const form = new FormPage(page);
      await form.field('URL').fill('http://nowhere');
      await form.frame.getByText('Use ws:// in place of http://').waitFor();
      await form.open('Authentication');
      await form.field('Kind').selectOption('bearer token');
      await form.field('Token').fill('readable');
      await form.button('Store as secret: Token').waitFor();
      await form.field('Token').scrollIntoViewIfNeeded();
      await user.screenshot(`form-${name}`);
    });
  }
});
