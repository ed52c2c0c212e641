import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

interface Axe {
  run(options: { rules: Readonly<Record<string, { enabled: boolean }>> }): Promise<{
    violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
  }>;
}

/**
 * What axe-core finds wrong with a page as it is now; the page has the module `pageSurroundings`.
 *
 * @param leftOut ids of rules that do not hold for it
 */
export async function axeViolations(
  page: Page,
  leftOut: readonly string[] = [],
): Promise<readonly string[]> {
  const axe = await readFile('node_modules/axe-core/axe.min.js', 'utf8');
  await page.evaluate(axe);
  const found = await page.evaluate(async leftOut => {
    const rules = Object.fromEntries(leftOut.map(id => [id, { enabled: false }]));
    const { violations } = await (window as unknown as { axe: Axe }).axe.run({ rules });
    return violations.map(({ id, nodes }) =>
      [id, ...nodes.slice(0, 3).map(node => `${node.html} ${node.failureSummary ?? ''}`)].join(
        '\n',
      ),
    );
  }, leftOut);
  // The tool itself may try what the page's policy forbids.
  await page.evaluate(() => (window.violations.length = 0));
  return found;
}
