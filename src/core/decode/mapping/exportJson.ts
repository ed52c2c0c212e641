import { ExactNumber } from '../../json/exactNumber.ts';
import { floatJson } from '../exportForm.ts';

interface OpenContainer {
  readonly names: readonly string[] | undefined;
  readonly values: readonly unknown[];
  at: number;
  /** Whether a member was written. */
  isBegun: boolean;
}

/**
 * A value that `readJson` has read as JSON in the form of `exportForm.ts`, with all digits of its numbers. Keeps its own
 * stack: a value may be nothing but brackets.
 *
 * @param maxLength in characters: what is behind them may be missing
 * @param except members of the outermost object that are left out
 */
export function exportJson(
  value: unknown,
  maxLength = Infinity,
  except?: ReadonlySet<string>,
): string {
  if (!isContainer(value)) {
    return scalarJson(value, maxLength);
  }
  let text = '';
  const open: OpenContainer[] = [];
  let next: unknown = value;
  for (;;) {
    if (isContainer(next)) {
      text += Array.isArray(next) ? '[' : '{';
      open.push(opened(next));
    } else {
      text += scalarJson(next, maxLength);
    }
    let container = open.at(-1);
    while (container) {
      if (open.length === 1 && except) {
        skipMembers(container, except);
      }
      if (container.at < container.values.length) {
        break;
      }
      text += container.names ? '}' : ']';
      open.pop();
      container = open.at(-1);
    }
    if (!container || text.length > maxLength) {
      return text;
    }
    const { names, values, at } = container;
    text += container.isBegun ? ',' : '';
    text += names ? `${JSON.stringify(names[at])}:` : '';
    next = values[at];
    container.isBegun = true;
    container.at++;
  }
}

/** Whether nothing of an object would be written. */
export function isEmptyBut(value: unknown, except: ReadonlySet<string>): boolean {
  return (
    isContainer(value) &&
    !Array.isArray(value) &&
    Object.keys(value).every(name => except.has(name))
  );
}

export function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

function opened(value: object): OpenContainer {
  return Array.isArray(value)
    ? { names: undefined, values: value as readonly unknown[], at: 0, isBegun: false }
    : { names: Object.keys(value), values: Object.values(value), at: 0, isBegun: false };
}

function skipMembers(container: OpenContainer, except: ReadonlySet<string>): void {
  const { names } = container;
  while (names && container.at < names.length && except.has(names[container.at] ?? '')) {
    container.at++;
  }
}

function scalarJson(value: unknown, maxLength: number): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > maxLength ? value.slice(0, maxLength) : value);
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? String(value) : floatJson(value);
  }
  return String(value);
}
