import type { Page } from 'playwright-core';
import type { StandRow } from './detailStand.ts';

/** Shows a row in the details of a page. */
export async function showRow(page: Page, row: StandRow): Promise<void> {
  const { bytes, ...rest } = row;
  const base64 = typeof bytes === 'string' ? undefined : Buffer.from(bytes).toString('base64');
  await page.evaluate(
    ([rest, bytes, base64]) => {
      const decoded =
        base64 === undefined ? bytes : Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      window.stand.show({ ...rest, bytes: decoded });
    },
    [rest, typeof bytes === 'string' ? bytes : '', base64] as const,
  );
}
