import { type ScalarType, scalarTypes } from '../wire/fieldTable.ts';

/**
 * What a user says of fields without a schema: "this is bytes, text, a message, numbers with a sign". By the paths of the
 * fields, which are their numbers from the outermost message on: `{"2.4": "bytes", "3": "sint32"}`. Where a number
 * comes with a length, it is a packed list of such.
 */
export type Overrides = Readonly<Record<string, ScalarType | 'message'>>;

/** The same by numbers: what is said of a field, and of those within it. */
export interface Cast {
  readonly type: ScalarType | 'message' | undefined;
  readonly fields: ReadonlyMap<number, Cast>;
}

interface OpenCast {
  type: Cast['type'];
  readonly fields: Map<number, OpenCast>;
}

/** @param overrides paths may be written as those of values are: `$.2[0].4`. What is no path or type is passed over. */
export function castOf(overrides: Overrides): Cast {
  const root: OpenCast = { type: undefined, fields: new Map() };
  for (const [path, type] of Object.entries(overrides)) {
    const steps = path.replace(/^\$\.?/, '').replace(/\[\d*\]/g, '');
    if (/^\d+(?:\.\d+)*$/.test(steps) && (type === 'message' || scalarTypes.includes(type))) {
      let cast = root;
      for (const step of steps.split('.')) {
        const number = Number(step);
        const inner = cast.fields.get(number) ?? { type: undefined, fields: new Map() };
        cast.fields.set(number, inner);
        cast = inner;
      }
      cast.type = type;
    }
  }
  return root;
}
