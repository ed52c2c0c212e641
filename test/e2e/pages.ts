import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errors, type FrameLocator, type Locator, type Page } from 'playwright-core';

const screensFolder = join(dirname(dirname(import.meta.dirname)), 'out/screens');

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
      await this.#page.keyboard.press('F1');
      try {
        await this.quickInput.fill(`>${title}`, { timeout: 1000 });
        await entry.click({ timeout: 2000 });
        return;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) {
          throw error;
        }
      }
    }
    throw new Error(`The command palette has no "${title}"`);
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
    await this.option(name).click();
  }

  /** Answers the input box that is open or about to be. */
  async answer(text: string): Promise<void> {
    await this.quickInput.fill(text);
    await this.#page.keyboard.press('Enter');
  }

  /** The status-bar item whose text or name holds `text`. */
  statusBarItem(text: string | RegExp): Locator {
    return this.#page.locator('.part.statusbar .statusbar-item').filter({ hasText: text });
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
  dialogButton(name: string): Locator {
    return this.#page.locator('.monaco-dialog-box').getByRole('button', { name });
  }

  /** The editor that shows an output channel; `showMessages` and `showLog` open one. */
  get output(): Locator {
    return this.#page.locator('.part.panel .output-view .view-lines');
  }

  /** The lines of the output channel that are on screen. */
  async outputLines(): Promise<string[]> {
    const lines = this.output.locator('.view-line');
    const placed = await lines.evaluateAll(elements =>
      elements
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

/** The monitor panel. */
export class MonitorPage {
  readonly frame: FrameLocator;

  constructor(frame: FrameLocator) {
    this.frame = frame;
  }

  get messages(): Locator {
    return this.frame.getByRole('grid', { name: 'Messages' });
  }

  /** The rows on screen; the list draws no others. */
  get rows(): Locator {
    return this.messages.getByRole('row');
  }

  /** The button of exactly that name. */
  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
