import { shortened } from '../text/plainText.ts';

/** What a narrow view shows of a path, in UTF-16 code units. */
const maxLength = 24;

/**
 * Short names for paths of one server, such that different paths have different names. A path that is
 * too long keeps as much of its end as there is room for, because its end says more than its beginning;
 * if others end like it, it keeps the parts in which they differ.
 *
 * @returns a name for each path, in their order
 */
export function pathLabels(paths: readonly string[]): readonly string[] {
  const others = [...new Set(paths)];
  const ends = new Map(others.map(path => [path, endOf(path)]));
  const countOf = (label: string) => [...ends.values()].filter(each => each === label).length;
  const labels = new Map(
    others.map(path => {
      const end = ends.get(path) ?? path;
      const alike = others.filter(other => ends.get(other) === end);
      return [path, countOf(end) === 1 ? end : differenceOf(path, alike)];
    }),
  );
  const isTaken = (path: string, label: string) =>
    others.some(other => other !== path && labels.get(other) === label);
  return paths.map(path => {
    const label = labels.get(path) ?? path;
    return isTaken(path, label) ? path : label;
  });
}

/** The last parts that fit; at least the last one. */
function endOf(path: string): string {
  if (path.length <= maxLength) {
    return path;
  }
  const parts = path.split('/');
  let end = '';
  for (const part of parts.toReversed()) {
    const longer = end === '' ? part : `${part}/${end}`;
    if (end !== '' && longer.length > maxLength - 2) {
      break;
    }
    end = longer;
  }
  return shortened(`…/${end}`, 2 * maxLength);
}

/** What is between the parts that all of these begin and end with. */
function differenceOf(path: string, alike: readonly string[]): string {
  const parts = path.split('/');
  const all = alike.map(each => each.split('/'));
  // Something of each is left.
  const most = Math.min(...all.map(({ length }) => length)) - 1;
  const isShared = (at: number) => all.every(each => each.at(at) === parts.at(at));
  let begin = 0;
  while (begin < most && isShared(begin)) {
    begin++;
  }
  let end = 0;
  while (end < most - begin && isShared(-1 - end)) {
    end++;
  }
  const different = parts.slice(begin, parts.length - end).join('/');
  return `…/${shortened(different, maxLength)}${end > 0 ? '/…' : ''}`;
}
