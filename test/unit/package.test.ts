import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { listFiles, PackageManager } from '@vscode/vsce';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Is written beside new decoders. */
const typesOfDecoders = 'media/websocket-monitor-decoder.d.ts';

describe('What is shipped', () => {
  let files: readonly string[];

  before(async () => {
    files = await listFiles({ cwd: root, packageManager: PackageManager.None });
  });

  it('has the papers that its users and the authors of its parts are owed', () => {
    const papers = ['README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md'];
    const notices = 'dist/ThirdPartyNotices.txt';
    assert.deepEqual(
      [...papers, notices].filter(file => !files.includes(file)),
      [],
    );
  });

  it('has the script and the styles of each page, and the icons', () => {
    const pages = ['monitor.js', 'monitor.css', 'connectionForm.js', 'connectionForm.css'];
    assert.deepEqual(
      [...pages, 'codicon.css', 'codicon.ttf'].filter(name => !files.includes(`dist/${name}`)),
      [],
    );
  });

  it('has the guides and the pictures that the README shows, and no other pictures', () => {
    const readme = read('README.md');
    const pictures = [...readme.matchAll(/<img src="([^"]+)"/g)].map(([, source = '']) => source);
    assert.ok(pictures.length > 0);
    assert.deepEqual(files.filter(file => /^docs\/.*\.png$/.test(file)).sort(), pictures.sort());
    const guides = [...readme.matchAll(/\]\((docs\/[^()#]+)\)/g)].map(([, guide = '']) => guide);
    assert.deepEqual(
      guides.filter(guide => !files.includes(guide)),
      [],
    );
  });

  it('has the pictures of the walkthrough', () => {
    const { contributes } = JSON.parse(read('package.json')) as {
      contributes: { walkthroughs: readonly { steps: readonly { media: { svg: string } }[] }[] };
    };
    const shown = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.map(({ media }) => media.svg),
    );
    assert.deepEqual(
      files.filter(file => file.startsWith('media/walkthrough/')).sort(),
      shown.sort(),
    );
  });

  it('has nothing of how it is made', () => {
    const made = /^(src|test|out|node_modules|\.github|\.ci)\/|\.map$|\.ts$/;
    assert.ok(files.includes(typesOfDecoders));
    assert.deepEqual(
      files.filter(file => made.test(file) && file !== typesOfDecoders),
      [],
    );
  });

  it('names the licence of every package that is bundled, with its text', () => {
    const notices = read('dist/ThirdPartyNotices.txt').split(`\n${'-'.repeat(80)}\n`);
    const { dependencies } = JSON.parse(read('package.json')) as {
      dependencies: Record<string, string>;
    };
    // lit is mostly made of what it needs itself.
    for (const name of [...Object.keys(dependencies), 'lit-html']) {
      const notice = notices.find(text => text.trimStart().startsWith(`${name} `));
      assert.ok(notice, `${name} has no notice`);
      assert.match(notice, /copyright|attribution/i, `the text of ${name}'s licence is missing`);
    }
  });
});

describe('Continuous integration', () => {
  it('runs actions by their commit, which nobody can move', () => {
    const uses = [...read('.github/workflows/ci.yml').matchAll(/uses: (\S+)/g)].map(
      ([, use]) => use,
    );
    assert.ok(uses.length > 0);
    assert.deepEqual(
      uses.filter(use => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(use ?? '')),
      [],
    );
  });

  it('has a lock file with the hash of each package, and without addresses', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { integrity?: string; resolved?: string }>;
    };
    const installed = Object.entries(packages).filter(([path]) => path !== '');
    assert.deepEqual(
      installed
        .filter(([, { integrity, resolved }]) => !integrity || resolved)
        .map(([path]) => path),
      [],
    );
  });
});
