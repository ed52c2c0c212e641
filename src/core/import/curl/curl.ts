import { CurlCommand } from './curlCommand.ts';
import type { Refused } from '../draft/importResult.ts';
import { isPowerShellRequest, powerShellWords, readPowerShell } from './powerShell.ts';
import { CurlDraft, type CurlRequest } from './curlRequest.ts';
import { cmdWords, posixWords, type ShellWord } from './shellWords.ts';

export type { CurlRequest } from './curlRequest.ts';

/** In UTF-16 units. Only a body, which is not needed, makes a command longer. */
const maxCommandLength = 1024 * 1024;

/**
 * Prompts of terminals: `$ `, `% `, `# `, `> `, `ann@host:~$ `,
 * `C:\Users\ann>`, `PS C:\> `.
 */
const prompt =
  /^[ \t]*(?:[$%#>❯»λ][ \t]+|(?:\([\w.-]+\)[ \t]*)?\[?[\w.-]+@[\w.-]+[^\n$#%>]{0,200}[$#%>][ \t]+|(?:PS[ \t]+)?[A-Za-z]:\\[^\n>]{0,200}>[ \t]*|PS[ \t]+[^\n>]{0,200}>[ \t]*)(?=\S)/;
/** Prompts before the continuation lines of a command. */
const secondPrompt = /^[ \t]*(?:>{1,2}|\.{3}|More\?)[ \t]+(?=\S)/gm;

/** Words that may precede the program: assignments of variables, and programs that run it. */
const before = /^(?:\w+=.*|sudo|doas|time|env|command|exec|nohup|&|call|start)$/is;

/**
 * Reads a browser's "Copy as cURL" or "Copy as PowerShell", or any other curl command, as an opening
 * handshake. Detects the syntax of POSIX shells, cmd and PowerShell. Never throws.
 */
export function readCurl(text: string): CurlRequest | Refused {
  if (text.length > maxCommandLength) {
    const problem = 'The cURL command is too long. Remove the body of the request.';
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
      ? 'This is JavaScript. Use "Copy as cURL" in the same menu instead of "Copy as fetch".'
      : 'This is not a cURL command. Use "Copy as cURL" in a browser\'s network tab.';
    return { kind: 'refused', problem };
  }
  const draft = new CurlDraft();
  new CurlCommand(draft).read(upToOperator(words.slice(at + 1)));
  return draft.result('The cURL command contains no URL.');
}

type Shell = 'posix' | 'cmd' | 'powershell';

function withoutPrompts(text: string): { readonly command: string; readonly shell: Shell } {
  const trimmed = text.trim();
  const [shown = ''] = prompt.exec(trimmed) ?? [];
  const command = trimmed
    .slice(shown.length)
    // If the first line has no prompt, a later line that begins like one is part of a quoted text.
    .replaceAll(shown === '' ? /(?!)/g : secondPrompt, '');
  return { command, shell: shellOf(command, shown) };
}

function shellOf(command: string, shown: string): Shell {
  if (/^\s*PS\b/.test(shown) || /`[ \t]*\r?\n/.test(command)) {
    return 'powershell';
  }
  // Browsers on Windows escape with `^`, which is not used in bash.
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

/** The words up to an operator that ends the command, without redirections. */
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
