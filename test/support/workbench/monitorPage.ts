import type { FrameLocator, Locator } from 'playwright-core';
import { until } from '../until.ts';

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

  /** The row that the keys are on. */
  get active(): Locator {
    return this.messages.locator('.row.active:not([hidden])');
  }

  /**
   * Presses a row until it is the active one: while a list changes, the element of a row becomes that of another.
   *
   * @param row the first of them is meant
   */
  async open(row: Locator): Promise<void> {
    await until('the row is the active one', async () => {
      await row
        .first()
        .click({ timeout: 2000 })
        .catch(() => undefined);
      return (await row.and(this.active).count()) > 0;
    });
  }

  /** The place of a row in the list, counted from 0. */
  async positionOf(row: Locator): Promise<number> {
    return Number(await row.getAttribute('aria-rowindex')) - 2; // The headings are row 1.
  }

  /** The connections and captures that the header offers. */
  async offeredSources(): Promise<readonly string[]> {
    const options = this.frame.getByRole('combobox', { name: 'Connection' }).locator('option');
    return (await options.allInnerTexts()).map(text => text.trim());
  }

  get filter(): Locator {
    return this.frame.getByRole('combobox', { name: 'Filter' });
  }

  get details(): Locator {
    return this.frame.getByRole('region', { name: 'Details' });
  }

  /** Goes down a menu of the page that is open or about to be. */
  async choose(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.frame.locator('[role^=menuitem]').getByText(name, { exact: true }).click();
    }
  }

  /** Opens the menu of the selected rows at one of them. */
  async chooseForRow(row: Locator, ...names: readonly string[]): Promise<void> {
    const menu = this.frame.getByRole('menu').first();
    // The rows of the list before stay until others come, and take no clicks.
    await until('the row has its menu', async () => {
      await row
        .first()
        .click({ button: 'right', timeout: 2000 })
        .catch(() => undefined);
      const isOpen = await menu.isVisible();
      if (isOpen && (await row.and(this.active).count()) === 0) {
        // The element has become that of another row.
        await menu.press('Escape');
        return false;
      }
      return isOpen;
    });
    await this.choose(...names);
  }

  /** The button of exactly that name. */
  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }
}
