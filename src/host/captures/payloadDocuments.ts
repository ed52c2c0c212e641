import { commands, l10n, Uri, window, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { hexDump } from '../../core/text/hexDump.ts';
import { formatJson } from '../../core/json/formatJson.ts';
import { looksLikeJson } from '../../core/json/looksLikeJson.ts';
import { payloadScheme } from '../ui/registrations.ts';
import { sourceNames, type Sources } from './sources.ts';

/** The limit of text editors. */
const maxOpenedBytes = 50 * 1024 * 1024;
/** Longer JSON is not formatted, since that would block other extensions. */
const maxFormattedLength = 4 * 1024 * 1024;
/** A hex dump is about five times as long as its bytes. */
const maxDumpedBytes = 10 * 1024 * 1024;

/** A row of a source, see `Source.id`. */
export interface RowAddress {
  readonly source: string;
  readonly seq: number;
}

interface Payload {
  readonly text: string;
  readonly extension: 'json' | 'xml' | 'html' | 'txt';
}

/**
 * Payloads as read-only documents. The URI of a document names its row; its text is read when the
 * editor asks for it, so this class has no state.
 */
export class PayloadDocuments {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Opens a payload in an editor, with the language of its text. */
  async open(address: RowAddress): Promise<void> {
    const document = await workspace.openTextDocument(await this.#uriOf(address));
    await window.showTextDocument(document, { preview: true });
  }

  /** Opens two payloads in the diff editor. */
  async compare(left: RowAddress, right: RowAddress): Promise<void> {
    const [leftUri, rightUri] = await Promise.all([this.#uriOf(left), this.#uriOf(right)]);
    const [one, other] = [left, right].map(({ source, seq }) => {
      const { name } = sourceNames(this.#sources.get(source));
      return left.source === right.source ? `#${seq}` : `${name} #${seq}`;
    });
    const title = l10n.t('Message {0} ↔ {1}', one ?? '', other ?? '');
    await commands.executeCommand('vscode.diff', leftUri, rightUri, title);
  }

  async textAt(uri: Uri): Promise<string> {
    const { source, seq } = JSON.parse(uri.query) as RowAddress;
    return (await this.#read({ source, seq })).text;
  }

  /** The editor determines the language by the extension. */
  async #uriOf(address: RowAddress): Promise<Uri> {
    const { extension } = await this.#read(address);
    const { name } = sourceNames(this.#sources.get(address.source));
    const safeName = name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 60);
    const path = `/${safeName} #${address.seq}.${extension}`;
    return Uri.from({ scheme: payloadScheme, path, query: JSON.stringify(address) });
  }

  async #read({ source, seq }: RowAddress): Promise<Payload> {
    const { capture } = this.#sources.get(source);
    const [[row], part] = await Promise.all([
      capture.rows(seq, 1),
      capture.payload(seq, 0, maxOpenedBytes),
    ]);
    if (!row || !part) {
      throw new UserError(l10n.t('This message is no longer in the capture.'));
    }
    const isText = row.kind === 'text' || row.kind === 'state';
    if (part.byteLength > (isText ? maxOpenedBytes : maxDumpedBytes)) {
      throw new UserError(l10n.t('This message is too large for an editor. Export it instead.'));
    }
    return isText
      ? readText(new TextDecoder().decode(part.bytes))
      : { text: hexDump(part.bytes, 0), extension: 'txt' };
  }
}

function readText(text: string): Payload {
  const formatted = formattedJson(text);
  if (formatted !== undefined) {
    return { text: formatted, extension: 'json' };
  }
  if (/^\s*<(?:!doctype\s+)?html\b/i.test(text)) {
    return { text, extension: 'html' };
  }
  return { text, extension: /^\s*<[?!a-z]/i.test(text) ? 'xml' : 'txt' };
}

/**
 * `undefined` if it is not JSON. Formats token by token, so that numbers and keys are not changed.
 */
function formattedJson(text: string): string | undefined {
  if (!looksLikeJson(text)) {
    return undefined;
  }
  if (text.length > maxFormattedLength) {
    return text;
  }
  const blocks: string[] = [];
  const lines = formatJson(text);
  for (let block = lines.next(); ; block = lines.next()) {
    if (block.done) {
      return block.value === undefined ? blocks.join('\n') : undefined;
    }
    blocks.push(block.value.text);
  }
}
