// The host's own monitor for a page in a test's browser. Only the editor (`fakeVscode`), the network
// and the wall clock are replaced.
import { basename } from 'node:path';
import type { ExtensionContext, TreeView } from 'vscode';
import type { Clock } from '../../../src/core/base/clock.ts';
import type { Disposable } from '../../../src/core/base/lifecycle.ts';
import type { CaptureView, ViewQuery } from '../../../src/core/capture/view.ts';
import type { Opened } from '../../../src/core/connection/wire/transport.ts';
import { readSettings } from '../../../src/core/settings/profile.ts';
import type { MonitoredConnection } from '../../../src/host/connections/monitoredConnection.ts';
import type { LibraryNode } from '../../../src/host/library/libraryTree.ts';
import type { ViewChange } from '../../../src/host/monitor/panelModel.ts';
import type { Slots } from '../../../src/host/slots/slots.ts';
import type { MonitorServices } from '../../../src/host/services/monitorServices.ts';
import type { CaptureService } from '../../../src/node/capture/captureService.ts';
import * as filePorts from '../../../src/node/onFirstUse.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import { silentLog } from '../capture/captures.ts';
import { editor, uriOf } from '../host/fakeVscode.ts';
import type { FakeWebviewPanel } from '../host/fakeWebview.ts';
import { memento } from '../host/memento.ts';
import { noSessions } from '../watch/noSessions.ts';
import { userSettings } from '../host/settings.ts';
import { FakeNetwork, type FakeTransport } from '../network/fakeNetwork.ts';
import { until } from '../until.ts';
import { marketRow, rowMs, startedAt, type RowMaker } from './marketRows.ts';
import { PageBridge } from './pageBridge.ts';
import { noOutput } from '../textRuns.ts';

// They import the editor, which is replaced when `fakeVscode` has run.
const { createConnectionServices } =
  await import('../../../src/host/services/connectionServices.ts');
const { createMonitorServices } = await import('../../../src/host/services/monitorServices.ts');
const { Secrets } = await import('../../../src/host/secrets/secrets.ts');
const { SecretRegistry } = await import('../../../src/host/secrets/secretRegistry.ts');
const { UnmaskedHandshakes } = await import('../../../src/core/secrets/unmaskedHandshakes.ts');
const { Formats } = await import('../../../src/core/base/format.ts');

export interface ConnectionScenario {
  readonly name?: string;
  readonly url?: string;
  /** Settings of the connection by their keys. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** How many rows its capture has, those of its opening counted; by default 1204. */
  readonly rowCount?: number;
  readonly rowAt?: RowMaker;
  /** What became of the attempt to connect; open by default. */
  readonly attempt?: (transport: FakeTransport) => void;
}

export interface HostScenario {
  readonly connections?: readonly ConnectionScenario[];
  readonly view?: ViewChange;
  /** Connections of the settings that are not opened. */
  readonly configured?: readonly { readonly name: string; readonly url: string }[];
  /** Whether settings name the connections; by default they do. */
  readonly isConfigured?: boolean;
  /** The workspace's file of saved messages. */
  readonly library?: object;
  /** The environment in use, of the workspace. */
  readonly environment?: string;
  /** Stands between the list and its view. */
  readonly wrapView?: (view: CaptureView, query: ViewQuery) => CaptureView;
}

const opened: Opened = { subprotocol: 'v2.market.example', extensions: 'permessage-deflate' };
const unlimited = { maxRows: Infinity, maxBytes: Infinity };
/** No heartbeat: its rows would come in between those of a test. */
const quiet = { 'heartbeat.ping': false };

/** The system's clock, but for the time of day: it stands still until it is set. */
class SetClock implements Clock {
  #base: number;
  #setAt: number | undefined;

  constructor(now: number) {
    this.#base = now;
  }

  set(now: number): void {
    this.#base = now;
    this.#setAt = systemClock.monotonic();
  }

  now(): number {
    const passed = this.#setAt === undefined ? 0 : systemClock.monotonic() - this.#setAt;
    return this.#base + passed;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  schedule(delayMs: number, task: () => void): Disposable {
    return systemClock.schedule(delayMs, task);
  }

  afterInput(task: () => void): Disposable {
    return systemClock.afterInput(task);
  }
}

export class MonitorHost {
  readonly connections: readonly MonitoredConnection[];
  readonly slots: Slots;
  readonly monitor: MonitorServices;
  readonly panel: FakeWebviewPanel;
  readonly bridge: PageBridge;
  readonly network: FakeNetwork;
  readonly #captures: CaptureService;
  readonly #rowMakers: readonly RowMaker[];
  readonly #dispose: () => void;

  private constructor(
    parts: Pick<MonitorHost, 'connections' | 'slots' | 'monitor' | 'panel' | 'network'>,
    captures: CaptureService,
    rowMakers: readonly RowMaker[],
    dispose: () => void,
  ) {
    this.connections = parts.connections;
    this.slots = parts.slots;
    this.monitor = parts.monitor;
    this.panel = parts.panel;
    this.network = parts.network;
    this.bridge = new PageBridge(parts.panel);
    this.#captures = captures;
    this.#rowMakers = rowMakers;
    this.#dispose = dispose;
  }

  /** Makes the connections with their rows and opens the panel; the page is the caller's. */
  static async start(captures: CaptureService, scenario: HostScenario): Promise<MonitorHost> {
    const {
      connections: wanted = [{}],
      wrapView = (view: CaptureView) => view,
      isConfigured = true,
      configured = [],
      environment,
    } = scenario;
    editor.files.clear();
    editor.panels.length = 0;
    editor.executed.length = 0;
    editor.answer = () => undefined;
    if (scenario.library) {
      editor.files.set('/folder/.vscode/websocket-monitor.json', JSON.stringify(scenario.library));
    }
    const clock = new SetClock(startedAt);
    const stored = new Map([['apiKey', 'k3y-of-the-page']]);
    const context = {
      extensionUri: uriOf('/'),
      globalStorageUri: uriOf('/user'),
      globalState: memento({ secretNames: [...stored.keys()] }),
      workspaceState: memento(
        environment === undefined
          ? {}
          : { 'library.environment': { name: environment, origin: 'workspace' } },
      ),
      secrets: {
        get: (name: string) => Promise.resolve(stored.get(name)),
        store: () => Promise.resolve(),
        delete: () => Promise.resolve(),
        keys: () => Promise.resolve([...stored.keys()]),
        onDidChange: () => ({ dispose: () => undefined }),
      },
    } as unknown as ExtensionContext;
    const fail = (error: unknown) => {
      throw error;
    };
    const secrets = new Secrets(context, new SecretRegistry());
    const network = new FakeNetwork();
    const settings = {
      current: readSettings(userSettings(key => (key === 'connections' ? configured : undefined))),
      onDidChange: () => ({ dispose: () => undefined }),
    };
    const connecting = createConnectionServices({
      context,
      clock,
      log: silentLog,
      random: () => 0,
      secrets,
      settings,
      output: noOutput,
      captures,
      loadDial: () => Promise.resolve(() => network.dial),
      runCommand: () => Promise.reject(new Error('No command is run here')),
      debugSessions: noSessions(),
      connectDebugger: () => Promise.reject(new Error('Nothing is debugged here')),
      readFile: () => Promise.resolve({ kind: 'bytes', bytes: new Uint8Array(2048) }),
      messagesView: {
        selection: [],
        onDidChangeVisibility: () => ({ dispose: () => undefined }),
        onDidChangeSelection: () => ({ dispose: () => undefined }),
      } as unknown as TreeView<LibraryNode>,
      places: () => ({
        isConfigured: () => isConfigured,
        settingFor: (_name, key) => (isConfigured ? key : undefined),
      }),
      onError: fail,
      onSent: () => undefined,
      formats: new Formats('en', () => 'UTC'),
      panel: () => Promise.resolve(monitor.panel),
      profiles: () => [],
    });
    const monitor = createMonitorServices({
      context,
      clock,
      log: silentLog,
      connections: connecting.connections,
      slots: connecting.slots,
      targets: connecting.targets,
      library: connecting.library,
      sending: connecting.sending,
      secrets,
      settings,
      formats: new Formats('en', () => 'UTC'),
      plainHandshakes: new UnmaskedHandshakes(() => 'key'),
      clearing: connecting.clearing,
      ruleParts: () => {
        throw new Error('There are no taps here');
      },
      watch: connecting.watch,
      onFilter: () => undefined,
      captures: {
        archive: captures.archive,
        startExport: captures.startExport,
        onDidReportScript: captures.onDidReportScript,
        openView: (query, tail) => wrapView(captures.openView(query, tail), query),
      },
      filePorts,
      redact: text => text,
      showMessages: () => undefined,
      onDidChangeOpen: () => undefined,
      onDidOpenCaptures: () => undefined,
    });
    const connections: MonitoredConnection[] = [];
    for (const each of wanted) {
      const { name = 'Market data', url = 'wss://stream.example.com/v2/market' } = each;
      const settings: Readonly<Record<string, unknown>> = {
        ...quiet,
        ...each.settings,
        connections: [{ name, url }],
      };
      const { profiles, problems } = readSettings(userSettings(key => settings[key]));
      const [profile] = profiles;
      if (!profile || problems.length > 0) {
        throw new Error(`Settings of a test: ${problems.join(' ')}`);
      }
      const monitored = connecting.connections.open(profile);
      connections.push(monitored);
      monitored.connection.connect();
      const count = network.attempts.length;
      await until('no attempt was made', () => network.attempts.length > count);
      (each.attempt ?? (transport => transport.open(opened)))(network.last);
    }
    monitor.panel.show();
    const [panel] = editor.panels;
    if (!panel) {
      throw new Error('The panel was not opened');
    }
    const rowMakers = wanted.map(({ rowAt = marketRow }) => rowAt);
    const { slots } = connecting;
    const parts = { connections, slots, monitor, panel, network };
    const host = new MonitorHost(parts, captures, rowMakers, () => {
      monitor.dispose();
      connecting.dispose();
      secrets.dispose();
    });
    for (const [index, { rowCount = 1204 }] of wanted.entries()) {
      await host.growTo(rowCount, index);
    }
    clock.set(startedAt + 1204 * rowMs);
    const [first] = connections;
    monitor.panel.set({ ...(first && { selected: first.id }), ...scenario.view });
    return host;
  }

  /** Lets the first capture, or another, grow by so many rows. */
  async grow(count: number, index = 0): Promise<void> {
    const { capture } = this.#connection(index);
    await capture.flush();
    await this.growTo(capture.extent.next + count, index);
  }

  async growTo(next: number, index = 0): Promise<void> {
    const { capture } = this.#connection(index);
    const rowAt = this.#rowMakers[index];
    // What the connection itself has written comes first.
    await capture.flush();
    for (let seq = capture.extent.next; rowAt && seq < next; seq++) {
      const { at, flags, payload } = rowAt(seq);
      capture.append(at, flags, payload);
    }
    await capture.flush();
  }

  /** Waits until so many attempts to connect were made. */
  untilAttempts(count: number): Promise<void> {
    const { attempts } = this.network;
    return until(`not ${count} attempts`, () => attempts.length >= count);
  }

  /** Shows the capture of an earlier window, of three rows. */
  async showCapture(name: string): Promise<void> {
    const capture = this.#captures.open({ name, url: 'wss://old.example', ...unlimited });
    for (const seq of [2, 3, 4]) {
      const { at, flags, payload } = marketRow(seq);
      capture.append(at, flags, payload);
    }
    await capture.flush();
    const key = basename(capture.storage.path ?? '');
    capture.dispose();
    const { sources } = this.monitor.exporting;
    const { id } = await sources.withKey(key);
    this.setView({ selected: id });
  }

  /** Changes what is looked at, as a command of the editor does. */
  setView(change: ViewChange): void {
    this.monitor.panel.set(change);
  }

  dispose(): void {
    this.#dispose();
  }

  #connection(index: number): MonitoredConnection {
    const connection = this.connections[index];
    if (!connection) {
      throw new RangeError(`There is no connection ${index}`);
    }
    return connection;
  }
}
