/** Longer texts match no pattern. */
const maxLength = 4096;

/** Whether a URL is as a pattern says, in which `*` stands for any characters. Takes time in proportion to both. */
export function matchesUrl(pattern: string, url: string): boolean {
  if (url.length > maxLength) {
    return false;
  }
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) {
    return url === pattern;
  }
  if (!url.startsWith(first)) {
    return false;
  }
  let at = first.length;
  for (const piece of rest) {
    const found = url.indexOf(piece, at);
    if (found < 0) {
      return false;
    }
    at = found + piece.length;
  }
  return url.length - last.length >= at && url.endsWith(last);
}
