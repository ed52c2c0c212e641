import type { Page } from 'playwright-core';

/**
 * Keeps a part of the page that is loaded later from it, until the result is called.
 *
 * @param name of the chunk, as in `monitor-<name>.js`
 */
export async function holdBackChunk(page: Page, name: string): Promise<() => void> {
  const { promise: isDue, resolve: load } = Promise.withResolvers<undefined>();
  await page.route(`**/monitor-${name}.js`, async route => {
    await isDue;
    await route.fallback();
  });
  return () => load(undefined);
}
