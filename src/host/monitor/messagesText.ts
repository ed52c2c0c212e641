import { l10n } from 'vscode';
import type { Formats } from '../../core/base/format.ts';
import type { CaptureView, ViewRow } from '../../core/capture/view.ts';
import { hexDump } from '../../core/text/hexDump.ts';
import { sourceNames, type Sources } from '../captures/sources.ts';

/** What can be read in one sitting; more is exported. */
const maxRows = 1000;
const maxTotalBytes = 8 * 1024 * 1024;
/** Of one message. */
const maxTextBytes = 256 * 1024;
const maxBinaryBytes = 4096;

export type Ranges = readonly (readonly [from: number, to: number])[];

export interface MessagesTextParts {
  readonly sources: Sources;
  readonly formats: Formats;
}

/**
 * Rows of a list as one text, for reading from top to bottom, as screen readers do: of each row a line
 * with its number, time, direction, kind and size, and then what it contains.
 */
export async function messagesText(
  { sources, formats }: MessagesTextParts,
  view: CaptureView,
  ranges: Ranges,
): Promise<string> {
  const count = ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  const texts: string[] = [];
  let bytes = 0;
  for await (const row of rowsOf(view, ranges)) {
    if (texts.length === maxRows || bytes > maxTotalBytes) {
      const [shown, all] = [formats.count(texts.length), formats.count(count)];
      texts.push(l10n.t('These are {0} of {1} rows. Export them to read the others.', shown, all));
      break;
    }
    bytes += Math.min(row.byteLength, maxTextBytes);
    texts.push(await textOf(row, sources, formats));
  }
  return `${texts.join('\n\n')}\n`;
}

async function* rowsOf(view: CaptureView, ranges: Ranges): AsyncIterable<ViewRow> {
  const step = 200;
  for (const [from, to] of ranges) {
    for (let at = from; at < to; at += step) {
      yield* await view.rows(at, Math.min(step, to - at));
    }
  }
}

async function textOf(row: ViewRow, sources: Sources, formats: Formats): Promise<string> {
  const { seq, at, kind, direction, byteLength } = row;
  const source = sources.ofCapture(row.capture);
  const isState = kind === 'state';
  const head = [
    `#${seq}`,
    formats.clock(at),
    ...(source ? [sourceNames(source).name] : []),
    ...(isState
      ? [l10n.t('state')]
      : [
          direction === 'in' ? l10n.t('received') : l10n.t('sent'),
          kind,
          formats.bytes(byteLength),
        ]),
  ].join(', ');
  const isText = kind === 'text' || isState;
  const limit = isText ? maxTextBytes : maxBinaryBytes;
  const part = await source?.capture.payload(seq, 0, limit);
  if (!part) {
    return `${head}\n${l10n.t('This message is no longer in the capture.')}`;
  }
  const text = isText ? new TextDecoder().decode(part.bytes) : hexDump(part.bytes, 0);
  const rest = part.byteLength - part.bytes.length;
  return [
    head,
    isState ? sentenceOf(text) : text,
    ...(rest > 0 ? [l10n.t('… and {0} more.', formats.bytes(rest))] : []),
  ].join('\n');
}

/** What a state row says. */
function sentenceOf(json: string): string {
  try {
    const { text } = JSON.parse(json) as { readonly text?: unknown };
    return typeof text === 'string' ? text : json;
  } catch {
    return json;
  }
}
