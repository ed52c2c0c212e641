// What a newcomer meets: views with nothing in them, and the walkthrough.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { ComposerPage, TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describe('The first run, in Restricted Mode', () => {
  let workbench: Workbench;
  let screen: Page;
  let page: WorkbenchPage;
  let peer: Peer;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({ trust: false, viewport: { width: 1400, height: 900 } });
    screen = workbench.page;
    page = new WorkbenchPage(screen);
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const walkthrough = () => screen.locator('.gettingStartedContainer');
  const step = (id: string) =>
    walkthrough().locator(`.getting-started-step[data-step-id$="#${id}"]`);
  const isDone = async (id: string) => (await step(id).getAttribute('aria-checked')) === 'true';
  const untilDone = (id: string) => until(`${id} is done`, () => isDone(id));
  /** Shows it at its first step that is not done yet. */
  const showWalkthrough = async () => {
    await page.runCommand('Welcome: Open Walkthrough');
    await page.pick('Get started with WebSocket Monitor');
    await step('connect').waitFor();
  };
  const openStep = async (id: string) => {
    await showWalkthrough();
    await until(
      `${id} is open`,
      async () => (await step(id).getAttribute('aria-expanded')) === 'true',
    );
    await page.screenshot(`walkthrough-${id}`);
  };
  const press = async (id: string, button: string) => {
    await openStep(id);
    await step(id).locator('.monaco-button').filter({ hasText: button }).click({ force: true });
  };

  it('offers to connect with one button, and the rest as links, in every view', async () => {
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    const connections = new TreePage(screen, 'Connections').pane;
    await connections.getByRole('button', { name: 'Connect…', exact: true }).last().waitFor();
    await connections.getByText('In Restricted Mode the connections of the workspace').waitFor();
    await connections.getByText('localhost is that machine').waitFor();
    assert.equal(await connections.locator('.welcome-view .monaco-button').count(), 1);
    const messages = new TreePage(screen, 'Messages').pane;
    await messages.getByText('are shown, but not sent').waitFor();
    assert.equal(await messages.locator('.welcome-view .monaco-button').count(), 1);
    await page.screenshot('welcome-restricted');
    const tabs = screen.locator('.part.editor').getByRole('tab');
    assert.deepEqual(await tabs.filter({ hasText: 'WebSocket' }).allInnerTexts(), []);
    await connections.getByRole('button', { name: 'tour in four steps' }).click();
    await step('connect').waitFor();
    assert.equal(await walkthrough().locator('.getting-started-step').count(), 4);
  });

  it('ticks each step of the walkthrough when it was done', async () => {
    await press('connect', 'Connect…');
    await page.quickInput.fill(peer.url);
    await page.option(`Connect to ${peer.url}`).waitFor();
    await page.accept();
    await until('it is connected', () => peer.sockets.length === 1);
    peer.send('{"price":101}');
    await page.monitor.rows.filter({ hasText: '"price":101' }).first().waitFor();
    await showWalkthrough();
    await untilDone('connect');
    assert.ok(!(await isDone('find')));
    await press('find', 'Open Monitor');
    await page.monitor.filter.fill('$.price:>100');
    await page.monitor.frame.locator('.filter-status').getByText(/^1 of/).waitFor();
    await showWalkthrough();
    await untilDone('find');
    assert.ok(!(await isDone('send')));
    await openStep('send');
    await page.runCommand('WebSocket Monitor: Open Monitor');
    const composer = new ComposerPage(screen);
    await composer.button('Compose').click();
    await composer.field.fill('hello');
    await composer.button('Send').click();
    await until('it is sent', () => peer.received.length > 0);
    await showWalkthrough();
    await untilDone('send');
    await press('export', 'Export Messages…');
    await page.quickInput.waitFor();
    await screen.keyboard.press('Escape');
    await showWalkthrough();
    await untilDone('export');
  });
});
