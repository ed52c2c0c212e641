import { percentDecoded } from '../base/percent.ts';
import { mask } from './mask.ts';
import { isSecretName } from './names.ts';
import { minSecretLength } from './spellings.ts';

/** A member of JSON whose value is a text; the end of that may be cut. */
const member = /"((?:[^"\\]|\\.){1,60})"(\s*:\s*)"((?:[^"\\]|\\.)*)("|\\?$)/g;
/** A value of a query. */
const queryValue = /([?&])([^=&#\s"]{1,60})=([^&#\s",]*)/g;
/** A header on a line of its own, with its blanks. */
const header = /^([\w-]{1,60})(:[ \t]*)(.*?)(\r?)$/gm;

/**
 * For a summary of a message that signs somebody in: a text, such as JSON or an address, with masks for values whose
 * names are those of secrets. Very short values stay, as everywhere.
 */
export function maskNamedSecrets(text: string): string {
  return text
    .replace(member, (all, name: string, colon: string, value: string, end: string) =>
      isSecret(name, value) ? `"${name}"${colon}"${mask}${end === '"' ? end : ''}` : all,
    )
    .replace(queryValue, (all, sign: string, name: string, value: string) =>
      isSecret(percentDecoded(name), value) ? `${sign}${name}=${mask}` : all,
    );
}

/** The same of lines that are headers. */
export function maskSecretHeaders(text: string): string {
  return text.replace(header, (all, name: string, colon: string, value: string, lineEnd: string) =>
    isSecret(name, value) ? `${name}${colon}${mask}${lineEnd}` : all,
  );
}

function isSecret(name: string, value: string): boolean {
  return value.length >= minSecretLength && isSecretName(name);
}
