import type { FieldTable } from '../wire/fieldTable.ts';
import { readTyped } from './readTyped.ts';
import { Schema } from './schema.ts';

/** A type that a message may be of. */
export interface SuggestedType {
  readonly message: string;
  /** Fields of the message, messages within included, that the type has. */
  readonly known: number;
  /** Bytes of fields that it does not have, or has with another wire type. */
  readonly strangeLength: number;
}

const maxSuggestions = 3;

/**
 * The types of a schema that read a message to its end, those with the fewest unknown bytes and then the most known fields
 * first; at most three. None of them is sure.
 */
export function suggestTypes(table: FieldTable, bytes: Uint8Array): readonly SuggestedType[] {
  const schema = new Schema(table);
  const found: SuggestedType[] = [];
  for (const message of schema.names) {
    const { tree, severity, strangeLength } = readTyped(
      bytes,
      0,
      bytes.length,
      schema.type(message),
      schema,
    );
    let known = 0;
    for (let node = 1; node < tree.count; node++) {
      const kind = tree.kindOf(node);
      known += kind === 'unknown' || kind === 'mismatch' ? 0 : 1;
    }
    if (severity !== 'error' && known > 0) {
      found.push({ message, known, strangeLength });
    }
  }
  return found
    .sort((one, other) => one.strangeLength - other.strangeLength || other.known - one.known)
    .slice(0, maxSuggestions);
}
