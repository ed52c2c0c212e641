import type { Clock } from '../base/clock.ts';
import { CloseCode } from '../connection/wire/closeCode.ts';
import type { HandshakeFacts, HeaderLine } from '../record/handshakeFacts.ts';
import { flagsOf, RowFlag, kindOfOpcode } from '../record/record.ts';
import type { HandshakeRedactor } from '../secrets/handshakeRedactor.ts';
import type { ObserveSocket, SocketOwner } from '../slot/observedSocket.ts';
import { shortened } from '../text/plainText.ts';
import { readHookNotes, type HookNote } from './hookNotes.ts';
import { addressOf, originOfSocket, type SocketAddress } from './socketNames.ts';
import { listOf, textOf } from './toldValues.ts';
import { WatchedSocket, type SocketEnd } from './watchedSocket.ts';

/** The program that the hook runs in. */
export interface HookTarget {
  readonly owner: SocketOwner;
  /** The id of its debug session. */
  readonly session: string;
  readonly title: () => string;
}

export interface HookPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly observe: ObserveSocket;
  readonly decodeBase64: (text: string) => Uint8Array;
  readonly redactor: HandshakeRedactor;
}

type NoteOf<K extends HookNote['kind']> = Extract<HookNote, { readonly kind: K }>;

interface Entry {
  readonly socket: WatchedSocket;
  readonly address: SocketAddress;
  readonly request: readonly HeaderLine[];
  readonly openedAt: number;
  end: SocketEnd | undefined;
}

const maxHeaders = 200;
const maxHeaderLength = 4096;
const encoder = new TextEncoder();

/**
 * Makes rows of what the hook in a Node program tells; see nodeHook/main.ts. The program could tell
 * anything by the same binding.
 */
export class HookEvents {
  readonly #target: HookTarget;
  readonly #ports: HookPorts;
  readonly #entries = new Map<number, Entry>();

  constructor(target: HookTarget, ports: HookPorts) {
    this.#target = target;
    this.#ports = ports;
  }

  /** @param json a list of events, as the hook gives it to its binding */
  take(json: string): void {
    for (const note of readHookNotes(json)) {
      this.#take(note, note.at ?? this.#ports.clock.now());
    }
  }

  /**
   * Nothing more will come.
   *
   * @param sentence why, for the sockets that are open
   */
  end(sentence: string): void {
    for (const { socket } of this.#entries.values()) {
      socket.ended(this.#ports.clock.now(), 'info', sentence);
    }
    this.#entries.clear();
  }

  #take(note: HookNote, at: number): void {
    if (note.kind === 'open') {
      this.#open(note, at);
      return;
    }
    const entry = this.#entries.get(note.id);
    if (!entry) {
      return;
    }
    switch (note.kind) {
      case 'in':
      case 'out':
        this.#frame(entry, at, note);
        break;
      case 'answer':
        this.#answer(entry, at, note);
        break;
      case 'lost':
        entry.socket.remark(
          at,
          'warning',
          'Its compressed messages come faster than they can be read: the rest of them is not recorded.',
        );
        break;
      case 'missed':
        entry.socket.remark(
          at,
          'warning',
          'Some of its messages are not recorded: more came than could be kept until the debugger listened.',
        );
        break;
      case 'close':
        entry.socket.closed(at, entry.end ?? { code: CloseCode.Abnormal });
        this.#entries.delete(note.id);
        break;
    }
  }

  #open({ id, url, isServer, request }: NoteOf<'open'>, at: number): void {
    // The hook never does that, but the program could.
    const sentence = 'The program told of another socket in its place.';
    this.#entries.get(id)?.socket.ended(at, 'warning', sentence);
    const { observe, redactor } = this.#ports;
    const { owner, session, title } = this.#target;
    const address = addressOf(url, redactor);
    const origin = originOfSocket(owner, title(), address, isServer);
    const socket = new WatchedSocket(observe(origin), session, address);
    this.#entries.set(id, {
      socket,
      address,
      request: redactor.headers(headerLines(request)),
      openedAt: at,
      end: undefined,
    });
    if (isServer) {
      socket.accepting(at);
    } else {
      socket.opening(at, []);
    }
  }

  #answer({ socket, address, request, openedAt }: Entry, at: number, note: NoteOf<'answer'>): void {
    const { status: code, statusText, headers } = note;
    const { redactor } = this.#ports;
    const lines = redactor.headers(headerLines(headers));
    const valueOf = (name: string) => lines.find(([each]) => each.toLowerCase() === name)?.[1];
    const subprotocol = valueOf('sec-websocket-protocol');
    const extensions = valueOf('sec-websocket-extensions');
    const words = shortened(redactor.text(statusText), maxHeaderLength);
    const handshake: HandshakeFacts = {
      url: address.url,
      request,
      response: { status: code, statusText: words, headers: lines },
      ...(subprotocol !== undefined && { subprotocol }),
      ...(extensions !== undefined && { extensions }),
      redirects: [],
      timings: [{ phase: 'upgrade', ms: Math.max(0, at - openedAt) }],
    };
    if (code === 101) {
      socket.opened(at, handshake);
    } else {
      const sentence = `the answer was HTTP ${code} ${words}`.trim();
      socket.failed(at, sentence, { code, handshake });
    }
  }

  #frame(entry: Entry, at: number, note: NoteOf<'in' | 'out'>): void {
    const { data, frame, isUnread, leftOut } = note;
    const kind = kindOfOpcode(note.opcode);
    const bytes =
      kind === 'text' && !isUnread ? encoder.encode(data) : this.#ports.decodeBase64(data);
    const flags = flagsOf(kind, note.kind);
    if (frame) {
      const more =
        (frame.isCompressed ? RowFlag.Compressed : 0) |
        (frame.fragmentCount > 1 ? RowFlag.Fragmented : 0);
      entry.socket.message(at, flags | more, bytes, frame);
    } else {
      entry.socket.message(at, flags, bytes);
    }
    if (isUnread) {
      entry.socket.remark(at, 'warning', 'The message before could not be inflated.');
    } else if (leftOut > 0) {
      const sentence = `Of the message before, the last ${leftOut} bytes are not recorded: it is too large.`;
      entry.socket.remark(at, 'warning', sentence);
    }
    if (kind === 'close') {
      entry.end ??= endOf(bytes);
    }
  }
}

/** RFC 6455, section 5.5.1. */
function endOf(payload: Uint8Array): SocketEnd {
  const [high, low] = payload;
  return high === undefined || low === undefined
    ? { code: CloseCode.NoStatus }
    : { code: high * 256 + low, reason: new TextDecoder().decode(payload.subarray(2)) };
}

function headerLines(lines: readonly unknown[]): readonly HeaderLine[] {
  return lines.slice(0, maxHeaders).flatMap((line): readonly HeaderLine[] => {
    const [name, text] = listOf(line).map(textOf);
    return name === undefined || name === ''
      ? []
      : [[shortened(name, maxHeaderLength), shortened(text ?? '', maxHeaderLength)]];
  });
}
