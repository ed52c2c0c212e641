// `npm run manifest`: writes the settings of package.json, package.nls.json and docs/settings.md.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { settingFiles } from './support/run/settingsManifest.ts';
import { root } from './support/run/steps.mjs';

for (const [path, text] of await settingFiles()) {
  await writeFile(join(root, path), text);
}
