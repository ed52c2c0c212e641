import assert from 'node:assert/strict';
import { it } from 'mocha';
import { extensions } from 'vscode';

it('the extension under development is installed', () => {
  assert.ok(extensions.getExtension('websocket-monitor.websocket-monitor'));
});
