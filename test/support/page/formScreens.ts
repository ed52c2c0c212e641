// Takes pictures of the connection form: node test/support/page/formScreens.ts
import { mkdir } from 'node:fs/promises';
import { fullEntry, withForm } from './formHost.ts';
import { themes } from './pageBrowser.ts';
import { formPart } from './pageParts.ts';
import { PartHarness } from './partHarness.ts';

const widths = [320, 500, 900, 1400];
await mkdir('out/screens', { recursive: true });
const harness = await PartHarness.start(formPart);
try {
  for (const theme of [...Object.keys(themes), 'forced']) {
    for (const [name, entry] of [
      ['new', undefined],
      ['full', fullEntry],
    ] as const) {
      for (const width of widths) {
        const isForced = theme === 'forced';
        const scenario = {
          width,
          isForced,
          ...(entry && { entry }),
          ...(!isForced && { theme }),
          state: { ...(entry && { unshown: ['color'] }), notes: ['A note.'] },
        };
        await withForm(harness, scenario, async page => {
          await page.setViewportSize({ width, height: entry ? 3000 : 900 });
          const file = `out/screens/form-${name}-${theme.replaceAll(' ', '')}-${width}.png`;
          await page.screenshot({ path: file });
        });
      }
    }
  }
} finally {
  await harness.close();
}
