import { commands, env, l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { Capture } from '../../core/capture/capture.ts';
import type { SelectedBytes } from '../../core/decode/rowDecoding.ts';
import type { UnmaskedHandshakes } from '../../core/secrets/unmaskedHandshakes.ts';
import { copyText, type CopiedRow } from '../../core/export/copyText.ts';
import { flagsOf } from '../../core/record/record.ts';
import type { CaptureView, ViewRow } from '../../core/capture/view.ts';
import { CommandId, walkthroughId } from '../../shared/ids.ts';
import type { CopyFormat, Params, SelectionAnswer } from '../../shared/monitorProtocol.ts';
import type { Clearable, Clearing } from '../connections/commands/clearing.ts';
import type { Connections } from '../connections/connections.ts';
import { openSetting } from '../settings/openSetting.ts';
import type { PayloadDocuments } from '../captures/payloadDocuments.ts';
import type { SavedFilters } from '../captures/savedFilters.ts';
import { sourceNames, type Source, type Sources } from '../captures/sources.ts';
import type { Slots } from '../slots/slots.ts';
import type { NotConnected } from './notConnected.ts';
import type { PanelModel } from './panelModel.ts';
import { rowAt, rowNamed } from './soughtRows.ts';

/** A larger clipboard is of no use, and could freeze the program that pastes it. */
const maxCopiedBytes = 16 * 1024 * 1024;
const maxCopiedRows = 100_000;

export interface RequestParts {
  readonly connections: Connections;
  readonly slots: Slots;
  readonly notConnected: Pick<NotConnected, 'connect'>;
  readonly clearing: Clearing;
  readonly sources: Sources;
  readonly model: PanelModel;
  readonly documents: PayloadDocuments;
  readonly filters: SavedFilters;
  readonly plainHandshakes: Pick<UnmaskedHandshakes, 'get'>;
  /** Asks for a file, and exports these positions of the list, or all of it. */
  readonly exportList: (ranges: Ranges | undefined) => Promise<void>;
  /** Asks what bytes of a message are, and decodes them. */
  readonly decodeSelection: (
    capture: Capture,
    selection: SelectedBytes,
  ) => Promise<SelectionAnswer>;
  readonly showMessages: () => void;
  /** Opens positions of the list as one text. */
  readonly openText: (generation: number, ranges: Ranges) => Promise<void>;
  /** Opens the file of a decoder by the name that it has among the rules of a source. */
  readonly openDecoder: (source: Source, name: string) => Promise<void>;
  /** Writes a decoder for positions of the list; without them for the newest messages. */
  readonly newDecoder: (generation: number, ranges: Ranges | undefined) => Promise<void>;
  readonly showKeyboardHelp: () => Promise<void>;
}

type Ranges = NonNullable<Params<'export'>['ranges']>;

/** The handlers of requests about connections and their messages. */
export function pageRequests(parts: RequestParts) {
  return { ...connectionRequests(parts), ...listRequests(parts), ...rowRequests(parts) };
}

function connectionRequests(parts: RequestParts) {
  const { connections, clearing, notConnected, sources, slots, showMessages } = parts;
  const done = undefined;
  return {
    'connect.ask': async () => {
      await commands.executeCommand(CommandId.Connect);
      return done;
    },
    'start.open': async ({ what }: Params<'start.open'>) => {
      switch (what) {
        case 'demo':
          await commands.executeCommand(CommandId.StartDemoServer);
          break;
        case 'tap':
          await commands.executeCommand(CommandId.StartTap);
          break;
        case 'walkthrough':
          await commands.executeCommand('workbench.action.openWalkthrough', walkthroughId);
      }
      return undefined;
    },
    'connect': ({ connection }: Params<'connect'>) => {
      if (!notConnected.connect(connection)) {
        connections.get(connection).connection.connect();
      }
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
    'socket.close': ({ connection }: Params<'socket.close'>) => {
      slots.get(connection).submit({ kind: 'close', code: 1000, reason: '' });
      return done;
    },
    'clear': async (params: Params<'clear'>) => {
      await clearing.clear(params.connections.map(id => clearableOf(sources.get(id))));
      return done;
    },
    'clear.undo': async () => {
      await clearing.undo();
      return done;
    },
    'setting.open': async ({ connection }: Params<'setting.open'>) => {
      const { helpfulSetting, profile } = connections.get(connection);
      if (helpfulSetting !== undefined) {
        await openSetting(helpfulSetting, profile.scope);
      }
      return done;
    },
    'output.show': () => {
      showMessages();
      return done;
    },
  };
}

function clearableOf(source: Source): Clearable {
  switch (source.kind) {
    case 'connection':
      return source.monitored;
    case 'slot':
      return source.slot;
    case 'capture':
      throw new UserError(l10n.t('A capture of an earlier window cannot be cleared. Delete it.'));
  }
}

function listRequests({ sources, model, filters, exportList }: RequestParts) {
  const done = undefined;
  return {
    'rows': (params: Params<'rows'>) => model.rows(params),
    'tail': ({ count }: Params<'tail'>) => {
      model.setTail(count);
      return done;
    },
    'locate': (params: Params<'locate'>) => model.locate(params),
    'find': (params: Params<'find'>) => model.find(params),
    'row': (params: Params<'row'>) => rowNamed(sources, params),
    'row.at': (params: Params<'row.at'>) => rowAt(model.shown, params),
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

function rowRequests(parts: RequestParts) {
  const { sources, model, documents, plainHandshakes } = parts;
  const { decodeSelection, openText, newDecoder, openDecoder, showKeyboardHelp } = parts;
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
    'decoded': async ({ connection, seq }: Params<'decoded'>) => {
      const message = await sources.get(connection).capture.decoded(seq);
      return message ? { message } : {};
    },
    'layer': async ({ connection, seq, layer, from, length }: Params<'layer'>) => {
      const part = await sources.get(connection).capture.layer(seq, layer, from, length);
      return part ?? { byteLength: 0 };
    },
    'selection.decode': ({ connection, ...selection }: Params<'selection.decode'>) =>
      decodeSelection(sources.get(connection).capture, selection),
    'decoder.choose': async ({ connection, seq }: Params<'decoder.choose'>) => {
      await commands.executeCommand(CommandId.DecodeAs, { connection, seq });
      return done;
    },
    'decoder.open': async ({ connection, name }: Params<'decoder.open'>) => {
      await openDecoder(sources.get(connection), name);
      return done;
    },
    'handshake.plain': ({ key }: Params<'handshake.plain'>) => {
      const handshake = plainHandshakes.get(key);
      return handshake ? { handshake } : {};
    },
    'series': ({ connection, span }: Params<'series'>) =>
      sources.get(connection).capture.series(span),
    'copy': async (params: Params<'copy'>) => {
      const rows =
        'row' in params
          ? await rowsNamed(sources, params.row)
          : await rowsIn(model.viewOf(params.generation), params.ranges);
      await copyRows(sources, rows, params.format);
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
    'editor.text': async ({ generation, ranges }: Params<'editor.text'>) => {
      await openText(generation, ranges);
      return done;
    },
    'decoder.new': async ({ generation, ranges }: Params<'decoder.new'>) => {
      await newDecoder(generation, ranges);
      return done;
    },
    'help.keys': async () => {
      await showKeyboardHelp();
      return done;
    },
    'editor.compare': async (params: Params<'editor.compare'>) => {
      if ('left' in params) {
        const [left, right] = [params.left, params.right].map(({ connection, seq }) => ({
          source: sources.get(connection).id,
          seq,
        }));
        if (left && right) {
          await documents.compare(left, right);
        }
        return done;
      }
      const { generation, positions } = params;
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

/** @throws UserError if the row is no longer kept */
async function rowsNamed(sources: Sources, address: Params<'row'>): Promise<readonly ViewRow[]> {
  const { row } = await rowNamed(sources, address);
  if (!row) {
    throw new UserError(l10n.t('This message is no longer in the capture.'));
  }
  return [{ ...row, position: 0, capture: sources.get(address.connection).capture.id }];
}

async function rowsIn(view: CaptureView, ranges: Ranges): Promise<readonly ViewRow[]> {
  const rows: ViewRow[] = [];
  for (const [from, to] of ranges) {
    if (rows.length + to - from > maxCopiedRows) {
      throw new UserError(
        l10n.t('These messages are too many for the clipboard. Export them instead.'),
      );
    }
    rows.push(...(await view.rows(from, to - from)));
  }
  return rows;
}

async function copyRows(
  sources: Sources,
  rows: readonly ViewRow[],
  format: CopyFormat,
): Promise<void> {
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
