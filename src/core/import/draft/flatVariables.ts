import { scalarOf, type Notes } from './importResult.ts';

/** Objects within objects, and values in all: more are no variables that anybody refers to. */
const deepest = 10;
const mostValues = 5000;

/**
 * The values of nested data by the names under which other programs refer to them: `api.host`, and
 * `list.0` for an item of a list.
 */
export function flatVariables(
  data: unknown,
  notes: Notes,
): readonly (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const visit = (value: unknown, name: string, depth: number) => {
    if (typeof value !== 'object' || value === null) {
      if (found.length < mostValues) {
        found.push([name, scalarOf(value)]);
      } else {
        notes.add(
          `A variable was left out: only the first ${mostValues} of an environment are read`,
        );
      }
      return;
    }
    const members = Object.entries(value);
    if (members.length === 0 || depth > deepest) {
      const why = members.length === 0 ? 'it is empty' : 'it is nested too deeply';
      notes.add(`The variable "${name.slice(0, 60)}" was left out: ${why}`);
      return;
    }
    for (const [key, each] of members) {
      visit(each, name === '' ? key : `${name}.${key}`, depth + 1);
    }
  };
  if (typeof data === 'object' && data !== null && Object.keys(data).length > 0) {
    visit(data, '', 0);
  }
  return found;
}
