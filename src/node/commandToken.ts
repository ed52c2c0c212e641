import { execFile, type ExecFileException } from 'node:child_process';
import { UserError } from '../core/base/errors.ts';
import { HandshakeRedactor } from '../core/secrets/handshakeRedactor.ts';
import { visibleLine } from '../core/text/visibleText.ts';
import type { TokenCommand } from '../core/settings/login.ts';

const maxOutputBytes = 64 * 1024;
const maxRemarkLength = 200;

/**
 * Runs a program, without a shell, and returns the one line that it writes, trimmed. It is killed
 * when its time is over.
 *
 * @param folder where it runs; absent: where this process does
 * @throws UserError a sentence that names the program and what went wrong, without secrets
 */
export function runTokenCommand(
  { command, written, timeoutMs, secrets }: TokenCommand,
  folder?: string,
): Promise<string> {
  const [program = '', ...given] = command;
  const options = {
    ...(folder === undefined ? {} : { cwd: folder }),
    timeout: timeoutMs,
    // A program may ignore a gentler signal.
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
    windowsHide: true,
    encoding: 'utf8',
  } as const;
  const name = `The command of auth, "${visibleLine(written[0] ?? '')}",`;
  return new Promise((resolve, reject) => {
    const onEnd = (error: ExecFileException | null, output: string, remarks: string) => {
      const problem = error
        ? failureOf(error, timeoutMs, saying(remarks, [...secrets, output.trim()]))
        : problemWith(output.trim());
      if (problem === undefined) {
        resolve(output.trim());
      } else {
        // The error itself holds the arguments and the output.
        reject(new UserError(`${name} ${problem}`));
      }
    };
    try {
      const child = execFile(program, given, options, onEnd);
      child.stdin?.on('error', () => undefined); // It need not read.
      child.stdin?.end();
    } catch {
      reject(new UserError(`${name} cannot be run: an argument holds a null character.`));
    }
  });
}

function problemWith(token: string): string | undefined {
  if (token === '') {
    return 'wrote nothing, where a token was expected.';
  }
  return /\p{Cc}/u.test(token)
    ? 'wrote more than one line, or characters that are no text. Its output must be the token alone.'
    : undefined;
}

const failures: Readonly<Record<string, string>> = {
  ENOENT: 'was not found. Give its full path, and look whether the folder it runs in exists.',
  EACCES: 'may not be run: it is not a program, or not yours to run.',
  ERR_CHILD_PROCESS_STDIO_MAXBUFFER: `wrote more than ${maxOutputBytes / 1024} KiB. Its output must be the token alone.`,
};

function failureOf(error: ExecFileException, timeoutMs: number, saying: string): string {
  const { code, signal } = error;
  const known = failures[String(code)];
  if (known !== undefined) {
    return known;
  }
  if (error.killed === true) {
    return `did not end within ${timeoutMs / 1000} s.${saying}`;
  }
  if (signal) {
    return `was ended by the signal ${signal}.${saying}`;
  }
  return typeof code === 'number'
    ? `failed with exit code ${code}.${saying}`
    : `cannot be run (${code ?? 'unknown error'}).`;
}

/** The first line that it wrote about what went wrong, as far as it can be shown. */
function saying(remarks: string, secrets: readonly string[]): string {
  const line = remarks.split(/\r?\n/).find(each => each.trim() !== '');
  if (line === undefined) {
    return '';
  }
  const safe = visibleLine(new HandshakeRedactor(secrets).text(line.trim()));
  return ` It says: ${safe.length > maxRemarkLength ? `${safe.slice(0, maxRemarkLength)}…` : safe}`;
}
