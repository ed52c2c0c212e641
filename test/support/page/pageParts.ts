// The parts of the pages that tests and pictures show alone.
import { formStrings } from '../../../src/shared/formStrings.ts';
import type { Part } from './partHarness.ts';

const monitorStyles = 'src/webview/monitor/monitor.css';

export const chartsPart: Part = {
  title: 'Charts',
  sources: [monitorStyles, 'test/support/page/chartsPage.ts'],
  size: { width: 1280, height: 420 },
};

export const filterPart: Part = {
  title: 'Filter',
  sources: [monitorStyles, 'test/support/page/filterPage.ts'],
  size: { width: 1000, height: 620 },
};

export const detailPart: Part = {
  title: 'Details',
  sources: [monitorStyles, 'test/support/page/detailStand.ts'],
  size: { width: 560, height: 700 },
};

export const formPart: Part = {
  title: 'Connection',
  sources: ['test/support/page/formEditor.ts', 'src/webview/connectionForm/main.ts'],
  size: { width: 1000, height: 900 },
  strings: formStrings,
};
