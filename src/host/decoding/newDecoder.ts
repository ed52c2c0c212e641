import { l10n, Uri, window, workspace, type WorkspaceFolder } from 'vscode';
import { messageOf, UserError } from '../../core/base/errors.ts';
import type { Capture, Row } from '../../core/capture/capture.ts';
import type { CaptureView, ViewRow } from '../../core/capture/view.ts';
import { unpackedLayer } from '../../core/decode/codecs/unpackedLayer.ts';
import { isCodec } from '../../core/decode/registry/decoderNames.ts';
import {
  decoderFiles,
  typesFileName,
  type DecoderLanguage,
} from '../../core/decode/sketch/decoderFiles.ts';
import type { SampleMessage } from '../../core/decode/sketch/sketch.ts';
import { spellsOutCredential } from '../../core/secrets/mask.ts';
import { maskNamedSecrets, maskSecretHeaders } from '../../core/secrets/namedSecrets.ts';
import type { SettingsScope } from '../../core/settings/settingLayers.ts';
import type { Source, Sources } from '../captures/sources.ts';
import { showInformation } from '../ui/notify.ts';
import { askText, confirm, pickOne } from '../ui/prompts.ts';
import { nameOf, type DecoderChoices } from './decoderChoices.ts';
import { decodersFolder } from './scripts/scriptChoices.ts';

export interface NewDecoderParts {
  /** Of this extension. */
  readonly extensionUri: Uri;
  readonly choices: Pick<DecoderChoices, 'choose'>;
  /** Masks the secrets that were used in this window. */
  readonly redact: (text: string) => string;
  /** Writes a rule before the others of the setting `decoders`. */
  readonly keepRule: (rule: object, scope: SettingsScope) => Promise<void>;
}

/** The messages for which a decoder is to be written. */
export interface DecoderSubject {
  readonly source: Source;
  /** Their numbers, the one that the decoder is to read first. */
  readonly seqs: readonly number[];
}

interface NewFile {
  readonly uri: Uri;
  readonly text: string;
}

/** Of many selected rows. */
const maxSought = 50;
const maxSamples = 5;
const maxSampleBytes = 4096;

/** Rows on both sides of one, whose messages may be like it. */
const neighbours = 20;

/**
 * A message and those around it that have gone the same way.
 *
 * @param seq absent: the newest one of a source
 */
export async function subjectAround(
  source: Source,
  seq: number | undefined,
): Promise<DecoderSubject> {
  const { capture } = source;
  const middle = seq ?? capture.nextSeq - 1;
  const from = Math.max(0, middle - neighbours);
  const rows = (await capture.rows(from, middle - from + neighbours + 1)).filter(isMessage);
  const own = seq === undefined ? rows.at(-1) : rows.find(row => row.seq === seq);
  const others = rows.filter(
    row => row !== own && row.kind === own?.kind && row.direction === own.direction,
  );
  return { source, seqs: [...(own ? [own] : []), ...others.reverse()].map(row => row.seq) };
}

/** The first rows at positions of a list. */
export async function rowsIn(
  view: Pick<CaptureView, 'rows'>,
  ranges: readonly (readonly [from: number, to: number])[],
): Promise<readonly ViewRow[]> {
  const rows: ViewRow[] = [];
  for (const [from, to] of ranges) {
    if (rows.length < maxSought) {
      rows.push(...(await view.rows(from, Math.min(to - from, maxSought - rows.length))));
    }
  }
  return rows;
}

/** The messages among rows; those of one source. `undefined`: there is none. */
export function subjectOf(
  sources: Pick<Sources, 'ofCapture'>,
  rows: readonly ViewRow[],
): DecoderSubject | undefined {
  const [first, ...others] = rows.filter(isMessage);
  const source = first && sources.ofCapture(first.capture);
  const seqs = [first, ...others].flatMap(row =>
    row?.capture === first?.capture ? (row?.seq ?? []) : [],
  );
  return source && { source, seqs };
}

/**
 * Writes a decoder that reads the given messages in `.vscode/decoders`, with a test and the types beside it, and
 * opens it.
 *
 * @param subject `undefined`: there are no messages
 * @throws UserError if it cannot be written; CancellationError if the user cancels
 */
export async function newDecoder(
  parts: NewDecoderParts,
  subject: DecoderSubject | undefined,
): Promise<void> {
  checkWorkspace();
  const folder = await chosenFolder();
  const name = await askText({
    title: l10n.t('WebSocket Monitor: New Decoder'),
    prompt: [l10n.t('Enter a name. The decoder is written to {0}.'), decodersFolder],
    value: 'my-decoder',
    validate: problemOfName,
  });
  const language = await chosenLanguage();
  const { messages, codecs } = subject ? await samplesOf(subject, parts.redact) : noSamples;
  const { decoder, test } = decoderFiles(name, language, decodersFolder, messages, codecs);
  const top = Uri.joinPath(folder.uri, decodersFolder);
  const types = Uri.joinPath(parts.extensionUri, 'media', typesFileName);
  const typesText = new TextDecoder().decode(await workspace.fs.readFile(types));
  const uri = Uri.joinPath(top, decoder.name);
  await writeAll(top, [
    { uri, text: decoder.text },
    { uri: Uri.joinPath(top, test.name), text: test.text },
    { uri: Uri.joinPath(top, typesFileName), text: typesText },
  ]);
  await window.showTextDocument(uri);
  await offerRule(parts, subject?.source, codecs, `${decodersFolder}/${decoder.name}`);
}

/** @throws UserError if no decoder can be written, or none would run */
function checkWorkspace(): void {
  const { workspaceFolders: folders = [] } = workspace;
  if (folders.length === 0) {
    throw new UserError(l10n.t('A decoder is a file of the workspace. Open a folder first.'));
  }
  if (!folders.some(isOnDisk)) {
    throw new UserError(
      l10n.t('A decoder must be on a disk to be run, and this workspace is not.'),
    );
  }
  if (!workspace.isTrusted) {
    throw new UserError(
      l10n.t('Decoders run once the workspace is trusted. Trust it first to write one.'),
    );
  }
}

function isOnDisk({ uri }: WorkspaceFolder): boolean {
  return uri.scheme === 'file';
}

async function chosenFolder(): Promise<WorkspaceFolder> {
  const folders = (workspace.workspaceFolders ?? []).filter(isOnDisk);
  const [only] = folders;
  if (only && folders.length === 1) {
    return only;
  }
  const choices = folders.map(folder => ({
    label: folder.name,
    description: folder.uri.fsPath,
    folder,
  }));
  const title = l10n.t('WebSocket Monitor: New Decoder');
  const placeHolder = l10n.t('Select the folder for the decoder');
  return (await pickOne(choices, { title, placeHolder })).folder;
}

async function chosenLanguage(): Promise<DecoderLanguage> {
  const choices: readonly { label: string; description: string; language: DecoderLanguage }[] = [
    { label: 'JavaScript', description: '.mjs', language: 'js' },
    { label: 'TypeScript', description: '.mts', language: 'ts' },
  ];
  const title = l10n.t('WebSocket Monitor: New Decoder');
  const placeHolder = l10n.t('Select a language');
  return (await pickOne(choices, { title, placeHolder })).language;
}

function problemOfName(name: string): string | undefined {
  return /^[a-z\d][\w-]{0,63}$/i.test(name)
    ? undefined
    : l10n.t('Use up to 64 letters, digits, "-" and "_", with a letter or a digit first.');
}

/** Messages as a decoder gets them, and the decoders that unpack them before. */
interface Samples {
  readonly messages: readonly SampleMessage[];
  readonly codecs: readonly string[];
}

const noSamples: Samples = { messages: [], codecs: [] };

/** Messages that may be in a file of the workspace: short ones, without a secret. */
async function samplesOf(
  { source, seqs }: DecoderSubject,
  redact: (text: string) => string,
): Promise<Samples> {
  const messages: SampleMessage[] = [];
  let codecs: readonly string[] = [];
  for (const seq of seqs) {
    const [row] = await source.capture.rows(seq, 1);
    const read = row?.seq === seq && isMessage(row) && (await unpacked(source.capture, row));
    if (!read) {
      continue;
    }
    const { sample } = read;
    if (messages.length === 0) {
      codecs = read.codecs;
    }
    const text = new TextDecoder().decode(sample.bytes);
    const isUnpackedAlike = read.codecs.join() === codecs.join();
    const isOpen = redact(text) === text && !spellsOutCredential(text) && !namesSecret(text);
    if (isUnpackedAlike && isOpen) {
      messages.push(sample);
    }
    if (messages.length === maxSamples) {
      break;
    }
  }
  return { messages, codecs };
}

/** What is in a message that the decoders of its connection unpack; `undefined` if it is empty or too long. */
async function unpacked(
  capture: Pick<Capture, 'decoded' | 'layer' | 'payload'>,
  { seq, kind, direction }: Row,
) {
  const { layers = [] } = (await capture.decoded(seq)) ?? {};
  const inside = layers.findIndex(({ name }) => !isCodec(name));
  const codecs = layers.slice(0, inside < 0 ? layers.length : inside).map(({ name }) => name);
  const isPacked = codecs.length > 0;
  const part = isPacked
    ? await capture.layer(seq, codecs.length, 0, maxSampleBytes)
    : await capture.payload(seq, 0, maxSampleBytes);
  if (!part || part.byteLength === 0 || part.byteLength > part.bytes.length) {
    return undefined;
  }
  const { bytes } = part;
  const isText = isPacked ? unpackedLayer(bytes, false).kind === 'text' : kind === 'text';
  const sample: SampleMessage = { direction, isText, bytes };
  return { codecs, sample };
}

function namesSecret(text: string): boolean {
  return maskSecretHeaders(maskNamedSecrets(text)) !== text;
}

function isMessage({ kind }: Row): boolean {
  return kind === 'text' || kind === 'binary';
}

/** @throws UserError if they cannot be written; CancellationError if the user cancels */
async function writeAll(folder: Uri, files: readonly NewFile[]): Promise<void> {
  const there: NewFile[] = [];
  const missing: NewFile[] = [];
  for (const file of files) {
    const text = await textOf(file.uri);
    if (text === undefined) {
      missing.push(file);
    } else if (text !== file.text) {
      there.push(file);
    }
  }
  const replace = l10n.t('Replace');
  const keep = l10n.t('Keep What Is There');
  const names = there.map(({ uri }) => workspace.asRelativePath(uri, false));
  const answer =
    there.length > 0 &&
    (await confirm(l10n.t('Replace what is in these files?'), names, keep, replace));
  try {
    await workspace.fs.createDirectory(folder);
    for (const { uri, text } of answer === replace ? [...missing, ...there] : missing) {
      await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    }
  } catch (error) {
    throw new UserError(
      l10n.t(
        'The decoder cannot be written to {0}: {1}',
        workspace.asRelativePath(folder, false),
        messageOf(error),
      ),
      { cause: error },
    );
  }
}

async function textOf(uri: Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

async function offerRule(
  { choices, keepRule }: NewDecoderParts,
  source: Source | undefined,
  codecs: readonly string[],
  script: string,
): Promise<void> {
  if (!source) {
    return;
  }
  const name = nameOf(source);
  const use = l10n.t('Use It');
  const sentence = [
    l10n.t('{0} is written. Decode the messages of {1} with it from now on?'),
    script,
    name,
  ] as const;
  if ((await showInformation(sentence, use)) === use) {
    const step = { script };
    const rule = { connection: name, use: codecs.length > 0 ? [...codecs, step] : step };
    await keepRule(rule, 'workspace');
    // What was chosen for now would come before the rule.
    choices.choose(source, undefined);
  }
}
