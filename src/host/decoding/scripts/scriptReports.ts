import { Diagnostic, DiagnosticSeverity, l10n, languages, Range, Uri, window } from 'vscode';
import type { Event } from '../../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../../core/base/lifecycle.ts';
import type { Logger } from '../../../core/base/logger.ts';
import type { ScriptError, ScriptReport } from '../../../core/decode/script/script.ts';
import { plainLine } from '../../../core/text/plainText.ts';
import { redactedLog } from '../../secrets/redactedLog.ts';
import { showWarning } from '../../ui/notify.ts';
import { openLog } from '../../ui/plainLog.ts';
import { logged } from '../../ui/unwaited.ts';
import type { Scripts } from './scripts.ts';

export interface ScriptReportsPorts {
  readonly onDidReport: Event<ScriptReport>;
  readonly scripts: Pick<Scripts, 'uriOf' | 'onDidChange'>;
  /** Masks the secrets that were used in this window: an error may quote a message. */
  readonly redact: (text: string) => string;
  /** The log of the extension. */
  readonly log: Logger;
}

/** What users are told of their decoders: errors are marked in the files, and what they print is in an output channel. */
export class ScriptReports implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: ScriptReportsPorts;
  readonly #diagnostics = this.#store.add(
    languages.createDiagnosticCollection('websocket-monitor-decoders'),
  );
  /** Where the error of each decoder is marked, by its file. */
  readonly #marked = new Map<string, Uri>();
  /** Opened with the first line. */
  #output: Logger | undefined;

  constructor(ports: ScriptReportsPorts) {
    this.#ports = ports;
    this.#store.add(ports.onDidReport(report => this.#tell(report)));
    this.#store.add(ports.scripts.onDidChange(() => this.#forgetOthers()));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #tell(report: ScriptReport): void {
    const { file } = report;
    const uri = this.#ports.scripts.uriOf(file);
    // It is of no rule any more.
    if (!uri) {
      return;
    }
    switch (report.is) {
      case 'error':
        this.#mark(file, uri, report.error);
        break;
      case 'loaded':
        this.#unmark(file);
        break;
      case 'stopped':
        logged('Opening a decoder', this.#ports.log, this.#tellOfEnd(uri, report.reason));
        break;
      case 'log':
        this.#print(report.level, `[${baseOf(uri)}] ${report.text}`);
        break;
    }
  }

  #mark(file: string, uri: Uri, error: ScriptError): void {
    const { message, stack, line = 1, column = 1 } = error;
    this.#unmark(file);
    const at = placeOf(error, file, uri);
    const range = new Range(line - 1, column - 1, line - 1, column - 1);
    const text = plainLine(this.#ports.redact(message));
    const diagnostic = new Diagnostic(range, text, DiagnosticSeverity.Error);
    diagnostic.source = 'WebSocket Monitor';
    this.#diagnostics.set(at, [diagnostic]);
    this.#marked.set(file, at);
    this.#print('error', `[${baseOf(uri)}] ${stack ?? message}`);
  }

  #unmark(file: string): void {
    const at = this.#marked.get(file);
    if (at) {
      this.#marked.delete(file);
      this.#diagnostics.delete(at);
    }
  }

  #forgetOthers(): void {
    for (const file of [...this.#marked.keys()]) {
      if (!this.#ports.scripts.uriOf(file)) {
        this.#unmark(file);
      }
    }
  }

  async #tellOfEnd(uri: Uri, reason: string): Promise<void> {
    const open = l10n.t('Open Decoder');
    const text = this.#ports.redact(reason);
    const sentence = [l10n.t('The decoder {0} was stopped: {1}'), baseOf(uri), text] as const;
    this.#print('error', `[${baseOf(uri)}] ${reason}`);
    if ((await showWarning(sentence, open)) === open) {
      await window.showTextDocument(uri);
    }
  }

  #print(level: string, text: string): void {
    this.#output ??= redactedLog(
      this.#store.add(openLog('WebSocket Monitor: Decoders')),
      this.#ports.redact,
    );
    switch (level) {
      case 'error':
        this.#output.error(text);
        break;
      case 'warn':
        this.#output.warn(text);
        break;
      case 'debug':
        this.#output.debug(text);
        break;
      case 'trace':
        this.#output.trace(text);
        break;
      default:
        this.#output.info(text);
    }
  }
}

/** Another file that the decoder imports, if the error is there: beside the decoder, or below that. */
function placeOf({ file = '' }: ScriptError, decoder: string, uri: Uri): Uri {
  const top = decoder.slice(0, -baseOf(Uri.file(decoder)).length);
  const isOther = file !== decoder && file.startsWith(top) && !/[\\/]\.\.[\\/]/.test(file);
  return isOther ? Uri.joinPath(uri, '..', file.slice(top.length)) : uri;
}

function baseOf({ path }: Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
