import { l10n, languages, ThemeIcon, Uri, window, workspace } from 'vscode';
import { UserError, CancellationError } from '../../core/base/errors.ts';
import type { Capture, Row } from '../../core/capture/capture.ts';
import { prefixedRecords } from '../../core/decode/protobuf/prefix.ts';
import { protoSkeleton } from '../../core/decode/protobuf/raw/protoSkeleton.ts';
import { readRaw } from '../../core/decode/protobuf/raw/rawTree.ts';
import { suggestTypes } from '../../core/decode/protobuf/typed/suggestTypes.ts';
import type { FieldTable } from '../../core/decode/protobuf/wire/fieldTable.ts';
import type { ProtobufUse } from '../../core/decode/registry/protobufUse.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import { plain } from '../ui/notify.ts';
import { pickOne, type Choice } from '../ui/prompts.ts';
import type { DecoderRules } from './decoderRules.ts';
import type { ProtobufSchemas } from './protobufSchemas.ts';
import { protobufOf, requestOf } from './protobufSteps.ts';
import { problemOf } from './readySchema.ts';
import type { SchemaRequest } from './schemaFiles.ts';

export interface ProtobufChoiceParts {
  readonly schemas: Pick<ProtobufSchemas, 'get' | 'read'>;
  readonly rules: Pick<DecoderRules, 'written'>;
}

/** A way to read Protobuf, and where a rule for it belongs. */
export interface ProtobufChoice extends Choice {
  readonly scope: SettingsScope;
  readonly protobuf: ProtobufUse;
}

/** Trying all types of a large schema takes the time of as many messages: this many bytes a few tenths of a second. */
const maxTriedBytes = 8 * 1024 * 1024;
const maxMessageBytes = 64 * 1024;
const maxSuggestions = 3;
/** Rows on both sides of one, whose messages may be of the same type. */
const neighbours = 50;
const endings = ['proto', 'binpb', 'pb', 'desc', 'protoset'];

/** The bytes of a message if it may be Protobuf, for the functions below; not of a long one. */
export async function protobufBytes(
  capture: Pick<Capture, 'payload'>,
  seq: number,
): Promise<Uint8Array | undefined> {
  const part = await capture.payload(seq, 0, maxMessageBytes);
  return part && part.bytes.length === part.byteLength ? part.bytes : undefined;
}

/** The types of the schemas of the rules that read a message best; none of them is sure. */
export function suggestedTypes(
  { schemas, rules }: ProtobufChoiceParts,
  bytes: Uint8Array,
): readonly ProtobufChoice[] {
  const seen = new Set<string>();
  const found = rules.written.flatMap(({ scope, rule }) =>
    rule.use.flatMap(step => {
      const use = protobufOf(step);
      const request = requestOf(step, scope);
      const key = JSON.stringify([request, use?.prefix]);
      const table = request && schemas.get(request)?.table;
      if (!table || !use || seen.has(key)) {
        return [];
      }
      seen.add(key);
      return choicesIn(table, use, scope, bytes);
    }),
  );
  return found
    .sort((one, other) => one.strangeLength - other.strangeLength || other.known - one.known)
    .slice(0, maxSuggestions);
}

function choicesIn(
  table: FieldTable,
  { schema, includes, prefix }: ProtobufUse,
  scope: SettingsScope,
  bytes: Uint8Array,
) {
  const use: ProtobufUse = {
    ...(schema && { schema }),
    ...(includes && { includes }),
    ...(prefix !== undefined && { prefix }),
  };
  const body = bodyOf(bytes, use);
  if (!body || Object.keys(table).length * body.length > maxTriedBytes) {
    return [];
  }
  return suggestTypes(table, body).map(({ message, known, strangeLength }) => ({
    label: message,
    description: [
      schema?.join(', '),
      l10n.t('known fields: {0}', known),
      ...(strangeLength > 0 ? [l10n.t('unknown bytes: {0}', strangeLength)] : []),
    ].join(' – '),
    iconPath: new ThemeIcon('symbol-structure'),
    scope,
    protobuf: { ...use, message },
    known,
    strangeLength,
  }));
}

/** The first message behind a prefix. */
export function bodyOf(bytes: Uint8Array, { prefix }: ProtobufUse): Uint8Array | undefined {
  if (prefix === undefined) {
    return bytes;
  }
  const [first] = prefixedRecords(bytes, prefix);
  return first && !first.problem ? bytes.subarray(first.body, first.range[1]) : undefined;
}

/**
 * Asks for a schema and for the type of the messages.
 *
 * @param bytes a message, by which types are suggested
 * @throws UserError if the schema cannot be read; CancellationError if the user cancels
 */
export async function askForSchema(
  { schemas }: ProtobufChoiceParts,
  bytes: Uint8Array | undefined,
): Promise<ProtobufChoice> {
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('Decode by a Protobuf Schema'),
      openLabel: l10n.t('Use Schema'),
      filters: { Protobuf: endings },
    })) ?? [];
  if (!file) {
    throw new CancellationError();
  }
  const request = requestFor(file);
  const loaded = await schemas.read(request);
  const { table } = loaded;
  const { schema, scope } = request;
  if (!table) {
    const problem = problemOf(schema.join(', '), loaded);
    throw new UserError(
      problem === undefined
        ? l10n.t('Schemas are read once the workspace is trusted. Trust it first.')
        : plain(problem),
    );
  }
  const suggested = bytes ? choicesIn(table, { schema }, scope, bytes) : [];
  const others = Object.keys(table)
    .filter(name => !suggested.some(({ label }) => label === name))
    .sort();
  const choices: readonly ProtobufChoice[] = [
    ...suggested,
    ...others.map(message => ({ label: message, scope, protobuf: { schema, message } })),
  ];
  return pickOne(choices, {
    title: [l10n.t('WebSocket Monitor: Decode by {0}'), schema.join(', ')],
    placeHolder: l10n.t('Select the type of the messages'),
  });
}

/** A schema in the workspace is the workspace's; all others are the user's. */
function requestFor(file: Uri): SchemaRequest {
  const isInside = workspace.isTrusted && workspace.getWorkspaceFolder(file) !== undefined;
  return {
    scope: isInside ? 'workspace' : 'user',
    schema: [isInside ? workspace.asRelativePath(file, false) : file.fsPath],
    includes: [],
  };
}

/**
 * Opens a new `.proto` document with the fields of a message and of those around it that have gone the same way.
 *
 * @param use how they are read now
 * @throws UserError if there is none that can be read
 */
export async function openSkeleton(
  capture: Pick<Capture, 'payload' | 'rows'>,
  seq: number,
  use: ProtobufUse,
): Promise<void> {
  const from = Math.max(0, seq - neighbours);
  const rows = await capture.rows(from, seq - from + neighbours + 1);
  const own = rows.find(row => row.seq === seq);
  const messages: Uint8Array[] = [];
  for (const row of rows.filter(each => isLike(each, own))) {
    const bytes = await protobufBytes(capture, row.seq);
    const body = bytes && bodyOf(bytes, use);
    if (body && !readRaw(body).problem) {
      messages.push(body);
    }
  }
  if (messages.length === 0) {
    throw new UserError(l10n.t('There is no message whose fields can be read.'));
  }
  const known = await languages.getLanguages();
  const language = ['proto3', 'proto', 'protobuf'].find(each => known.includes(each));
  const document = await workspace.openTextDocument({
    content: protoSkeleton(messages, use.fields ?? {}),
    ...(language !== undefined && { language }),
  });
  await window.showTextDocument(document);
}

function isLike(row: Row, own: Row | undefined): boolean {
  return (
    row.kind === own?.kind && row.direction === own.direction && row.byteLength <= maxMessageBytes
  );
}
