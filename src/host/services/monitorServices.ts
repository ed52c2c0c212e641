import { l10n, ViewColumn, type ExtensionContext } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { Event } from '../../core/base/event.ts';
import type { Clock } from '../../core/base/clock.ts';
import { DisposableStore } from '../../core/base/lifecycle.ts';
import { once } from '../../core/base/once.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { UnmaskedHandshakes } from '../../core/secrets/unmaskedHandshakes.ts';
import type { ScriptReport } from '../../core/decode/script/script.ts';
import type { StartExport } from '../../core/export/exportJob.ts';
import type { Formats } from '../../core/base/format.ts';
import { DecoderRules } from '../decoding/decoderRules.ts';
import { DecoderChoices } from '../decoding/decoderChoices.ts';
import { ProtobufSchemas } from '../decoding/protobufSchemas.ts';
import { ContributedDecoders } from '../decoding/scripts/contributedDecoders.ts';
import { ScriptReports } from '../decoding/scripts/scriptReports.ts';
import { Scripts, type ScriptsPorts } from '../decoding/scripts/scripts.ts';
import type { SchemaFilesPorts } from '../decoding/schemaFiles.ts';
import type { DecodeAsParts } from '../decoding/decodeAs.ts';
import type { ScopedRule } from '../decoding/protobufSteps.ts';
import type { ExportParts } from '../captures/exportChoices.ts';
import type { Clearing } from '../connections/commands/clearing.ts';
import type { Connections } from '../connections/connections.ts';
import type { createLibrary } from '../library/createLibrary.ts';
import { ComposerModel } from '../monitor/composerModel.ts';
import { PayloadDocuments } from '../captures/payloadDocuments.ts';
import { SavedFilters } from '../captures/savedFilters.ts';
import type { Targets } from '../connections/targets.ts';
import type { Slots } from '../slots/slots.ts';
import { settingIn } from '../settings/settingValues.ts';
import type { SettingsService } from '../settings/settings.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { createSending } from '../sending/sending.ts';
import { Sources } from '../captures/sources.ts';
import type { RuleParts } from '../held/addRule.ts';
import { HeldModel } from '../held/heldModel.ts';
import { KeptLayout } from '../monitor/keptLayout.ts';
import type { Ranges } from '../monitor/messagesText.ts';
import { MonitorPanel } from '../monitor/monitorPanel.ts';
import { NotConnected } from '../monitor/notConnected.ts';
import { PanelModel } from '../monitor/panelModel.ts';
import { unlessCancelled } from '../ui/prompts.ts';
import { pageRequests } from '../monitor/requests.ts';
import { watchRequests } from '../monitor/watchRequests.ts';
import type { WatchService } from '../watch/watchService.ts';

/** How many rows are read as text where no page says which. */
const newestCount = 100;

export interface MonitorServiceParts {
  readonly context: Pick<ExtensionContext, 'extensionUri' | 'globalState'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly connections: Connections;
  readonly slots: Slots;
  /** What rules are added to. */
  readonly ruleParts: () => RuleParts;
  readonly targets: Targets;
  readonly watch: WatchService;
  readonly library: ReturnType<typeof createLibrary>;
  readonly sending: ReturnType<typeof createSending>;
  readonly secrets: Secrets;
  readonly settings: Pick<SettingsService, 'current' | 'onDidChange'>;
  readonly formats: Formats;
  readonly plainHandshakes: UnmaskedHandshakes;
  readonly clearing: Clearing;
  /** Masks the secrets that were used in this window. */
  readonly redact: (text: string) => string;
  readonly captures: {
    readonly archive: CaptureArchive;
    readonly openView: (query: ViewQuery, tail?: number) => CaptureView;
    readonly startExport: StartExport;
    readonly onDidReportScript: Event<ScriptReport>;
  };
  readonly filePorts: SchemaFilesPorts & Pick<ScriptsPorts, 'findFile'>;
  readonly showMessages: () => void;
  readonly onDidChangeOpen: (isOpen: boolean) => void;
  readonly onFilter: () => void;
  readonly onDidOpenCaptures: (areOpen: boolean) => void;
}

export type MonitorServices = ReturnType<typeof createMonitorServices>;

/** Creates the monitor panel and the services that it uses. */
export function createMonitorServices(parts: MonitorServiceParts) {
  const { context, clock, log, connections, slots, secrets, formats, captures, showMessages } =
    parts;
  const store = new DisposableStore();
  const { library, sending, targets } = parts;
  const { archive, openView, startExport } = captures;
  const sources = store.add(new Sources({ connections, slots, archive, log }));
  store.add(sources.onDidChange(() => parts.onDidOpenCaptures(sources.haveCaptures)));
  const notConnected = store.add(
    new NotConnected({ connections, settings: parts.settings, sources, archive, log }),
  );
  const documents = new PayloadDocuments(sources);
  const filters = store.add(new SavedFilters(context.globalState));
  const now = () => clock.now();
  const model = store.add(
    new PanelModel({ sources, notConnected, openView, now, log, onFilter: parts.onFilter }),
  );
  const exporting: ExportParts = {
    sources,
    archive,
    secrets,
    formats,
    log,
    placeOf: name => notConnected.placeOf(name),
    now,
    openView,
    startExport,
    currentView: () => model.shownRows,
  };
  const filePorts = { clock, log, ...parts.filePorts };
  const schemas = store.add(new ProtobufSchemas(filePorts));
  const scripts = store.add(new Scripts(filePorts));
  const contributed = store.add(new ContributedDecoders(log));
  store.add(
    new ScriptReports({
      onDidReport: captures.onDidReportScript,
      scripts,
      redact: parts.redact,
      log,
    }),
  );
  const rules = store.add(
    new DecoderRules({
      schemas,
      scripts,
      contributed,
      onDidChangeSettings: listener => parts.settings.onDidChange(listener),
      log,
    }),
  );
  const choices = store.add(new DecoderChoices({ sources, rules }));
  const decoding: DecodeAsParts = {
    extensionUri: context.extensionUri,
    redact: parts.redact,
    sources,
    choices,
    contributed,
    formats,
    current: () => {
      const [source] = model.shown;
      return source && { source };
    },
    protobuf: { schemas, rules },
    keepRule: async (rule, scope) => {
      const { files } = parts.ruleParts();
      const own = settingIn(scope, 'decoders');
      const count = Array.isArray(own) ? own.length : 0;
      await files.write(scope, [
        { setting: 'decoders', kind: 'append', path: [], value: rule },
        { setting: 'decoders', kind: 'move', path: [], from: count, to: 0 },
      ]);
    },
  };
  const texts = once(async () => {
    const { TextReports } = await import('../ui/textReports.ts');
    return store.add(new TextReports('websocket-monitor-text'));
  });
  const openText = async (generation: number, ranges: Ranges) => {
    const { messagesText } = await import('../monitor/messagesText.ts');
    const text = await messagesText({ sources, formats }, model.viewOf(generation), ranges);
    await (await texts()).show(l10n.t('Messages'), text);
  };
  const newDecoder = async (generation: number, ranges: Ranges | undefined) => {
    const load = await import('../decoding/newDecoder.ts');
    const [source] = model.shown;
    const rows = ranges && (await load.rowsIn(model.viewOf(generation), ranges));
    const subject =
      (rows && load.subjectOf(sources, rows)) ??
      (source && (await load.subjectAround(source, undefined)));
    await unlessCancelled(load.newDecoder(decoding, subject));
  };
  const showKeyboardHelp = async () => {
    const { keyboardHelp } = await import('../monitor/keyboardHelp.ts');
    // Beside the monitor, whose keys it is about.
    await (await texts()).show(l10n.t('Keyboard Help'), keyboardHelp(), ViewColumn.Beside);
  };
  const held = store.add(
    new HeldModel({
      slots,
      clock,
      selected: () => model.view.selected,
      addRule: async (slot, seq) => {
        const { addRuleLike } = await import('../held/addRule.ts');
        await unlessCancelled(addRuleLike(parts.ruleParts(), slot, seq));
      },
    }),
  );
  const composer = store.add(
    new ComposerModel({ ...library, ...sending, connections, targets, secrets }),
  );
  const panel = store.add(
    new MonitorPanel({
      root: context.extensionUri,
      clock,
      log,
      connections,
      sources,
      notConnected,
      formats,
      model,
      filters,
      composer,
      held,
      clearing: parts.clearing,
      layout: new KeptLayout(context.globalState, log),
      handlers: {
        ...composer.handlers,
        ...held.handlers,
        ...watchRequests({ clock, sources, watch: parts.watch }),
        ...pageRequests({
          connections,
          slots,
          notConnected,
          sources,
          model,
          documents,
          filters,
          decodeSelection: async (capture, selection) => {
            const { decodeSelection } = await import('../decoding/decodeSelection.ts');
            const withSchemas = (rule: ScopedRule) => rules.chosenRead(rule);
            return decodeSelection(
              { protobuf: { schemas, rules }, withSchemas },
              capture,
              selection,
            );
          },
          showMessages,
          openText,
          newDecoder,
          openDecoder: async (source, name) => {
            const { openDecoder } = await import('../decoding/openDecoder.ts');
            await openDecoder({ choices, scripts }, source, name);
          },
          showKeyboardHelp,
          plainHandshakes: parts.plainHandshakes,
          clearing: parts.clearing,
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
  /** The selected rows, or those on screen; the newest ones while no page is on screen. */
  const openMessagesAsText = async () => {
    const { first, next, generation } = model.list;
    if (first === next) {
      throw new UserError(l10n.t('There are no messages to be read.'));
    }
    if (!panel.askForText()) {
      await openText(generation, [[Math.max(first, next - newestCount), next]]);
    }
  };
  /** For the selected rows; for the newest messages while no page is on screen. */
  const askForDecoder = async () => {
    if (!panel.askForDecoder()) {
      await newDecoder(model.list.generation, undefined);
    }
  };
  return {
    panel,
    held,
    documents,
    exporting,
    decoding,
    askForDecoder,
    showKeyboardHelp,
    openMessagesAsText,
    dispose: () => store.dispose(),
  };
}
