import { commands, env, l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { UnmaskedHandshakes } from '../../core/secrets/unmaskedHandshakes.ts';
import { copyText, type CopiedRow } from '../../core/export/copyText.ts';
import { flagsOf } from '../../core/record/record.ts';
import type { ViewRow } from '../../core/capture/view.ts';
import { CommandId } from '../../shared/ids.ts';
import type { CopyFormat, Params } from '../../shared/monitorProtocol.ts';
import type { Connections } from '../connections/connections.ts';
import { openSetting } from '../settings/openSetting.ts';
import type { PayloadDocuments } from '../captures/payloadDocuments.ts';
import type { SavedFilters } from '../captures/savedFilters.ts';
import { sourceNames, type Sources } from '../captures/sources.ts';
import type { PanelModel } from './panelModel.ts';

/** A larger clipboard is of no use, and could freeze the program that pastes it. */
const maxCopiedBytes = 16 * 1024 * 1024;
const maxCopiedRows = 100_000;

export interface RequestParts {
  readonly connections: Connections;
  readonly sources: Sources;
  readonly model: PanelModel;
  readonly documents: PayloadDocuments;
  readonly filters: SavedFilters;
  readonly plainHandshakes: Pick<UnmaskedHandshakes, 'get'>;
  /** Asks for a file, and exports these positions of the list, or all of it. */
  readonly exportList: (ranges: Ranges | undefined) => Promise<void>;
  readonly showMessages: () => void;
}

type Ranges = Params<'copy'>['ranges'];

/** The handlers of requests about connections and their messages. */
export function pageRequests(parts: RequestParts) {
  return { ...connectionRequests(parts), ...listRequests(parts), ...rowRequests(parts) };
}

function connectionRequests({ connections, showMessages }: RequestParts) {
  const done = undefined;
  return {
    'connect.ask': async () => {
      await commands.executeCommand(CommandId.Connect);
      return done;
    },
    'connect': ({ connection }: Params<'connect'>) => {
      connections.get(connection).connection.connect();
      return done;
    },
    'disconnect': ({ connection }: Params<'disconnect'>) => {
      connections.get(connection).connection.disconnect();
      return done;
    },
    'reconnect': ({ connection }: Params<'reconnect'>) => {
      connections.get(connection).connection.reconnect();
      return done;
    },
    'clear': async ({ connection }: Params<'clear'>) => {
      await connections.get(connection).capture.clear();
      return done;
    },
    'setting.open': async ({ connection }: Params<'setting.open'>) => {
      const { helpfulSetting } = connections.get(connection);
      if (helpfulSetting !== undefined) {
        await openSetting(helpfulSetting);
      }
      return done;
    },
    'output.show': () => {
      showMessages();
      return done;
    },
  };
}

function listRequests({ model, filters, exportList }: RequestParts) {
  const done = undefined;
  return {
    'rows': (params: Params<'rows'>) => model.rows(params),
    'locate': (params: Params<'locate'>) => model.locate(params),
    'find': (params: Params<'find'>) => model.find(params),
    'export': async ({ generation, ranges }: Params<'export'>) => {
      model.viewOf(generation);
      await exportList(ranges);
      return done;
    },
    'filter.save': async ({ text }: Params<'filter.save'>) => {
      await filters.save(text);
      return done;
    },
    'filter.remove': async ({ name }: Params<'filter.remove'>) => {
      await filters.remove(name);
      return done;
    },
  };
}

function rowRequests({ sources, model, documents, plainHandshakes }: RequestParts) {
  const done = undefined;
  return {
    'payload': async ({ connection, seq, from, length }: Params<'payload'>) => {
      const part = await sources.get(connection).capture.payload(seq, from, length);
      return part ?? { byteLength: 0 };
    },
    'frame': async ({ connection, seq }: Params<'frame'>) => {
      const frame = await sources.get(connection).capture.frame(seq);
      return frame ? { frame } : {};
    },
    'handshake.plain': ({ key }: Params<'handshake.plain'>) => {
      const handshake = plainHandshakes.get(key);
      return handshake ? { handshake } : {};
    },
    'series': ({ connection, span }: Params<'series'>) =>
      sources.get(connection).capture.series(span),
    'copy': async ({ generation, ranges, format }: Params<'copy'>) => {
      await copyRows(model, sources, generation, ranges, format);
      return done;
    },
    'copy.text': async ({ text }: Params<'copy.text'>) => {
      await env.clipboard.writeText(text);
      return done;
    },
    'editor.open': async ({ connection, seq }: Params<'editor.open'>) => {
      await documents.open({ source: connection, seq });
      return done;
    },
    'editor.compare': async ({ generation, positions }: Params<'editor.compare'>) => {
      const view = model.viewOf(generation);
      const [left, right] = await Promise.all(
        positions.toSorted((a, b) => a - b).map(position => view.rows(position, 1)),
      );
      await documents.compare(addressOf(sources, left?.[0]), addressOf(sources, right?.[0]));
      return done;
    },
  };
}

function addressOf(sources: Sources, row: ViewRow | undefined) {
  const source = row && sources.ofCapture(row.capture);
  if (!row || !source) {
    throw new UserError(l10n.t('This message is no longer in the capture.'));
  }
  return { source: source.id, seq: row.seq };
}

async function copyRows(
  model: PanelModel,
  sources: Sources,
  generation: number,
  ranges: Ranges,
  format: CopyFormat,
): Promise<void> {
  const view = model.viewOf(generation);
  const rows: ViewRow[] = [];
  for (const [from, to] of ranges) {
    if (rows.length + to - from > maxCopiedRows) {
      throw new UserError(
        l10n.t('These messages are too many for the clipboard. Export them instead.'),
      );
    }
    rows.push(...(await view.rows(from, to - from)));
  }
  const size = rows.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size > maxCopiedBytes) {
    throw new UserError(
      l10n.t('These messages are too large for the clipboard. Export them instead.'),
    );
  }
  const copied: CopiedRow[] = [];
  for (const row of rows) {
    copied.push(await readRow(sources, row));
  }
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  await env.clipboard.writeText(copyText(copied, format, base64));
}

async function readRow(sources: Sources, row: ViewRow): Promise<CopiedRow> {
  const source = sources.ofCapture(row.capture);
  const part = await source?.capture.payload(row.seq, 0, maxCopiedBytes);
  if (!source || !part) {
    throw new UserError(l10n.t('This message is no longer in the capture.'));
  }
  const flags = flagsOf(row.kind, row.direction, row.heartbeat);
  return { flags, payload: part.bytes, url: sourceNames(source).url };
}
