import type { ConnectionSink, TrafficSink } from '../../src/core/connection/wire/traffic.ts';
import { textsOf, type TextRun } from '../../src/core/record/textRun.ts';
import type { MessageOutput } from '../../src/host/recording/recorder.ts';

/** A run as it comes from a socket: with other bytes around its texts. */
export function runOf(texts: readonly string[]): TextRun {
  const spans = new Uint32Array(2 * texts.length + 2);
  const parts = [Buffer.of(0x81)];
  let at = 1;
  texts.forEach((text, index) => {
    const bytes = Buffer.from(text);
    spans.set([at, at + bytes.length], 2 * index);
    parts.push(bytes, Buffer.of(0x81));
    at += bytes.length + 1;
  });
  return { bytes: Buffer.concat(parts), spans, count: texts.length };
}

/** A sink that gets texts one by one, also those that come at once. */
export function singleSink(append: TrafficSink['append']): ConnectionSink {
  return {
    append,
    appendTexts: (at, flags, run) => {
      for (const payload of textsOf(run)) {
        append(at, flags, payload);
      }
    },
  };
}

/** An output that gets texts one by one, also those that come at once. */
export function singleOutput(output: Omit<MessageOutput, 'texts'>): MessageOutput {
  return {
    ...output,
    texts: (at, name, flags, run) => {
      for (const payload of textsOf(run)) {
        output.message(at, name, flags, payload);
      }
    },
  };
}

export const noOutput = singleOutput({ message: () => undefined, state: () => undefined });
