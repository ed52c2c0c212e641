import { el } from '../widgets/dom.ts';

/** A longer text is not laid out a second time: its lines are told by the newlines alone. */
const longestMeasured = 100_000;

/**
 * Whether the caret is on the first line as it is drawn, or on the last one. Of a selection its
 * beginning counts upwards, its end downwards.
 */
export function isAtEdge(input: HTMLTextAreaElement, edge: 'first' | 'last'): boolean {
  const { value, selectionStart, selectionEnd } = input;
  const isFirst = edge === 'first';
  const caret = isFirst ? selectionStart : selectionEnd;
  const part = isFirst ? value.slice(0, caret) : value.slice(caret);
  if (part.includes('\n')) {
    return false;
  }
  if (part === '' || value.length > longestMeasured) {
    return true;
  }
  return isOnOneLine(input, caret, isFirst ? 0 : value.length);
}

/** Lays the text out once more in a box of the same class and size, where places can be measured. */
function isOnOneLine(input: HTMLTextAreaElement, one: number, other: number): boolean {
  const words = new Text(input.value);
  const box = el('div', { 'class': 'mirror composer-mirror', 'aria-hidden': 'true' }, words);
  input.before(box);
  const topOf = (offset: number) => {
    const range = new Range();
    range.setStart(words, offset);
    return range.getBoundingClientRect().top;
  };
  const distance = Math.abs(topOf(one) - topOf(other));
  box.remove();
  return distance < 4;
}
