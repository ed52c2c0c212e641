import type { ExtensionContext } from 'vscode';
import type { Clock } from '../../core/base/clock.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { UnmaskedHandshakes } from '../../core/secrets/unmaskedHandshakes.ts';
import type { StartExport } from '../../core/export/exportJob.ts';
import type { Formats } from '../../core/base/format.ts';
import type { ExportParts } from '../captures/exportChoices.ts';
import type { Connections } from '../connections/connections.ts';
import type { createLibrary } from '../library/createLibrary.ts';
import { ComposerModel } from '../monitor/composerModel.ts';
import { PayloadDocuments } from '../captures/payloadDocuments.ts';
import { SavedFilters } from '../captures/savedFilters.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { createSending } from '../sending/sending.ts';
import { Sources } from '../captures/sources.ts';
import { MonitorPanel } from '../monitor/monitorPanel.ts';
import { PanelModel } from '../monitor/panelModel.ts';
import { pageRequests } from '../monitor/requests.ts';

export interface MonitorServiceParts {
  readonly context: Pick<ExtensionContext, 'extensionUri' | 'globalState'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: Connections;
  readonly library: ReturnType<typeof createLibrary>;
  readonly sending: ReturnType<typeof createSending>;
  readonly secrets: Secrets;
  readonly formats: Formats;
  readonly plainHandshakes: UnmaskedHandshakes;
  readonly captures: {
    readonly archive: CaptureArchive;
    readonly openView: (query: ViewQuery) => CaptureView;
    readonly startExport: StartExport;
  };
  readonly showMessages: () => void;
  readonly onDidChangeOpen: (isOpen: boolean) => void;
}

export type MonitorServices = ReturnType<typeof createMonitorServices>;

/** Creates the monitor panel and the services that it uses. */
export function createMonitorServices(parts: MonitorServiceParts) {
  const { context, clock, log, connections, secrets, formats, captures, showMessages } = parts;
  const store = new DisposableStore();
  const { library, sending } = parts;
  const { archive, openView, startExport } = captures;
  const sources = store.add(new Sources({ connections, archive, log }));
  const documents = new PayloadDocuments(sources);
  const filters = store.add(new SavedFilters(context.globalState));
  const now = () => clock.now();
  const model = store.add(new PanelModel({ sources, openView, now, log }));
  const exporting: ExportParts = {
    sources,
    archive,
    secrets,
    formats,
    log,
    now,
    openView,
    startExport,
    currentView: () => model.shownRows,
  };
  const composer = store.add(new ComposerModel({ ...library, ...sending, connections, secrets }));
  const panel = store.add(
    new MonitorPanel({
      root: context.extensionUri,
      clock,
      log,
      connections,
      sources,
      model,
      filters,
      composer,
      handlers: {
        ...composer.handlers,
        ...pageRequests({
          connections,
          sources,
          model,
          documents,
          filters,
          showMessages,
          plainHandshakes: parts.plainHandshakes,
          exportList: async ranges => {
            const shown = model.shownRows;
            if (shown) {
              const { exportSubject } = await import('../captures/export.ts');
              await exportSubject(exporting, { kind: 'shown', shown, ...(ranges && { ranges }) });
            }
          },
        }),
      },
      onDidChangeOpen: parts.onDidChangeOpen,
    }),
  );
  store.add(filters.onDidChange(() => panel.publishFilters()));
  return { panel, documents, exporting, dispose: () => store.dispose() };
}
