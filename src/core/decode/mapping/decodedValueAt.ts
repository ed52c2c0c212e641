import type { RowReader } from '../../filter/rowReader.ts';
import { jsonText } from '../../json/exactNumber.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { valueIn } from './valueIn.ts';

/**
 * What a message holds at a path, as text: strings as they are, numbers as they were written, all else as JSON.
 * It is looked for where a filter looks: in a text that is JSON, else in what decoders made of the message.
 * `undefined` if there is no value.
 */
export function decodedValueAt(reader: RowReader, path: readonly PathStep[]): string | undefined {
  const own = reader.writtenJson;
  for (const start of own === undefined ? reader.decodedStarts(true) : [own]) {
    const found = valueIn(start, path);
    if (found !== undefined) {
      return typeof found === 'string' ? found : jsonText(found);
    }
  }
  return undefined;
}
