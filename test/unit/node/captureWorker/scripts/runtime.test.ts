import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  childRuntime,
  type RuntimeFacts,
} from '../../../../../src/node/captureWorker/scripts/runtime.ts';

const facts = (options: readonly string[], isElectron = false): RuntimeFacts => ({
  nodeVersion: '20.0.0',
  isElectron,
  options: new Set(options),
});
const child = '/ext/dist/decoderChild.cjs';

describe('How the process of a decoder is started', () => {
  it('names the permission model as this Node does', () => {
    for (const option of ['--permission', '--experimental-permission']) {
      const runtime = childRuntime(facts([option]), child, '/ws/a.mjs');
      assert.ok('args' in runtime);
      assert.deepEqual(runtime.args.slice(0, 3), [
        option,
        `--allow-fs-read=${child}`,
        '--allow-fs-read=/ws',
      ]);
      assert.equal(runtime.args.at(-1), child);
      assert.deepEqual(runtime.env, {});
    }
  });

  it('asks for TypeScript where it has to be asked for', () => {
    const runtime = childRuntime(
      facts(['--permission', '--experimental-strip-types']),
      child,
      '/ws/a.ts',
    );
    assert.ok('args' in runtime && runtime.args.includes('--experimental-strip-types'));
  });

  it('tells Electron to be Node', () => {
    const runtime = childRuntime(facts(['--permission'], true), child, '/ws/a.mjs');
    assert.ok('env' in runtime);
    assert.deepEqual(runtime.env, { ELECTRON_RUN_AS_NODE: '1' });
  });

  it('is not at all where no folder can be named', () => {
    const runtime = childRuntime(facts(['--permission']), child, '/w*/a.mjs');
    assert.ok('problem' in runtime);
  });
});
