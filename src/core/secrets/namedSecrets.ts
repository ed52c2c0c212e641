import { percentDecoded } from '../base/percent.ts';
import { mask } from './mask.ts';
import { isSecretName } from './names.ts';
import { minSecretLength } from './spellings.ts';

/** Of JSON: a string whose end may be cut, with the colon behind a name; a bracket or comma; a number. */
const token = /"((?:[^"\\]|\\[^])*)("(\s*:)?|\\?$)|[{}[\],]|(?<![\w.+-])-?\d[\d.eE+-]*/g;
/** In UTF-16 code units. No name of a secret is longer. */
const maxNameLength = 60;
/** A value of a query. */
const queryValue = /([?&])([^=&#\s"]{1,60})=([^&#\s",]*)/g;
/** A header on a line of its own, with its blanks. */
const header = /^([\w-]{1,60})([ \t]*:[ \t]*)(.*?)(\r?)$/gm;

/**
 * For a summary of a message that signs somebody in: a text, such as JSON or an address, with masks for values whose
 * names are those of secrets, and for all that is in such values. The end of the text may be cut. Very short values
 * stay, as everywhere.
 */
export function maskNamedSecrets(text: string): string {
  return maskMembers(text).replace(queryValue, (all, sign: string, name: string, value: string) =>
    isSecret(percentDecoded(name), value) ? `${sign}${name}=${mask}` : all,
  );
}

/** The same of lines that are headers. */
export function maskSecretHeaders(text: string): string {
  return text.replace(header, (all, name: string, colon: string, value: string, lineEnd: string) =>
    isSecret(name, value) ? `${name}${colon}${mask}${lineEnd}` : all,
  );
}

function maskMembers(text: string): string {
  /** Of the brackets that are open, whether they are in the value of a secret. */
  const open: boolean[] = [];
  const isInSecret = () => open.at(-1) === true;
  let isNamed = false;
  return text.replace(token, (all, string?: string, end = '', colon?: string) => {
    const isHidden = isNamed || isInSecret();
    if (string === undefined) {
      isNamed = false;
      if (all === '{' || all === '[') {
        open.push(isHidden);
      } else if (all === '}' || all === ']') {
        open.pop();
      }
      return isHidden && isLong(all) ? `"${mask}"` : all;
    }
    if (colon !== undefined) {
      isNamed = string.length <= maxNameLength && isSecretName(string);
      return all;
    }
    isNamed = false;
    const isWhole = end === '"';
    return isHidden && (isLong(string) || !isWhole) ? `"${mask}${isWhole ? end : ''}` : all;
  });
}

function isSecret(name: string, value: string): boolean {
  return isLong(value) && isSecretName(name);
}

function isLong(value: string): boolean {
  return value.length >= minSecretLength;
}
