import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errors, type Locator, type Page } from 'playwright-core';
import { letTimePass } from '../letTimePass.ts';
import { until } from '../until.ts';
import { screensFolder } from './failurePictures.ts';
import { MonitorPage } from './monitorPage.ts';

/** The workbench as a user meets it: by keyboard, and by the names that a screen reader says. */
export class WorkbenchPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Runs the command of that title, such as `WebSocket Monitor: Open Monitor`. */
  async runCommand(title: string): Promise<void> {
    const entry = this.option(title);
    // While it starts, the workbench takes no keys and its palette lacks what extensions bring; a
    // page that takes the focus closes the palette. Nothing says when this is over, so it is tried
    // again until the command could be chosen.
    for (let tries = 0; tries < 30; tries++) {
      await this.#page.keyboard.press('Escape');
      // F1 is the help of the monitor while the focus is in it.
      await this.#page.keyboard.press('ControlOrMeta+Shift+P');
      try {
        await this.quickInput.fill(`>${title}`, { timeout: 1000 });
        await entry.waitFor({ timeout: 2000 });
        if (await this.#leaves(() => entry.click({ timeout: 2000 }))) {
          return;
        }
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) {
          throw error;
        }
      }
    }
    throw new Error(`The command palette has no "${title}"`);
  }

  /** Which of these commands of ours the palette offers, by their whole titles. */
  async offered(titles: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    const rows = this.#page.locator('.quick-input-list .monaco-list-row');
    await this.#page.keyboard.press('Escape');
    await this.#page.keyboard.press('ControlOrMeta+Shift+P');
    for (const title of titles) {
      await this.quickInput.fill(`>WebSocket Monitor: ${title}`);
      const row = this.option(`WebSocket Monitor: ${title}`);
      const none = rows.filter({ hasText: /No matching|similar commands/ }).first();
      await row.or(none).first().waitFor();
      if ((await row.count()) > 0) {
        found.push(title);
      }
    }
    await this.#page.keyboard.press('Escape');
    return found;
  }

  /** The field of a quick pick or an input box. */
  get quickInput(): Locator {
    return this.#page.locator('.quick-input-widget input[type=text]');
  }

  /** An entry of the quick pick whose name holds `name`; an icon counts as a word before it. */
  option(name: string): Locator {
    return this.#page
      .locator('.quick-input-widget')
      .getByRole('option', { name: new RegExp(escapePattern(name)) })
      .first();
  }

  /** Chooses an entry of the quick pick that is open or about to be. */
  async pick(name: string): Promise<void> {
    const entry = this.option(name);
    await entry.waitFor();
    // A list that is drawn anew between press and release of the mouse swallows the click.
    for (let tries = 0; tries < 5; tries++) {
      if (await this.#leaves(() => entry.click())) {
        return;
      }
    }
    throw new Error(`The quick pick stays open although "${name}" was chosen`);
  }

  /** Answers the input box that is open or about to be, and waits until it is gone. */
  async answer(text: string): Promise<void> {
    await this.quickInput.fill(text);
    await this.accept();
  }

  /** Presses Enter in what the workbench asks, and waits until that is gone or asks the next thing. */
  async accept(): Promise<void> {
    const taken = await this.#leaves(() => this.quickInput.press('Enter'), 30_000);
    assert.ok(taken, 'Enter answers nothing');
  }

  /** Whether what the workbench asks is soon gone, or asks something else, after `answer`. */
  async #leaves(answer: () => Promise<void>, maxMs = 5000): Promise<boolean> {
    const before = await this.#question();
    await answer();
    try {
      await until('', async () => (await this.#question()) !== before, maxMs);
      return true;
    } catch (error) {
      if (error instanceof assert.AssertionError) {
        return false;
      }
      // The answer may have been to load the window anew.
      if (/navigat|context was destroyed/.test(String(error))) {
        return true;
      }
      throw error;
    }
  }

  /** What the quick pick or input box asks, with all that tells it from the next one. */
  async #question(): Promise<string> {
    return this.#page.locator('.quick-input-widget').evaluateAll(widgets =>
      widgets
        .filter(widget => (widget as HTMLElement).offsetParent !== null)
        .map(widget => {
          const fields = [...widget.querySelectorAll('input')].map(
            field => `${field.placeholder} ${field.type === 'checkbox' ? '' : field.value}`,
          );
          const texts = [...widget.querySelectorAll('.quick-input-title, .monaco-list-row')];
          return [...fields, ...texts.map(each => each.textContent)].join('\n');
        })
        .join('\n'),
    );
  }

  /** Connects to the first of the configured connections, which Enter takes. */
  async connectFirst(): Promise<void> {
    await this.runCommand('WebSocket Monitor: Connect');
    await this.#page.getByPlaceholder(/^Type a URL/).waitFor();
    await this.accept();
  }

  /** The status-bar item whose text or name holds `text`. */
  statusBarItem(text: string | RegExp): Locator {
    return this.#page.locator('.part.statusbar .statusbar-item').filter({ hasText: text });
  }

  /**
   * The list of notifications, once it holds `sentence`. While tests drive it, the workbench shows
   * warnings there only, and at times it closes the list before they come.
   */
  async notified(sentence: string | RegExp): Promise<Locator> {
    const center = this.#page.locator('.notifications-center');
    const found = center.getByText(sentence).first();
    for (let tries = 0; tries < 10 && !(await found.isVisible()); tries++) {
      await this.runCommand('Notifications: Show Notifications');
      await found.waitFor({ timeout: 3000 }).catch(() => undefined);
    }
    await found.waitFor();
    return center;
  }

  /** Every notification that is on screen. */
  get notifications(): Locator {
    return this.#page.locator('.notifications-toasts .notification-list-item');
  }

  async notificationTexts(): Promise<string[]> {
    return this.notifications.locator('.notification-list-item-message').allInnerTexts();
  }

  /** Presses a button of a notification. */
  async chooseInNotification(button: string): Promise<void> {
    await this.notifications.getByRole('button', { name: button }).first().click();
  }

  /** A button of the dialog that is open or about to be. */
  dialogButton(name: string | RegExp): Locator {
    return this.#page.locator('.monaco-dialog-box').getByRole('button', { name });
  }

  /** The editor that shows an output channel; `showMessages` and `showLog` open one. */
  get output(): Locator {
    return this.#page.locator('.part.panel .output-view .view-lines');
  }

  /** The lines of the output channel that are on screen. */
  async outputLines(): Promise<string[]> {
    // At once: the editor replaces lines, and one that it has taken out is at no place.
    const placed = await this.output.evaluate(output =>
      [...output.querySelectorAll('.view-line')]
        .map(element => ({ top: element.getBoundingClientRect().top, text: element.textContent }))
        .sort((one, other) => one.top - other.top)
        .map(({ text }) => text),
    );
    // The editor writes spaces as no-break spaces.
    return placed.map(line => line.replaceAll('\u00a0', ' '));
  }

  /**
   * Opens the settings editor with a query, such as `@ext:websocket-monitor.websocket-monitor`. In
   * a remote window, which this is, the tab `User` leaves out what only concerns the machine.
   */
  async openSettings(query: string, tab = 'Workspace'): Promise<Locator> {
    await this.runCommand('Preferences: Open Settings (UI)');
    const editor = this.#page.locator('.settings-editor');
    const items = editor.locator('.setting-item-contents');
    // An extension that is only being loaded has no settings to find yet.
    for (let tries = 0; tries < 10; tries++) {
      await editor.locator('.search-container .view-lines').click();
      await this.#page.keyboard.press('ControlOrMeta+A');
      await this.#page.keyboard.type(query);
      await editor.getByRole('tab', { name: tab }).click();
      const found = editor.getByText(/^\d+ Settings? Found$/);
      try {
        await found.waitFor({ timeout: 3000 });
        await items.first().waitFor({ timeout: 3000 });
        return editor;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) {
          throw error;
        }
      }
    }
    throw new Error(`No settings were found for "${query}"`);
  }

  /** A row of a tree, by the beginning of what a screen reader says of it. */
  treeItem(name: string): Locator {
    return this.#page
      .locator('.part.sidebar')
      .getByRole('treeitem', { name: new RegExp(`^${escapePattern(name)}`) });
  }

  /** Goes to a row of one of our trees by keyboard alone. */
  async focusInTree(view: string, item: string): Promise<void> {
    await this.runCommand(`WebSocket Monitor: Focus on ${view} View`);
    const rows = this.#page
      .locator('.part.sidebar .pane')
      .filter({ has: this.#page.getByRole('button', { name: new RegExp(`^${view} Section`) }) })
      .locator('.monaco-list-row');
    const focused = rows.and(this.#page.locator('.focused'));
    const index = async () =>
      (await focused.count()) === 0 ? '' : await focused.first().getAttribute('data-index');
    await this.treeItem(item).first().waitFor();
    await this.#page.keyboard.press('Home');
    await until('the first row has the focus', async () => (await index()) === '0');
    const wanted = focused.and(this.treeItem(item));
    for (let steps = 0; steps < 20 && (await wanted.count()) === 0; steps++) {
      const before = await index();
      await this.#page.keyboard.press('ArrowDown');
      await until('the next row has the focus', async () => (await index()) !== before);
    }
    await wanted.waitFor();
  }

  /** Presses a button that a row of a tree shows while the pointer is over it. */
  async pressInTree(item: string, button: string): Promise<void> {
    await pressInRow(this.treeItem(item).first(), button);
  }

  /** Opens the menu of a row of a tree. Rows may move at that moment, so that it is that of another one. */
  async openMenuOf(row: Locator): Promise<void> {
    const menu = this.#page.locator('.monaco-menu');
    await until('the row has its menu', async () => {
      await row.click({ button: 'right' });
      await menu.waitFor({ timeout: 2000 }).catch(() => undefined);
      if (/\bfocused\b/.test((await row.getAttribute('class')) ?? '') && (await menu.isVisible())) {
        return true;
      }
      await this.#page.keyboard.press('Escape');
      return false;
    });
  }

  /** Chooses an entry of the workbench's own menu that is open or about to be. */
  async chooseInMenu(name: string): Promise<void> {
    const entry = this.#page.locator('.monaco-menu').getByRole('menuitem', { name }).first();
    await entry.waitFor();
    // A click right after it opens is taken for the one that opened it.
    for (let tries = 0; tries < 10 && (await entry.count()) > 0; tries++) {
      await letTimePass(200, 'the menu does not show when it takes clicks');
      await entry.click({ timeout: 1000 }).catch((error: unknown) => {
        if (!(error instanceof errors.TimeoutError)) {
          throw error;
        }
      });
    }
    await entry.waitFor({ state: 'detached' });
  }

  /** The tab of an editor whose name holds `name`. */
  tab(name: string | RegExp): Locator {
    return this.#page.locator('.part.editor').getByRole('tab', { name });
  }

  /** Writes the path into the dialog that asks where to save, which needs a folder that is there. */
  async saveAs(path: string): Promise<void> {
    const widget = this.#page.locator('.quick-input-widget');
    const settled = async () => {
      let value = '';
      do {
        value = await this.quickInput.inputValue();
        await letTimePass(400, 'the dialog shows nothing while it looks at the path');
      } while (value !== (await this.quickInput.inputValue()));
      return value;
    };
    // It fills in a path of its own when it has looked at the folder, and would write over a faster one.
    let tries = 0;
    while (!(await settled()).startsWith('/') && tries < 25) {
      tries++;
    }
    for (tries = 0; tries < 20 && (await widget.isVisible()); tries++) {
      await this.quickInput.fill(path);
      if ((await settled()) === path) {
        await this.#page.keyboard.press('Enter');
        await widget.waitFor({ state: 'hidden', timeout: 2000 }).catch(() => undefined);
      }
    }
  }

  /** Takes a picture into out/screens. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screensFolder, { recursive: true });
    await this.#page.screenshot({ path: join(screensFolder, `${name}.png`) });
  }

  /** The monitor's own document, two frames down. */
  get monitor(): MonitorPage {
    return new MonitorPage(
      this.#page.frameLocator('iframe.webview.ready').frameLocator('#active-frame'),
    );
  }
}

/**
 * Presses a button that a row of a tree or quick pick shows while the pointer is over it. A row that is drawn anew
 * between press and release of the mouse swallows the click, so both are one event here, once the button
 * has been where the mouse could press it. Rows that come above it move it away from the pointer.
 */
export async function pressInRow(row: Locator, name: string | RegExp): Promise<void> {
  const button = row.getByRole('button', { name }).first();
  for (let tries = 0; tries < 20; tries++) {
    await row.hover();
    try {
      await button.click({ trial: true, timeout: 2000 });
      const drawn = await button.elementHandle({ timeout: 2000 });
      await letTimePass(200, 'a row that is not drawn again shows that by nothing else');
      // One that shows what repeats never comes to rest.
      if ((await drawn.evaluate(node => node.isConnected)) || tries >= 10) {
        await button.dispatchEvent('click', undefined, { timeout: 2000 });
        return;
      }
    } catch (error) {
      if (!(error instanceof errors.TimeoutError)) {
        throw error;
      }
    }
  }
  throw new Error(`The row has no button "${String(name)}"`);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
