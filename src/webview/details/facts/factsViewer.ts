import { html, render, type TemplateResult } from 'lit/html.js';
import type { Row } from '../../../core/capture/capture.ts';
import type { Formats } from '../../../core/base/format.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import type { FrameAnswer, HandshakeAnswer } from '../../../shared/monitorProtocol.ts';
import { definitions, type Definition } from '../../widgets/definitions.ts';
import { el } from '../../widgets/dom.ts';
import type { PayloadViewer, ShownPayload } from '../payload/payloadViewer.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import type { RowKind, TapAction } from '../../../core/record/record.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import { closeCodeMeaning } from '../../../core/connection/wire/closeCode.ts';
import { readCloseFrame } from '../../../core/connection/wire/closeCode.ts';
import { text } from '../../widgets/strings.ts';

type View = (shown: ShownPayload) => Promise<TemplateResult | undefined>;

/** Shows facts about a row, which `view` finds. */
export class FactsViewer implements PayloadViewer {
  readonly isFilling = false;
  readonly element = el('div', { class: 'facts-viewer' });
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async show(shown: ShownPayload): Promise<void> {
    const view = await this.#view(shown);
    if (view && !shown.signal.aborted) {
      render(view, this.element);
    }
  }
}

export function closeViewer(): FactsViewer {
  return new FactsViewer(async shown => {
    const payload = await wholePayload(shown);
    return payload && closeView(payload);
  });
}

export interface FrameSource {
  askFrame(row: Row): Promise<FrameAnswer>;
  /** The time of the previous row in the list, if known. */
  previousAt(row: Row): number | undefined;
}

export interface HandshakeSource {
  /** The masked values of the handshake with this key. */
  askHandshake(key: string): Promise<HandshakeAnswer>;
}

export function frameViewer(formats: Formats, source: FrameSource): FactsViewer {
  return new FactsViewer(async ({ row }) => {
    const { frame } = await source.askFrame(row);
    return frameView({ row, frame, previousAt: source.previousAt(row) }, formats);
  });
}

/** `undefined` if the capture no longer has it, or another row is to be shown. */
export async function wholePayload({
  reader,
  signal,
}: ShownPayload): Promise<Uint8Array | undefined> {
  await reader.read(0, reader.byteLength, signal);
  return reader.loaded(0, reader.byteLength);
}

/** RFC 6455, section 5.2. */
const opcodes: Readonly<Record<RowKind, string>> = {
  state: '',
  text: '0x1 text',
  binary: '0x2 binary',
  close: '0x8 close',
  ping: '0x9 ping',
  pong: '0xA pong',
};

const tapFacts: Readonly<Record<TapAction, PageString>> = {
  injected: 'tapFactInjected',
  edited: 'tapFactEdited',
  dropped: 'tapFactDropped',
  original: 'tapFactOriginal',
};

/** What a tap did with it; empty if it was in none, or went on as it came. */
function inTap({ tap, wasHeld }: Row): string {
  return [
    ...(tap ? [text(tapFacts[tap])] : []),
    ...(wasHeld === true ? [text('tapFactHeld')] : []),
  ].join(' · ');
}

/** How a message came over the wire. */
interface FrameFactsShown {
  readonly row: Row;
  /** Absent if the message came in a single plain frame. */
  readonly frame: FrameFacts | undefined;
  /** The time of the previous row in the list, in milliseconds since 1970. */
  readonly previousAt: number | undefined;
}

/** The facts about a message's frames. The library frames sent messages, so some are not measured. */
function frameView(shown: FrameFactsShown, formats: Formats): TemplateResult {
  const { row, frame, previousAt } = shown;
  const isSent = row.direction === 'out';
  const payload = [formats.bytes(row.byteLength), text('byteCount', formats.count(row.byteLength))];
  return definitions([
    [text('opcode'), opcodes[row.kind]],
    [text('direction'), text(isSent ? 'sent' : 'received')],
    [text('masked'), text(isSent ? 'maskedYes' : 'maskedNo')],
    [text('fragments'), fragments(shown, formats)],
    [text('payloadSize'), row.byteLength < 1000 ? (payload[1] ?? '') : payload.join(' · ')],
    [text('wireSize'), wireSize(shown, formats)],
    [text('compression'), compression(shown, formats)],
    [text('reservedBits'), reservedBits(shown)],
    [text('time'), formats.moment(row.at)],
    [
      text('sincePrevious'),
      previousAt === undefined ? '' : `+${formats.latency(row.at - previousAt)}`,
    ],
    [
      text('frameDuration'),
      frame ? formats.latency(frame.durationMs) : unknown(isSent, 'onePiece'),
    ],
    [text('heartbeatFact'), text(row.heartbeat ? 'yes' : 'no')],
    [text('tapFact'), inTap(row)],
    [text('sequence'), `#${row.seq}`],
  ]);
}

function unknown(isSent: boolean, otherwise: 'onePiece' | 'notCompressed'): string {
  return text(isSent ? 'notMeasured' : otherwise);
}

function fragments({ row, frame }: FrameFactsShown, formats: Formats): string {
  return frame
    ? formats.count(frame.fragmentCount)
    : row.direction === 'out'
      ? text('notMeasured')
      : '1';
}

function wireSize({ row, frame }: FrameFactsShown, formats: Formats): string {
  if (!frame && row.direction === 'out') {
    return text('notMeasured');
  }
  const byteLength = frame?.wireByteLength ?? row.byteLength + headerLength(row.byteLength);
  return text('wireBytes', formats.count(byteLength));
}

function compression({ row, frame }: FrameFactsShown, formats: Formats): string {
  if (!frame) {
    return unknown(row.direction === 'out', 'notCompressed');
  }
  if (!frame.isCompressed) {
    return text('notCompressed');
  }
  const percent = row.byteLength > 0 ? (100 * frame.wireByteLength) / row.byteLength : 100;
  return text('compressedTo', formats.count(percent));
}

function reservedBits({ row, frame }: FrameFactsShown): string {
  return !frame && row.direction === 'out'
    ? text('notMeasured')
    : text(frame?.isCompressed === true ? 'bitsCompressed' : 'bitsNone');
}

/** The header length of a single unmasked frame (RFC 6455, section 5.2). */
function headerLength(byteLength: number): number {
  return byteLength < 126 ? 2 : byteLength < 65_536 ? 4 : 10;
}

/** The code of a close frame, its meaning, and the reason. */
function closeView(payload: Uint8Array): TemplateResult {
  const { code, reason } = readCloseFrame(payload);
  const number = payload.length >= 2 ? (payload[0] ?? 0) * 256 + (payload[1] ?? 0) : undefined;
  const meaning = number === undefined ? '' : closeCodeMeaning(number);
  const facts: readonly Definition[] = [
    [text('closeCode'), code ?? text('noCloseCode')],
    [text('closeMeaning'), meaning],
    [text('closeReason'), reason === '' ? text('noCloseReason') : html`${visibleLine(reason)}`],
  ];
  return definitions(facts);
}
