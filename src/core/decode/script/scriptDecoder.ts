import type { AnyDecoder, Decoder, ScriptPlace } from '../decoder.ts';
import type { Layer } from '../layer.ts';
import type { Problem, Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import { answerReading } from './answerReading.ts';
import { openAnswer } from './keptAnswer.ts';
import type { Script } from './script.ts';

/** Bytes. Longer layers are not given to scripts. */
const maxAskedLength = 4 * 1024 * 1024;

const missing: Problem = {
  at: 0,
  is: 'script',
  message: 'the decoder has not read this message, or its answer is no longer kept',
};

/**
 * A script as a decoder: it reads a layer once the answer of the script is there.
 *
 * @param decodersOf those that an answer may name as the next ones
 */
export function scriptDecoder(
  script: Script,
  decodersOf: (name: string) => readonly AnyDecoder[] | undefined,
): Decoder<ScriptPlace | undefined> {
  const isDecoder = (name: string) => decodersOf(name) !== undefined;
  return {
    name: script.name,
    title: script.title,
    // What it takes only the file itself says: it passes the others by.
    takes: 'both',
    begin: ({ scripts }) => scripts?.place(script, isDecoder),
    read: (layer, place, message) => {
      if (layer.bytes.length > maxAskedLength) {
        return unread(layer, { at: 0, is: 'too-long' });
      }
      const answer = place?.answer(layer, message);
      if (answer === 'waiting' || answer === 'missing') {
        return unread(layer, missing);
      }
      const opened = answer && openAnswer(answer);
      return opened
        ? answerReading(opened, { layer, direction: message.direction, decodersOf })
        : { summary: () => '', onward: 'passed' };
    },
  };
}

function unread(layer: Layer, problem: Problem): Reading {
  const preview = () => (layer.kind === 'text' ? layer.text : byteCount(layer.bytes.length));
  return { summary: () => oneLine(preview()), isPreviewed: true, severity: 'error', problem };
}
