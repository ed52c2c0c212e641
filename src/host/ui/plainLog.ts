import { window } from 'vscode';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { plainText } from '../../core/text/plainText.ts';

const maxEntryLength = 20_000;

/** The extension's log, as an output channel. */
export interface ShownLog extends Logger, Disposable {
  show(): void;
}

/**
 * Opens the log. Entries may quote peers. The editor turns addresses into links, so a space breaks
 * them up; text after a line break is indented, so that it cannot look like an entry of its own.
 */
export function openLog(name: string): ShownLog {
  const channel = window.createOutputChannel(name, { log: true });
  return {
    trace: (message, ...details) => channel.trace(entry(message), ...details.map(detailOf)),
    debug: (message, ...details) => channel.debug(entry(message), ...details.map(detailOf)),
    info: (message, ...details) => channel.info(entry(message), ...details.map(detailOf)),
    warn: (message, ...details) => channel.warn(entry(message), ...details.map(detailOf)),
    error: (message, ...details) => channel.error(entry(message), ...details.map(detailOf)),
    show: () => channel.show(),
    dispose: () => channel.dispose(),
  };
}

function entry(message: string | Error): string {
  const text = message instanceof Error ? (message.stack ?? message.message) : message;
  return withoutLinks(plainText(text, maxEntryLength).replaceAll('\n', '\n  '));
}

function detailOf(detail: unknown): unknown {
  return detail instanceof Error || typeof detail === 'string' ? entry(detail) : detail;
}

function withoutLinks(text: string): string {
  return text.replace(/\b(https?|file):\/\//gi, '$1:/ /');
}
