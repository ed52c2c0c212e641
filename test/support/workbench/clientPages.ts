import type { FrameLocator, Locator, Page } from 'playwright-core';
import { until } from '../until.ts';
import { pressInRow, WorkbenchPage } from './pages.ts';

/** Keeps a secret with the editor, as the user would. */
export async function storeSecret(page: Page, name: string, value: string): Promise<void> {
  const workbench = new WorkbenchPage(page);
  await workbench.runCommand('WebSocket Monitor: Store Secret');
  await workbench.answer(name);
  const field = page.locator('.quick-input-widget input[type=password]');
  await field.fill(value);
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'hidden' });
}

/** Presses a button of the dialog that is open or about to be. */
export async function answerDialog(page: Page, name: string): Promise<void> {
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.getByRole('button', { name, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Makes the side bar this wide, in pixels, by its sash. */
export async function setSideBarWidth(page: Page, width: number): Promise<void> {
  const bar = page.locator('.part.sidebar');
  const box = await bar.boundingBox();
  if (box) {
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width, y);
    await page.mouse.down();
    await page.mouse.move(box.x + width, y, { steps: 5 });
    await page.mouse.up();
  }
}

/** The document of the extension's page that is on screen. */
function activeFrame(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}

/** The place below the list where a message is written. */
export class ComposerPage {
  readonly #frame: FrameLocator;

  constructor(page: Page) {
    this.#frame = activeFrame(page);
  }

  get region(): Locator {
    return this.#frame.getByRole('region', { name: 'Composer' });
  }

  get field(): Locator {
    return this.#frame.getByRole('textbox', { name: 'Message to send' });
  }

  get variables(): Locator {
    return this.#frame.getByRole('listbox', { name: 'Variables' }).getByRole('option');
  }

  /** What would go out as it stands. */
  get preview(): Locator {
    return this.region.getByRole('group', { name: 'What is sent' });
  }

  button(name: string): Locator {
    return this.region.getByRole('button', { name, exact: true });
  }

  entry(name: string): Locator {
    return this.#frame.getByRole('menuitem', { name, exact: true });
  }

  async choose(kind: string): Promise<void> {
    await this.region.getByRole('combobox', { name: 'Kind of message' }).selectOption(kind);
  }

  async says(words: string | RegExp): Promise<void> {
    await this.region.getByText(words).first().waitFor();
  }
}

/** The form of a connection. */
export class FormPage {
  readonly frame: FrameLocator;

  constructor(page: Page) {
    this.frame = activeFrame(page);
  }

  field(name: string): Locator {
    return this.frame.getByLabel(name, { exact: true });
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  async open(group: string): Promise<void> {
    await this.frame.locator('summary', { hasText: group }).click();
  }
}

/** One of the extension's trees; it must have been shown. */
export class TreePage {
  readonly #page: Page;
  readonly pane: Locator;

  constructor(page: Page, title: string) {
    this.#page = page;
    this.pane = page.locator('.part.sidebar .pane').filter({
      has: page.getByRole('button', { name: new RegExp(`^${title} Section`) }),
    });
  }

  item(name: string | RegExp): Locator {
    return this.pane.getByRole('treeitem', { name });
  }

  /** The first words of each row, from the top. */
  async labels(): Promise<string[]> {
    return this.pane.locator('.monaco-list-row .label-name').allInnerTexts();
  }

  /** Clicks on an item. Rows may move at that moment, so that another one is hit: then it is tried again. */
  async select(item: string | RegExp): Promise<void> {
    const row = this.item(item).first();
    await until(`${item} is selected`, async () => {
      await row.click();
      return (await row.getAttribute('aria-selected')) === 'true';
    });
  }

  /**
   * Clicks on an item, and waits until the monitor has turned to it. Its list may still show rows of
   * what it showed before: wait for one that was not among those.
   *
   * @param source what the header of the monitor calls it
   */
  async show(item: string | RegExp, source: string): Promise<void> {
    await this.select(item);
    const picker = activeFrame(this.#page).getByRole('combobox', {
      name: 'Connection',
      exact: true,
    });
    await until(`the monitor shows ${source}`, async () => {
      return (await picker.locator('option:checked').textContent())?.trim() === source;
    });
  }

  /** Presses a button that an item shows when it is pointed at. */
  async press(item: string | RegExp, action: string): Promise<void> {
    await pressInRow(this.item(item).first(), action);
  }

  /** Chooses from the menu of an item. */
  async choose(item: string | RegExp, action: string): Promise<void> {
    const workbench = new WorkbenchPage(this.#page);
    await workbench.openMenuOf(this.item(item).first());
    await workbench.chooseInMenu(action);
  }
}
