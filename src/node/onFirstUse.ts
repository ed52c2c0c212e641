import type { ReadProtobufSchema } from '../core/decode/protobuf/schema/schemaSources.ts';
import type { FindFileWithin, ReadFileWithin } from '../core/message/fileAccess.ts';
import type { TokenCommand } from '../core/settings/login.ts';
import type { StartTap } from './tap/tapServer.ts';
import type { connectCdp } from './watch/cdpClient.ts';

/** `runTokenCommand`, loaded on first use. */
export async function runCommand(command: TokenCommand, folder: string): Promise<string> {
  return (await import('./commandToken.ts')).runTokenCommand(command, folder);
}

/** `readFileWithin`, loaded on first use. */
export const readFile: ReadFileWithin = async (...given) =>
  (await import('./files/readFileWithin.ts')).readFileWithin(...given);

/** `findFileWithin`, loaded on first use. */
export const findFile: FindFileWithin = async (...given) =>
  (await import('./files/findFileWithin.ts')).findFileWithin(...given);

/** `readProtobufSchema`, loaded on first use. */
export const readSchema: ReadProtobufSchema = async (...given) =>
  (await import('./protobuf/protobufSchema.ts')).readProtobufSchema(...given);

/** `startTap`, loaded on first use. */
export const startTap: StartTap = async (...given) =>
  (await import('./tap/tapServer.ts')).startTap(...given);

/** `connectCdp`, loaded on first use. */
export const connectDebugger: typeof connectCdp = async (...given) =>
  (await import('./watch/cdpClient.ts')).connectCdp(...given);
