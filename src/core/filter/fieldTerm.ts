import { ExactNumber, numberIn } from '../json/exactNumber.ts';
import type { Comparison, Condition, PathStep } from './condition.ts';
import type { Scanner, Value } from './scanner.ts';

const longestPath = 32;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

const pathRule =
  'A path is like $.price, $.items[0].id, $.items[*].id or $["a name"]; a comparison follows a colon.';

/** `$.path`, alone or with `:value`, `:>value`, `:~part` and so on. */
export function fieldTerm(scanner: Scanner): Condition | undefined {
  const from = scanner.at;
  const path = takePath(scanner);
  if (!path || path.length > longestPath) {
    scanner.takeWord();
    const rule = path ? `A path has at most ${longestPath} steps.` : pathRule;
    scanner.report({ from, to: scanner.at }, rule);
    return undefined;
  }
  const operator = scanner.take(/:(>=|<=|!=|>|<|=|~)?|(>=|<=|!=|>|<|=|~)/y);
  if (!operator) {
    return afterPath(scanner, from, path);
  }
  const value = scanner.takeValue();
  if (value?.text === '' && !value.isQuoted) {
    const message = 'A value is missing: a number, a word, or text in quotes.';
    scanner.report({ from, to: scanner.at }, message);
    return undefined;
  }
  return (
    value && fieldCondition(path, (operator[1] ?? operator[2] ?? '=') as Comparison | '~', value)
  );
}

function afterPath(scanner: Scanner, from: number, path: PathStep[]): Condition | undefined {
  if (scanner.takeWord().text === '') {
    return { is: 'field', path, comparison: 'has', value: null };
  }
  scanner.report({ from, to: scanner.at }, pathRule);
  return undefined;
}

/** The steps after `$`, at least one; `undefined` where they cannot be read. */
function takePath(scanner: Scanner): PathStep[] | undefined {
  const path: PathStep[] = [];
  scanner.at++;
  for (;;) {
    const step = scanner.take(/\.([\p{L}\p{N}\p{M}_$@-]+)|\.\*|\[(\d{1,9})\]|\[\*\]|\[(?=")/uy);
    if (!step) {
      return path.length > 0 && !/[.[]/.test(scanner.peek()) ? path : undefined;
    }
    if (step[1] !== undefined) {
      path.push(step[1]);
    } else if (step[2] !== undefined) {
      path.push(Number(step[2]));
    } else if (step[0] !== '[') {
      path.push({ any: true });
    } else {
      const name = scanner.takeQuoted();
      if (!name || !scanner.take(/\]/y)) {
        return undefined;
      }
      path.push(name.jsonText);
    }
  }
}

function fieldCondition(
  path: readonly PathStep[],
  comparison: Comparison | '~',
  { text, jsonText, isQuoted }: Value,
): Condition {
  if (isQuoted || comparison === '~') {
    return { is: 'field', path, comparison, value: jsonText };
  }
  if (Object.hasOwn(words, text)) {
    return { is: 'field', path, comparison, value: words[text] ?? null };
  }
  const number = numberIn(text);
  const value = number instanceof ExactNumber ? { exact: number.text } : (number ?? text);
  return { is: 'field', path, comparison, value };
}
