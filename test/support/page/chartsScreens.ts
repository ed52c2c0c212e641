// Takes pictures of the charts: node test/support/page/chartsScreens.ts
import { mkdir } from 'node:fs/promises';
import { letTimePass } from '../letTimePass.ts';
import { themes } from './pageBrowser.ts';
import { chartsPart } from './pageParts.ts';
import { PartHarness } from './partHarness.ts';

await mkdir('out/screens', { recursive: true });
const harness = await PartHarness.start(chartsPart);
try {
  for (const theme of [...Object.keys(themes), 'forced']) {
    for (const width of [800, 1600]) {
      const isForced = theme === 'forced';
      const page = await harness.open({ width, isForced, ...(!isForced && { theme }) });
      for (const stream of ['empty', 'one', 'quiet', 'flood']) {
        for (const isOpen of [false, true]) {
          await page.evaluate(
            ([stream, isOpen]) => {
              window.chartsPage.charts.isOpen = isOpen;
              window.chartsPage.charts.follow(stream, false);
            },
            [stream, isOpen] as const,
          );
          await letTimePass(200, 'the charts are drawn in a later frame');
          if (isOpen && stream === 'flood') {
            await page.locator('canvas.chart').nth(1).hover();
            await letTimePass(100, 'the pointer is drawn in a later frame');
          }
          const name = `${stream}-${isOpen ? 'pane' : 'strip'}`;
          const file = `out/screens/charts-${name}-${theme.replaceAll(' ', '')}-${width}.png`;
          await page.screenshot({ path: file });
        }
      }
      await page.close();
    }
  }
} finally {
  await harness.close();
}
