import type { StateRow } from '../../../src/core/connection/report.ts';
import type { FrameFacts } from '../../../src/core/record/frameFacts.ts';
import { directionOf, kindOf } from '../../../src/core/record/record.ts';
import type { ObserveSocket, SocketOrigin } from '../../../src/core/slot/observedSocket.ts';

export interface ObservedMessage {
  readonly at: number;
  /** `in text`, `out binary`. */
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly frame: FrameFacts | undefined;
}

/** What was recorded of one socket, in order. */
export class RecordedSocket {
  readonly origin: SocketOrigin;
  readonly rows: ((StateRow & { readonly at: number | undefined }) | ObservedMessage)[] = [];
  hasEnded = false;

  constructor(origin: SocketOrigin) {
    this.origin = origin;
  }

  get states(): readonly (StateRow & { readonly at: number | undefined })[] {
    return this.rows.filter(row => 'state' in row);
  }

  get messages(): readonly ObservedMessage[] {
    return this.rows.filter(row => 'bytes' in row);
  }

  /** Each row on a line: `connected: Connected to h.`, `in text: hello`, `out binary: 00 01`. */
  get lines(): readonly string[] {
    return this.rows.map(row =>
      'state' in row ? `${row.state}: ${row.text}` : `${row.what}: ${shown(row)}`,
    );
  }
}

function shown({ what, bytes }: ObservedMessage): string {
  return what.endsWith('text')
    ? new TextDecoder().decode(bytes)
    : Buffer.from(bytes).toString('hex');
}

/** Stands for the slots of a window. */
export class ObservedSockets {
  readonly all: RecordedSocket[] = [];

  readonly observe: ObserveSocket = origin => {
    const socket = new RecordedSocket(origin);
    this.all.push(socket);
    return {
      append: (at, flags, payload, frame) => {
        const what = `${directionOf(flags)} ${kindOf(flags)}`;
        socket.rows.push({ at, what, bytes: Uint8Array.from(payload), frame });
      },
      report: (row, at) => {
        socket.rows.push({ ...row, at });
      },
      isUnderPressure: false,
      onDidChangePressure: () => ({ dispose: () => undefined }),
      end: () => {
        socket.hasEnded = true;
      },
    };
  };

  /** The only socket. */
  get only(): RecordedSocket {
    const [only, ...others] = this.all;
    if (!only || others.length > 0) {
      throw new Error(`There are ${this.all.length} sockets`);
    }
    return only;
  }
}
