import { assertNever } from '../base/errors.ts';
import { formatJson } from '../json/formatJson.ts';
import { isTextual } from '../record/record.ts';
import { shellQuoted } from './shellText.ts';

/** A row with its payload, to be copied. */
export interface CopiedRow {
  readonly flags: number;
  readonly payload: Uint8Array;
  /** Where it went, for a command that sends it again. */
  readonly url: string;
}

type CopyTextFormat = 'text' | 'json' | 'hex' | 'base64' | 'wscat' | 'websocat';

const decoder = new TextDecoder();

/**
 * Rows as one text for the clipboard: one a line, but for a single row's own line breaks. As JSON,
 * one value for one row and an array for several, a line for each part; other text becomes a string. The commands
 * are for a POSIX shell, with each message in quotes that nothing in it can end and without any
 * character that a terminal acts on; as text, a message is what came.
 *
 * @param base64 bytes as base64, which core has no function for
 */
export function copyText(
  rows: readonly CopiedRow[],
  format: CopyTextFormat,
  base64: (bytes: Uint8Array) => string,
): string {
  switch (format) {
    case 'text':
      return rows.map(textOf).join('\n');
    case 'hex':
      return rows.map(({ payload }) => hexOf(payload)).join('\n');
    case 'base64':
      return rows.map(({ payload }) => base64(payload)).join('\n');
    case 'json':
      return jsonOf(rows);
    case 'wscat':
    case 'websocat':
      return commandsOf(rows, format);
    default:
      return assertNever(format);
  }
}

function textOf({ flags, payload }: CopiedRow): string {
  return isTextual(flags) ? decoder.decode(payload) : hexOf(payload);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Longer JSON is not formatted: that would take too long. */
const maxFormattedLength = 4 * 1024 * 1024;

/** JSON with a line for each value, and its tokens as they were sent: long numbers keep their digits. */
function jsonOf(rows: readonly CopiedRow[]): string {
  const values = rows.map(row => {
    const text = textOf(row);
    return isJson(text) ? formatted(text.trim()) : JSON.stringify(text);
  });
  if (values.length === 1) {
    return values[0] ?? '';
  }
  const items = values.map(value => `  ${value.replaceAll('\n', '\n  ')}`);
  return `[\n${items.join(',\n')}\n]`;
}

function formatted(json: string): string {
  if (json.length > maxFormattedLength) {
    return json;
  }
  const blocks: string[] = [];
  const lines = formatJson(json);
  for (let block = lines.next(); ; block = lines.next()) {
    if (block.done) {
      return block.value === undefined ? blocks.join('\n') : json;
    }
    blocks.push(block.value.text);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One command for each endpoint; text messages as lines, a binary message by itself. */
function commandsOf(rows: readonly CopiedRow[], tool: 'wscat' | 'websocat'): string {
  const alone: string[] = [];
  const lines = new Map<string, string[]>();
  for (const { flags, payload, url } of rows) {
    if (!isTextual(flags)) {
      // wscat sends text only, so a binary message takes the other tool.
      alone.push(`printf '${octalOf(payload)}' | websocat -b -n1 ${shellQuoted(url)}`);
    } else if (payload.includes(0)) {
      // No argument of a program can hold a zero byte.
      alone.push(`printf '${octalOf(payload)}\\n' | ${commandTo(url, tool)}`);
    } else {
      const texts = lines.get(url) ?? [];
      texts.push(shellQuoted(decoder.decode(payload)));
      lines.set(url, texts);
    }
  }
  const ofTexts = [...lines].map(([url, texts]) => {
    const target = commandTo(url, tool);
    const [only] = texts;
    const isOne = texts.length === 1 && only !== undefined;
    return isOne && tool === 'wscat'
      ? `${target} -x ${only}`
      : `printf '%s\\n' ${texts.join(' ')} | ${target}`;
  });
  return [...ofTexts, ...alone].join('\n');
}

function commandTo(url: string, tool: 'wscat' | 'websocat'): string {
  return tool === 'wscat' ? `wscat -w 1 -c ${shellQuoted(url)}` : `websocat ${shellQuoted(url)}`;
}

function octalOf(payload: Uint8Array): string {
  return Array.from(payload, byte => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
