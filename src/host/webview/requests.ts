import { commands, env } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { CommandId } from '../../shared/ids.ts';
import type { Connections } from '../connections.ts';
import { settingOf } from '../connectionView.ts';
import { openSetting } from '../openSetting.ts';
import type { PanelPorts } from './monitorPanel.ts';

/** More than this is no use on a clipboard, and much would freeze whoever pastes it. */
const maxCopiedBytes = 16 * 1024 * 1024;

/** What the page may ask about connections and their messages. */
export function connectionRequests(
  connections: Connections,
  showMessages: () => void,
): PanelPorts['handlers'] {
  const done = undefined;
  return {
    'rows': async ({ connection, from, count }) => {
      const { capture } = connections.get(connection);
      const rows = await capture.rows(from, count);
      return { extent: capture.extent, rows };
    },
    'payload': async ({ connection, seq, from, length }) => {
      const part = await connections.get(connection).capture.payload(seq, from, length);
      return part ?? { byteLength: 0 };
    },
    'connect.ask': async () => {
      await commands.executeCommand(CommandId.Connect);
      return done;
    },
    'connect': ({ connection }) => {
      connections.get(connection).connection.connect();
      return done;
    },
    'disconnect': ({ connection }) => {
      connections.get(connection).connection.disconnect();
      return done;
    },
    'reconnect': ({ connection }) => {
      connections.get(connection).connection.reconnect();
      return done;
    },
    'clear': async ({ connection }) => {
      await connections.get(connection).capture.clear();
      return done;
    },
    'setting.open': async ({ connection }) => {
      await openSetting(settingOf(connections.get(connection).connection.state));
      return done;
    },
    'copy': async ({ connection, seq }) => {
      await copy(connections, connection, seq);
      return done;
    },
    'output.show': () => {
      showMessages();
      return done;
    },
  };
}

async function copy(connections: Connections, connection: string, seq: number): Promise<void> {
  const { capture } = connections.get(connection);
  const [[row], part] = await Promise.all([
    capture.rows(seq, 1),
    capture.payload(seq, 0, maxCopiedBytes),
  ]);
  if (!row || !part) {
    throw new UserError('This message is no longer in the capture.');
  }
  if (part.byteLength > maxCopiedBytes) {
    throw new UserError('This message is too large for the clipboard.');
  }
  const bytes = Buffer.from(part.bytes);
  await env.clipboard.writeText(
    row.kind === 'text' || row.kind === 'state' ? bytes.toString('utf8') : bytes.toString('hex'),
  );
}
