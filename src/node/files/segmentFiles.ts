import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How the name of a segment goes on behind that of the capture: in one way only for each number. */
const ending = /-(\d{5}|[1-9]\d{5,8})\.log$/;

/** A file of a capture's log. */
export interface SegmentFile {
  readonly number: number;
  readonly path: string;
}

/** @param path of the capture */
export function segmentPath(path: string, number: number): string {
  return `${path}-${String(number).padStart(5, '0')}.log`;
}

/** The name without the ending of a segment, if it has one. */
export function withoutSegmentEnding(name: string): string {
  return name.replace(ending, '');
}

/** Gives the segments of a capture, oldest first, by its path. */
export type FindSegments = (path: string) => readonly SegmentFile[];

/** The segments of a capture as they are now; none if the folder cannot be read. */
export const segmentsOf: FindSegments = path => segmentsIn(dirname(path))(path);

/** Those of all captures in a folder, which is read once: it may hold thousands of them. */
export function segmentsIn(folder: string): FindSegments {
  const segments = new Map<string, SegmentFile[]>();
  for (const name of namesIn(folder)) {
    const number = Number(ending.exec(name)?.[1]);
    if (number > 0) {
      const key = withoutSegmentEnding(name);
      const found = segments.get(key) ?? [];
      found.push({ number, path: join(folder, name) });
      segments.set(key, found);
    }
  }
  segments.forEach(found => found.sort((a, b) => a.number - b.number));
  return path => segments.get(basename(path)) ?? [];
}

/** The names of the plain files in a folder: a link or a pipe is no segment. */
function namesIn(folder: string): readonly string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true });
    return found.filter(each => each.isFile()).map(({ name }) => name);
  } catch {
    return [];
  }
}
