import { LineIndex } from '../text/lineIndex.ts';
import { jsonProblem } from '../message/messageBody.ts';
import { isHar, readHar } from './collections/har.ts';
import type { Imported, ImportResult } from './draft/importResult.ts';
import { isInsomnia4, isInsomnia5, readInsomnia4, readInsomnia5 } from './collections/insomnia.ts';
import { isPostman, readPostman } from './collections/postman.ts';
import { readYaml, type ReadYaml } from './collections/yamlText.ts';

const readable =
  'Postman collections and environments, Insomnia exports (JSON and YAML) and HAR files';

type Reader = (value: unknown, secretNames: Iterable<string>) => Imported;

/**
 * Reads an export of another program and detects its format. Never throws.
 *
 * @param secretNames of all secrets that are stored or referred to; the import refers to no secret of
 *   these names
 */
export function readImport(text: string, secretNames: Iterable<string> = []): ImportResult {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') {
    return { kind: 'refused', problem: 'The file is empty.' };
  }
  const parsed = parse(trimmed);
  if (parsed.kind === 'refused') {
    return parsed;
  }
  const read = readerOf(parsed.value);
  if (!read) {
    return { kind: 'refused', problem: `This format is not supported. Supported are ${readable}.` };
  }
  const imported = read(parsed.value, secretNames);
  return isEmpty(imported) ? { kind: 'refused', problem: emptySentence(imported) } : imported;
}

function parse(text: string): ReadYaml {
  try {
    return { kind: 'value', value: parseJson(text) };
  } catch {
    // Only Insomnia's files are read as YAML; their first lines name the format.
    const isYaml = /^(?:"type"|'type'|type)\s*:\s*["']?\w+\.insomnia(?:\.rest)?\/5/m.test(
      text.slice(0, 20_000),
    );
    return isYaml ? readYaml(text) : { kind: 'refused', problem: problemOf(text) };
  }
}

/** The third argument of a reviver of `JSON.parse`, in newer versions of JavaScript. */
interface Context {
  readonly source?: string;
}

/** Parses JSON without rounding: numbers that would change become texts. */
function parseJson(text: string): unknown {
  if (!/\d{16}|\d[eE]|\.\d{15}/.test(text)) {
    return JSON.parse(text) as unknown;
  }
  const exact = (_: string, value: unknown, context?: Context) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? context.source
      : value;
  return JSON.parse(text, exact) as unknown;
}

function readerOf(value: unknown): Reader | undefined {
  if (isHar(value)) {
    return readHar;
  }
  if (isInsomnia4(value)) {
    return readInsomnia4;
  }
  if (isInsomnia5(value)) {
    return readInsomnia5;
  }
  return isPostman(value) ? readPostman : undefined;
}

function isEmpty({ items, environments, connections }: Imported): boolean {
  return items.length === 0 && environments.length === 0 && connections.length === 0;
}

function emptySentence({ format, notes }: Imported): string {
  return [
    `This is ${format} without anything for WebSockets.`,
    ...notes.slice(0, 3).map(note => `${note}.`),
  ].join(' ');
}

function problemOf(text: string): string {
  if (/^\$kind:\s*\S+/m.test(text.slice(0, 2000))) {
    return 'This is a YAML file of a Postman workspace, which is not supported. Export the collection as JSON.';
  }
  if (/^\s*(?:[$>%#]\s+)?curl[\s.]/i.test(text)) {
    return 'This is a cURL command. Use "Import Connection from cURL…" instead.';
  }
  if (/^[[{]/.test(text)) {
    const { message = 'This is not JSON.', at = 0 } = jsonProblem(text) ?? {};
    const line = new LineIndex(text).at(at).line + 1;
    return `${message} Check line ${line}, and that the file is complete.`;
  }
  return `This is not JSON. Supported are ${readable}.`;
}
