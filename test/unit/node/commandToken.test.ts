import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { messageOf, UserError } from '../../../src/core/base/errors.ts';
import { runTokenCommand } from '../../../src/node/commandToken.ts';
import { scratchFolder } from '../../support/capture/captures.ts';

const node = process.execPath;

function run(
  script: string,
  more: { timeoutMs?: number; secrets?: string[]; args?: string[] } = {},
) {
  const { timeoutMs = 20_000, secrets = [], args = [] } = more;
  const command = [node, '-e', script, ...args];
  return runTokenCommand({ command, written: ['get-token'], timeoutMs, secrets });
}

async function problem(running: Promise<string>): Promise<string> {
  const error: unknown = await running.then(
    token => assert.fail(`It gave ${token}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError);
  assert.equal(error.cause, undefined, 'The error of the system holds arguments and output');
  return messageOf(error).replace(/^The command of auth, "get-token", /, '');
}

describe('The command of auth', () => {
  it('gives the one line that it writes, trimmed', async () => {
    assert.equal(await run('console.log("  t0ken  \\n")'), 't0ken');
    assert.equal(await run('process.stdout.write("é€")'), 'é€');
  });

  it('gets its arguments as they are, because there is no shell', async t => {
    const folder = scratchFolder();
    t.after(() => folder[Symbol.dispose]());
    const made = join(folder.path, 'made');
    const hostile = `$(touch ${made}); touch ${made} & "x" %PATH% \`id\` *`;
    const script = 'console.log(JSON.stringify(process.argv[1]).length)';
    assert.equal(await run(script, { args: [hostile] }), String(JSON.stringify(hostile).length));
    assert.equal(existsSync(made), false);
  });

  it('runs in the folder that it is given, and has nothing to read', async t => {
    const folder = scratchFolder();
    t.after(() => folder[Symbol.dispose]());
    const script =
      'process.stdin.on("data", () => {}).on("end", () => console.log(require("fs").realpathSync(".") === require("fs").realpathSync(process.argv[1])))';
    const command = [node, '-e', script, folder.path];
    const asked = { command, written: command, timeoutMs: 20_000, secrets: [] };
    assert.equal(await runTokenCommand(asked, folder.path), 'true');
  });

  it('fails with a sentence, in which no secret is', async () => {
    const says = (what: string) => `console.error(${JSON.stringify(what)});process.exit(3)`;
    assert.deepEqual(
      await Promise.all(
        [
          run(''),
          run('console.log("a\\nb")'),
          run('console.log("a\\u001b[31mb")'),
          run('process.stdout.write("x".repeat(70000))'),
          run(says('\n not logged in\u001b[0m, key s3cret-key \nmore'), {
            secrets: ['s3cret-key'],
          }),
          run(`console.log("half-a-token");${says('half-a-token is old')}`),
          run('process.exit(4)'),
          run(says('y'.repeat(300))),
        ].map(problem),
      ),
      [
        'wrote no token.',
        'wrote more than one line, or control characters. Its output must be the token alone.',
        'wrote more than one line, or control characters. Its output must be the token alone.',
        'wrote more than 64 KiB. Its output must be the token alone.',
        'failed with exit code 3. Its error output: not logged in␛[0m, key •••',
        'failed with exit code 3. Its error output: ••• is old',
        'failed with exit code 4.',
        `failed with exit code 3. Its error output: ${'y'.repeat(200)}…`,
      ],
    );
  });

  it('is killed when its time is over, also where it does not want to be', async () => {
    const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)';
    assert.equal(await problem(run(stubborn, { timeoutMs: 300 })), 'did not end within 0.3 s.');
  });

  it('that is not there, or cannot be run, says so', async () => {
    const start = (...command: string[]) =>
      problem(runTokenCommand({ command, written: ['get-token'], timeoutMs: 5000, secrets: [] }));
    assert.match(await start('no-such-program-of-ours'), /^was not found\. Use its full path/);
    assert.match(
      await start(node, 'a\0b'),
      /^cannot be run: an argument contains a null character/,
    );
    if (process.platform !== 'win32') {
      assert.match(await start(import.meta.filename), /^cannot be run: it is not a program/);
    }
  });
});
