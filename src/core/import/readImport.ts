import { isHar, readHar } from './har.ts';
import type { Imported, ImportResult } from './imported.ts';
import { isInsomnia, isInsomniaYaml, readInsomnia } from './insomnia.ts';
import { isPostman, readPostman } from './postman.ts';

const readable = 'Postman collections and environments, Insomnia exports (JSON) and HAR files';

/** Reads a file of another program, whichever it is. Never throws. */
export function readImport(text: string): ImportResult {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') {
    return { kind: 'refused', problem: 'The file is empty.' };
  }
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return { kind: 'refused', problem: problemOf(trimmed) };
  }
  const read = readerOf(value);
  if (!read) {
    return { kind: 'refused', problem: `This is JSON, but none of: ${readable}.` };
  }
  const imported = read(value);
  return isEmpty(imported) ? { kind: 'refused', problem: emptySentence(imported) } : imported;
}

function readerOf(value: unknown): ((value: unknown) => Imported) | undefined {
  if (isHar(value)) {
    return readHar;
  }
  if (isInsomnia(value)) {
    return readInsomnia;
  }
  return isPostman(value) ? readPostman : undefined;
}

function isEmpty({ items, environments, connections }: Imported): boolean {
  return items.length === 0 && environments.length === 0 && connections.length === 0;
}

function emptySentence({ format, notes }: Imported): string {
  return [
    `This is ${format} with nothing for a WebSocket in it.`,
    ...notes.slice(0, 3).map(note => `${note}.`),
  ].join(' ');
}

function problemOf(text: string): string {
  if (isInsomniaYaml(text)) {
    return 'This is an export of Insomnia 5 in YAML, which cannot be read here. Export it from Insomnia as JSON (format 4).';
  }
  if (/^\$kind:\s*\S+/m.test(text.slice(0, 2000))) {
    return 'This is a file of a Postman workspace in YAML, which cannot be read here. Export the collection as JSON.';
  }
  if (/^\s*curl[\s.]/i.test(text)) {
    return 'This is a cURL command. Use "Import from cURL…" for it.';
  }
  return `This is not JSON. What can be imported: ${readable}.`;
}
