import type { ReadFileWithin } from '../core/message/fileAccess.ts';
import type { TokenCommand } from '../core/settings/login.ts';

/** `runTokenCommand`, loaded on first use. */
export async function runCommand(command: TokenCommand, folder: string): Promise<string> {
  return (await import('./commandToken.ts')).runTokenCommand(command, folder);
}

/** `readFileWithin`, loaded on first use. */
export const readFile: ReadFileWithin = async (...given) =>
  (await import('./files/readFileWithin.ts')).readFileWithin(...given);
