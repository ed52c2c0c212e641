import { execFile, type ExecFileException } from 'node:child_process';
import { UserError } from '../core/base/errors.ts';
import { HandshakeRedactor } from '../core/secrets/handshakeRedactor.ts';
import { visibleLine } from '../core/text/visibleText.ts';
import type { TokenCommand } from '../core/settings/login.ts';

const maxOutputBytes = 64 * 1024;
const maxDetailLength = 200;

/**
 * Runs a program, without a shell, and returns the single line of its output, trimmed. The program is
 * killed after `timeoutMs`.
 *
 * @param folder the working directory; that of this process if absent
 * @throws UserError a sentence that names the program and the failure, without secrets
 */
export function runTokenCommand(
  { command, written, timeoutMs, secrets }: TokenCommand,
  folder?: string,
): Promise<string> {
  const [program = '', ...given] = command;
  const options = {
    ...(folder === undefined ? {} : { cwd: folder }),
    timeout: timeoutMs,
    // A program may ignore other signals.
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
    windowsHide: true,
    encoding: 'utf8',
  } as const;
  const name = `The command of auth, "${visibleLine(written[0] ?? '')}",`;
  return new Promise((resolve, reject) => {
    const onEnd = (error: ExecFileException | null, output: string, errorOutput: string) => {
      const problem = error
        ? failureOf(error, timeoutMs, detailOf(errorOutput, [...secrets, output.trim()]))
        : problemWith(output.trim());
      if (problem === undefined) {
        resolve(output.trim());
      } else {
        // Without the original error as the cause, since it contains the arguments and the output.
        reject(new UserError(`${name} ${problem}`));
      }
    };
    try {
      const child = execFile(program, given, options, onEnd);
      child.stdin?.on('error', () => undefined); // The program may end without reading.
      child.stdin?.end();
    } catch {
      reject(new UserError(`${name} cannot be run: an argument contains a null character.`));
    }
  });
}

function problemWith(token: string): string | undefined {
  if (token === '') {
    return 'wrote no token.';
  }
  return /\p{Cc}/u.test(token)
    ? 'wrote more than one line, or control characters. Its output must be the token alone.'
    : undefined;
}

const failures: Readonly<Record<string, string>> = {
  ENOENT: 'was not found. Use its full path, and check that its working directory exists.',
  EACCES: 'cannot be run: it is not a program, or you have no permission to run it.',
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: `wrote more than ${maxOutputBytes / 1024} KiB. Its output must be the token alone.`,
};

function failureOf(error: ExecFileException, timeoutMs: number, detail: string): string {
  const { code, signal } = error;
  const known = failures[String(code)];
  if (known !== undefined) {
    return known;
  }
  if (error.killed === true) {
    return `did not end within ${timeoutMs / 1000} s.${detail}`;
  }
  if (signal) {
    return `was ended by the signal ${signal}.${detail}`;
  }
  return typeof code === 'number'
    ? `failed with exit code ${code}.${detail}`
    : `cannot be run (${code ?? 'unknown error'}).`;
}

/** The first line of the program's error output, shortened and without secrets. */
function detailOf(errorOutput: string, secrets: readonly string[]): string {
  const line = errorOutput.split(/\r?\n/).find(each => each.trim() !== '');
  if (line === undefined) {
    return '';
  }
  const safe = visibleLine(new HandshakeRedactor(secrets).text(line.trim()));
  return ` Its error output: ${safe.length > maxDetailLength ? `${safe.slice(0, maxDetailLength)}…` : safe}`;
}
