/** Names that Windows keeps for devices, with whatever ending. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A name for a file with what is exported of `name`, which may hold anything: only letters, digits,
 * dots and dashes are left of it, so that it can neither lead anywhere nor look like another.
 *
 * @param moment as ISO 8601, by the clock of its reader
 * @param ending without a dot
 */
export function exportFileName(name: string, moment: string, ending: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+/, '');
  const short = Array.from(safe)
    .slice(0, 40)
    .join('')
    .replace(/[-.]+$/, '');
  const stem = short === '' || reserved.test(short) ? `messages${short}` : short;
  return `${stem}-${moment.slice(0, 19).replace('T', '-').replaceAll(':', '')}.${ending}`;
}
