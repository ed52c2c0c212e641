import { CurlCommand } from './curlCommand.ts';
import type { Refused } from '../draft/importResult.ts';
import { isPowerShellRequest, powerShellWords, readPowerShell } from './powerShell.ts';
import { CurlDraft, type CurlRequest } from './curlRequest.ts';
import { cmdWords, posixWords, type ShellWord } from './shellWords.ts';

export type { CurlRequest } from './curlRequest.ts';

/** In UTF-16 units: the body of a request is not needed, and may be of any length. */
const maxCommandLength = 1024 * 1024;

/**
 * What a terminal shows in front of what is typed: `$ `, `% `, `# `, `> `, `ann@host:~$ `,
 * `C:\Users\ann>`, `PS C:\> `.
 */
const prompt =
  /^[ \t]*(?:[$%#>❯»λ][ \t]+|(?:\([\w.-]+\)[ \t]*)?\[?[\w.-]+@[\w.-]+[^\n$#%>]{0,200}[$#%>][ \t]+|(?:PS[ \t]+)?[A-Za-z]:\\[^\n>]{0,200}>[ \t]*|PS[ \t]+[^\n>]{0,200}>[ \t]*)(?=\S)/;
/** The same in front of the further lines of a command. */
const secondPrompt = /^[ \t]*(?:>{1,2}|\.{3}|More\?)[ \t]+(?=\S)/gm;

/** What may stand before the program: variables that are set for it, and programs that run it. */
const before = /^(?:\w+=.*|sudo|doas|time|env|command|exec|nohup|&|call|start)$/is;

/**
 * Reads a browser's "Copy as cURL" or "Copy as PowerShell", or a command for curl of any other
 * origin, as the opening handshake that it was. POSIX shells, cmd and PowerShell are known by their
 * signs. Never throws.
 */
export function readCurl(text: string): CurlRequest | Refused {
  if (text.length > maxCommandLength) {
    const problem = 'This is too long for a cURL command. Leave out the body of the request.';
    return { kind: 'refused', problem };
  }
  const { command, shell } = withoutPrompts(text);
  if (isPowerShellRequest(command)) {
    return readPowerShell(command);
  }
  const words = wordsOf(command, shell);
  const at = words.findIndex(({ text: word }) => !before.test(word));
  if (!/(?:^|[\\/])curl(?:\.exe)?$/i.test(words[at]?.text ?? '')) {
    const isFetch = /^\s*(?:await\s+)?fetch\(/.test(command);
    const problem = isFetch
      ? 'This is JavaScript. Use "Copy as cURL" of the same menu, not "Copy as fetch".'
      : 'This is no cURL command. Use "Copy as cURL" of a browser\'s network tab.';
    return { kind: 'refused', problem };
  }
  const draft = new CurlDraft();
  new CurlCommand(draft).read(upToOperator(words.slice(at + 1)));
  return draft.result('The cURL command names no URL.');
}

type Shell = 'posix' | 'cmd' | 'powershell';

function withoutPrompts(text: string): { readonly command: string; readonly shell: Shell } {
  const trimmed = text.trim();
  const [shown = ''] = prompt.exec(trimmed) ?? [];
  const command = trimmed
    .slice(shown.length)
    // Where the first line has no prompt, a line that begins like one is a part of a text.
    .replaceAll(shown === '' ? /(?!)/g : secondPrompt, '');
  return { command, shell: shellOf(command, shown) };
}

function shellOf(command: string, shown: string): Shell {
  if (/^\s*PS\b/.test(shown) || /`[ \t]*\r?\n/.test(command)) {
    return 'powershell';
  }
  // A browser on Windows escapes with `^`; bash needs no such sign outside of quotes.
  return /^\s*[A-Za-z]:\\/.test(shown) || /\^["\n\r]|\^\\\^"/.test(command) ? 'cmd' : 'posix';
}

function wordsOf(command: string, shell: Shell): readonly ShellWord[] {
  switch (shell) {
    case 'posix':
      return posixWords(command);
    case 'powershell':
      return powerShellWords(command);
    case 'cmd':
      return cmdWords(command).map(text => ({ text, isPlain: false, variables: [] }));
  }
}

/** What a shell gives to this program: no other program, and nothing of what it reads and writes. */
function upToOperator(words: readonly ShellWord[]): readonly ShellWord[] {
  const given: ShellWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word) {
      break;
    }
    const { text, isPlain } = word;
    if (isPlain && /^(?:\|\|?|&&?|;)/.test(text)) {
      break;
    }
    const [, target] = (isPlain && /^(?:\d|&)?(?:>>?|<)(.*)$/s.exec(text)) || [];
    if (target !== undefined) {
      at += target === '' ? 1 : 0;
      continue;
    }
    const isLast = isPlain && /[^;];$/.test(text);
    given.push(isLast ? { ...word, text: text.slice(0, -1) } : word);
    if (isLast) {
      break;
    }
  }
  return given;
}
