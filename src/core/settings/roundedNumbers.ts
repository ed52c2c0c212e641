import { compareNumbers, exactNumber, ExactNumber } from '../json/exactNumber.ts';
import type { ReadSettings } from './profile.ts';

/** A number that JavaScript writes with so many digits may have had more. */
const fullDigits = 17;

/** All numbers in the JSON messages of `onOpen`. */
export function onOpenNumbers({ values, profiles }: ReadSettings): readonly number[] {
  const numbers = new Set<number>();
  const open: unknown[] = [values, ...profiles.map(profile => profile.values)].flatMap(each =>
    each.onOpen.map(message =>
      typeof message === 'object' && 'json' in message ? message.json : undefined,
    ),
  );
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (typeof value === 'number') {
      numbers.add(value);
    } else if (typeof value === 'object' && value !== null) {
      open.push(...(Object.values(value) as unknown[]));
    }
  }
  return [...numbers];
}

/**
 * A sentence for each number that the editor has rounded before the extension could read it.
 *
 * @param numbers as the editor gives them
 * @param written as settings files have them, if those could be read
 */
export function roundingProblems(
  numbers: readonly number[],
  written: readonly string[],
): readonly string[] {
  const rounded = [...new Set(written)].filter(isRounded);
  const explained = new Set(written.map(Number));
  const unsure = numbers.filter(number => !explained.has(number) && mayBeRounded(number));
  return [
    ...rounded
      .filter(text => numbers.includes(Number(text)))
      .map(
        text =>
          `websocketMonitor.onOpen: the editor reads the number ${text} as ` +
          `${JSON.stringify(Number(text))}, and that would be sent. ${wayOut}`,
      ),
    ...unsure.map(
      number =>
        `websocketMonitor.onOpen: the number ${JSON.stringify(number)} may be a different one in the ` +
        `settings: the editor rounds numbers with more than 15 digits. ${wayOut}`,
    ),
  ];
}

const wayOut = 'Write that message as { "text": "…" } to send it as it stands.';

/** Whether a `number` is not what was written. */
function isRounded(text: string): boolean {
  const number = exactNumber(text);
  return number instanceof ExactNumber && compareNumbers(number, Number(text)) !== 0;
}

/** Whether more digits may have been written than a `number` holds. */
function mayBeRounded(number: number): boolean {
  if (!Number.isFinite(number)) {
    return true;
  }
  const [mantissa = ''] = String(number).split('e');
  const digits = mantissa.replace(/[-.]/g, '').replace(/^0+/, '');
  const isWhole = Number.isInteger(number) && Math.abs(number) < 1e21;
  return isWhole ? !Number.isSafeInteger(number) : digits.length >= fullDigits;
}
