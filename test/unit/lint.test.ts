import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

const file = new URL('../../eslint.config.mjs', import.meta.url).href;
const { default: configuration } = (await import(file)) as {
  default: readonly Linter.Config[];
};

/** The rules about exits and clocks, apart from those that need types. */
const rules = configuration.flatMap(({ files, ignores, rules: each }): Linter.Config[] => {
  const kept = Object.entries(each ?? {}).filter(([name]) => name.startsWith('no-restricted-'));
  return kept.length === 0 || files === undefined
    ? []
    : [{ files, ignores: ignores ?? [], rules: Object.fromEntries(kept) }];
});

/** What is found in a line of code that stands in `file`. */
function problemsOf(code: string, file = 'src/host/commands/some.ts'): readonly string[] {
  const linter = new Linter({ configType: 'flat' });
  const parsed: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
  };
  return linter.verify(code, [parsed, ...rules], file).map(({ message }) => message);
}

describe('The lint rules', () => {
  it("keep strangers' texts from every exit but those of host/ui", () => {
    for (const code of [
      "window.showInformationMessage('a');",
      "window.showWarningMessage('a', { modal: true });",
      "vscode.window.showErrorMessage('a');",
      "window['showErrorMessage']('a');",
      'const { showErrorMessage } = window;',
      'const { showErrorMessage: tell } = window;',
      'const tell = window.showErrorMessage;',
      'window.withProgress({}, task);',
      "window.setStatusBarMessage('a');",
      'window.showInputBox({});',
      'window.createInputBox();',
      'window.showQuickPick([]);',
      'window.createQuickPick();',
      "window.createStatusBarItem('a');",
      "new MarkdownString('a');",
      "new vscode.MarkdownString('a');",
      "new TreeItem('a');",
      "new vscode.TreeItem('a');",
      "item.tooltip = 'a';",
      "item.description = 'a';",
      "const item = { label: '$(zap) a' };",
      'const item = { label: `$(zap) ${name}` };',
    ]) {
      assert.equal(problemsOf(code).length, 1, code);
      assert.deepEqual(problemsOf(code, 'src/host/ui/notify.ts'), [], code);
    }
    assert.equal(problemsOf("window.showErrorMessage('a');", 'src/extension.ts').length, 1);
  });

  it('let no failure go unhandled', () => {
    for (const code of ['void task();', 'event(() => void task());']) {
      assert.equal(problemsOf(code).length, 1, code);
      assert.equal(problemsOf(code, 'src/extension.ts').length, 1, code);
    }
    assert.deepEqual(problemsOf("unwaited('A task', log, task());"), []);
  });

  it('leave alone what shows no text', () => {
    for (const code of [
      'window.showTextDocument(document);',
      'const price = `$${name}`;',
      "const reference = '${secret:name}';",
      'const { tooltip } = item;',
    ]) {
      assert.deepEqual(problemsOf(code), [], code);
    }
  });

  it('let core make and write dates, but not read the clock', () => {
    const core = 'src/core/some.ts';
    for (const code of [
      'export const at = Date.now();',
      'export const at = new Date();',
      'export const at = Date();',
      'export const at = performance.now();',
    ]) {
      assert.equal(problemsOf(code, core).length, 1, code);
      assert.deepEqual(problemsOf(code, 'src/node/some.ts'), [], code);
    }
    for (const code of [
      'export const at = new Date(0);',
      'export const at = Date.UTC(2026, 1);',
      'export const at = new Date(ms).toISOString();',
    ]) {
      assert.deepEqual(problemsOf(code, core), [], code);
    }
  });

  it('let tests sleep in one place only, which takes the reason', () => {
    const test = 'test/unit/some.test.ts';
    for (const code of [
      "import { setTimeout } from 'node:timers/promises';",
      "import { setTimeout as delay } from 'timers/promises';",
      "import * as timers from 'node:timers/promises';",
      "import timers from 'node:timers/promises';",
      "const timers = await import('node:timers/promises');",
      'await new Promise(resolve => setTimeout(resolve, 5));',
      'await new Promise(resolve => globalThis.setTimeout(resolve, 5));',
      'await new Promise(resolve => { setTimeout(resolve, 5); });',
      'await page.waitForTimeout(5);',
      'const all = [...[one]];',
    ]) {
      assert.equal(problemsOf(code, test).length, 1, code);
    }
    for (const code of [
      "import { setImmediate as turn } from 'node:timers/promises';",
      'setTimeout(() => socket.end(), 30);',
      "await letTimePass(5, 'a reason');",
    ]) {
      assert.deepEqual(problemsOf(code, test), [], code);
    }
    const sleep = "import { setTimeout } from 'node:timers/promises';";
    assert.deepEqual(problemsOf(sleep, 'test/support/letTimePass.ts'), []);
  });
});
