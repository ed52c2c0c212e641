// Runs in a page of its own with nothing but the details in it: rows and payloads are made by the test.
import './englishTexts.ts';
import type { FrameFacts } from '../../../src/core/record/frameFacts.ts';
import { flagsOf, type Direction, type RowKind } from '../../../src/core/record/record.ts';
import type { HandshakeFacts } from '../../../src/core/record/handshakeFacts.ts';
import { Formats } from '../../../src/core/base/format.ts';
import { preview } from '../../../src/core/record/preview.ts';
import { maxBytesAsked } from '../../../src/shared/limits.ts';
import type { PageRow } from '../../../src/shared/monitorProtocol.ts';
import { DetailPane } from '../../../src/webview/details/detailPane.ts';
import { readLikedTabs, type LikedTabs } from '../../../src/webview/details/detailTabs.ts';
import { AnswerGate } from './answerGate.ts';

export interface StandRow {
  readonly kind: RowKind;
  readonly direction?: Direction;
  readonly heartbeat?: boolean;
  readonly bytes: Uint8Array | string;
  readonly frame?: FrameFacts;
  /** The capture no longer has it. */
  readonly isGone?: boolean;
}

export interface DetailStand {
  show(row: StandRow): void;
  /** Shows the same row once more, as when the list reports it again. */
  showAgain(): void;
  /** What the details asked of the page, in order. */
  readonly calls: (readonly [name: string, value: unknown])[];
  /** How many parts of payloads were asked for. */
  asked: number;
  liked: LikedTabs;
  /** Why each part asked for is refused. */
  failure: string | undefined;
  readonly gate: AnswerGate;
  /** What the handshake with the key `known` is without masks. */
  plain: HandshakeFacts | undefined;
  /** The longest time in which the page could not answer to the user, in milliseconds. */
  longestTask(): number;
}

declare global {
  interface Window {
    stand: DetailStand;
  }
}

const at = Date.UTC(2026, 10, 16, 10, 30, 0, 250);
let longest = 0;
let shownAt = 0;
new PerformanceObserver(list => {
  // Making a payload is not the details' doing.
  const tasks = list.getEntries().filter(({ startTime }) => startTime >= shownAt);
  longest = Math.max(longest, ...tasks.map(({ duration }) => duration));
}).observe({ type: 'longtask' });

let seq = 0;
let bytes: Uint8Array = new Uint8Array();
let current: StandRow | undefined;
let shown: PageRow | undefined;
const note = (name: string) => (value?: unknown) => void stand.calls.push([name, value]);

const pane = new DetailPane(new Formats('en', 'UTC'), readLikedTabs(undefined), {
  ask: async (_row, from, length) => {
    stand.asked++;
    await stand.gate.opened();
    if (stand.failure !== undefined || length > maxBytesAsked) {
      throw new Error(stand.failure ?? 'too much');
    }
    const part = current?.isGone ? undefined : bytes.slice(from, from + length);
    return { byteLength: bytes.length, ...(part ? { bytes: part } : {}) };
  },
  askFrame: () => Promise.resolve(current?.frame ? { frame: current.frame } : {}),
  askDecoded: () => Promise.resolve({}),
  askLayer: () => Promise.resolve({ byteLength: 0 }),
  decodeSelection: () => Promise.resolve(undefined),
  onConversation: note('conversation'),
  onOpenDecoder: note('open decoder'),
  askHandshake: key =>
    Promise.resolve(key === 'known' && stand.plain ? { handshake: stand.plain } : {}),
  previousAt: () => at - 12.5,
  onCopy: () => note('copy')(),
  onCopyText: note('copyText'),
  onOpenEditor: () => note('openEditor')(),
  onShowInContext: () => note('showInContext')(),
  onFilter: note('filter'),
  onGoTo: note('goTo'),
  onOpenScript: note('openScript'),
  onReloadPage: note('reloadPage'),
  onClose: note('close'),
  onTabs: liked => (stand.liked = liked),
});

const stand: DetailStand = {
  calls: [],
  asked: 0,
  liked: readLikedTabs(undefined),
  failure: undefined,
  gate: new AnswerGate(),
  plain: undefined,
  longestTask: () => longest,
  show(row) {
    const { kind, direction = 'in', heartbeat = false } = row;
    current = row;
    bytes = typeof row.bytes === 'string' ? new TextEncoder().encode(row.bytes) : row.bytes;
    seq++;
    longest = 0;
    shownAt = performance.now();
    shown = {
      seq,
      at,
      kind,
      direction,
      heartbeat,
      byteLength: bytes.length,
      position: seq,
      connection: 'c1',
      preview: preview(flagsOf(kind, direction, heartbeat), bytes),
    };
    pane.show(shown);
  },
  showAgain: () => pane.show(shown),
};
window.stand = stand;
const root = document.querySelector<HTMLElement>('#app') ?? document.body;
root.dataset['layout'] = 'beside';
const body = document.createElement('div');
body.className = 'body with-details';
body.style.setProperty('--details-share', '100%');
body.append(pane.element);
root.append(body);
