import { MarkdownString } from 'vscode';
import { plainMarkdown, plainText } from '../../core/text/plainText.ts';

/** A section of a card: a heading, rows of a name and a value, and links that run commands. */
export interface CardSection {
  readonly heading: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
  readonly links: readonly CardLink[];
}

export interface CardLink {
  readonly label: string;
  readonly command: string;
  readonly arguments: readonly unknown[];
}

const maxCodeLength = 2000;

/**
 * A card whose only links are `links`: all texts are escaped, since a peer may have written them.
 */
export function card(sections: readonly CardSection[]): MarkdownString {
  const made = new MarkdownString(sections.map(markdownOf).join('\n\n---\n\n'), false);
  const enabledCommands = sections.flatMap(({ links }) => links.map(({ command }) => command));
  made.isTrusted = { enabledCommands: [...new Set(enabledCommands)] };
  return made;
}

/** A card of paragraphs with a block of code at the end. */
export function codeCard(paragraphs: readonly string[], code: string): MarkdownString {
  const text = paragraphs.map(each => plainMarkdown(each)).join('\n\n');
  return new MarkdownString(text).appendCodeblock(plainText(code, maxCodeLength), 'text');
}

/** A card of paragraphs. */
export function textCard(paragraphs: readonly string[]): MarkdownString {
  return new MarkdownString(paragraphs.map(each => plainMarkdown(each)).join('\n\n'));
}

function markdownOf({ heading, rows, links }: CardSection): string {
  const lines = rows.map(([name, value]) => `**${plainMarkdown(name)}:** ${plainMarkdown(value)}`);
  return [`**${plainMarkdown(heading)}**`, ...lines, links.map(linkOf).join(' · ')].join('  \n');
}

function linkOf({ label, command, arguments: given }: CardLink): string {
  const query = encodeURIComponent(JSON.stringify(given)).replace(/[()]/g, encodeBracket);
  return `[${plainMarkdown(label)}](command:${command}?${query})`;
}

function encodeBracket(bracket: string): string {
  return bracket === '(' ? '%28' : '%29';
}
