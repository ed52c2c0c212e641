import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'node:test';
import type { Page } from 'playwright-core';

export const screensFolder = join(import.meta.dirname, '../../../out/screens');

const open = new Set<Page>();

/** Has a picture taken of `page` after each test that fails while it is open, as `failed-TEST.png`. */
export function watchFailures(page: Page): void {
  open.add(page);
  page.once('close', () => open.delete(page));
}

// Node sets it in the processes of test files; elsewhere a hook would start a test run.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  afterEach(async context => {
    // Its types lack whether the test has passed.
    const test = context as unknown as { readonly name: string; readonly passed: boolean };
    if (test.passed) {
      return;
    }
    await mkdir(screensFolder, { recursive: true });
    for (const [index, page] of [...open].entries()) {
      const name = `${test.name} ${index || ''}`.replaceAll(/\W+/g, '-').slice(0, 80);
      const path = join(screensFolder, `failed-${name.replace(/-$/, '')}.png`);
      // The test has failed already: a page that draws no more must not hide why.
      await page.screenshot({ path, timeout: 5000 }).catch(() => undefined);
    }
  });
}
