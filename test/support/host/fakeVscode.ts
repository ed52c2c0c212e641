// As much of the editor as the host's files need in a test: import this file first, then
// `await import` what is tested. The integration tests run the same files in the real editor.
import { registerHooks } from 'node:module';
import { posix } from 'node:path';
import type { Uri as EditorUri } from 'vscode';
import { Emitter, type Event } from '../../../src/core/base/event.ts';
import { FakeWebviewPanel } from './fakeWebview.ts';

/** What the user is shown, and may be asked to answer. */
export interface Shown {
  readonly as: 'warning' | 'information' | 'error' | 'pick' | 'input';
  readonly text: string;
  readonly detail: string;
  /** What can be chosen, the default first. */
  readonly choices: readonly string[];
  /** The choices of a quick pick with their descriptions. */
  readonly described?: readonly string[];
  readonly isModal: boolean;
  /** Of an input box: what stands in it at first, and whether it hides what is typed. */
  readonly value?: string;
  readonly isHidden?: boolean;
}

export interface FakeEditor {
  /** Files by path. */
  readonly files: Map<string, string>;
  /** Paths of files with changes that are not saved. */
  readonly unsaved: Set<string>;
  /** What the settings API was asked to write. */
  readonly updates: (readonly [setting: string, value: unknown, target: number])[];
  /** What a path below `files` is for the settings. */
  userFile: string;
  workspaceFile: string;
  folders: readonly string[];
  workspacePath: string | undefined;
  remoteName: string | undefined;
  isTrusted: boolean;
  /** How the files are read as settings: JSON with comments. */
  parse: (text: string) => unknown;
  /** All that the user was shown, in order. */
  readonly shown: Shown[];
  /** What the user chooses or types: a choice in words; nothing, as by Escape, unless a test says. */
  answer: (shown: Shown) => string | undefined | Promise<string | undefined>;
  /** Commands that were run. */
  readonly executed: string[];
  /** What was registered for commands, by their ids. */
  readonly commands: Map<string, (...args: readonly unknown[]) => unknown>;
  clipboard: string;
  /** Where pages load their files from. */
  webviewOrigin: string;
  /** Tabs with pages, in the order in which they were opened. */
  readonly panels: FakeWebviewPanel[];
  /** The texts of new documents that were opened. */
  readonly untitled: string[];
  /** What is marked in files, as `line:column message` from 1 on, by their paths. */
  readonly marks: Map<string, readonly string[]>;
  /** The extensions that are installed; `extensionsChanged` says that they are others. */
  extensions: readonly {
    readonly id: string;
    readonly path: string;
    readonly packageJSON: unknown;
  }[];
  readonly extensionsChanged: Emitter<undefined>;
  /** Whether no folder can be made. */
  readOnly: boolean;
  /** The lines of output channels, as `channel: level text`. */
  readonly logged: string[];
  /** The paths of documents that were shown. */
  readonly opened: string[];
  /** The folders whose files are watched, each with what tells its watcher of a file. */
  readonly watched: { readonly folder: string; readonly tell: (path: string) => void }[];
}

export const editor: FakeEditor = {
  files: new Map<string, string>(),
  unsaved: new Set<string>(),
  updates: [],
  userFile: '/data/User/settings.json',
  workspaceFile: '/folder/.vscode/settings.json',
  folders: ['/folder'],
  workspacePath: undefined,
  remoteName: undefined,
  isTrusted: true,
  parse: JSON.parse,
  shown: [],
  executed: [],
  commands: new Map<string, (...args: readonly unknown[]) => unknown>(),
  clipboard: '',
  webviewOrigin: 'https://webview.test',
  panels: [],
  untitled: [],
  marks: new Map<string, readonly string[]>(),
  extensions: [],
  extensionsChanged: new Emitter<undefined>(),
  readOnly: false,
  logged: [],
  opened: [],
  watched: [],
  answer: () => undefined,
};

class Uri {
  readonly path: string;
  readonly scheme: string;

  /** A path such as `vscode-vfs:/folder` is not on a disk. */
  constructor(path: string) {
    const [, scheme = 'file', rest = path] = /^([a-z-]+):(.*)$/.exec(path) ?? [];
    this.path = rest;
    this.scheme = scheme;
  }

  static parse(text: string): Uri {
    return new Uri(text.replace(/^file:\/\//, ''));
  }

  get fsPath(): string {
    return this.path;
  }

  static from({ path }: { readonly path: string }): Uri {
    return new Uri(path);
  }

  static file(path: string): Uri {
    return new Uri(path);
  }

  with({ path }: { readonly path: string }): Uri {
    return new Uri(path);
  }

  toString(): string {
    return `${this.scheme}://${this.path}`;
  }

  static joinPath({ path, scheme }: Uri, ...parts: readonly string[]): Uri {
    const joined = posix.join(path, ...parts);
    return new Uri(scheme === 'file' ? joined : `${scheme}:${joined}`);
  }
}

class FileSystemError extends Error {
  readonly code = 'FileNotFound';
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function settingsOf(path: string): Readonly<Record<string, unknown>> {
  const text = editor.files.get(path);
  const whole = (text === undefined ? {} : (editor.parse(text) ?? {})) as Record<string, unknown>;
  const isWorkspace = path.endsWith('.code-workspace');
  return (isWorkspace ? (whole['settings'] ?? {}) : whole) as Record<string, unknown>;
}

/** As the editor has it: a dotted name is a path into objects, and those of one path are one. */
function settingAt(path: string, key: string): unknown {
  const root: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settingsOf(path))) {
    const steps = name.split('.');
    const last = steps.pop() ?? '';
    let place = root;
    for (const step of steps) {
      const known = place[step];
      const next = typeof known === 'object' && known !== null ? { ...known } : {};
      place[step] = next;
      place = next;
    }
    place[last] = value;
  }
  let found: unknown = root;
  for (const step of key.split('.')) {
    found = (found as Record<string, unknown> | undefined)?.[step];
  }
  return found;
}

const nothingHappens = () => ({ dispose: () => undefined });

const workspace = {
  get textDocuments() {
    return [...editor.unsaved].map(path => ({ isDirty: true, uri: new Uri(path) }));
  },
  get workspaceFile() {
    return editor.workspacePath === undefined ? undefined : new Uri(editor.workspacePath);
  },
  get name() {
    return (editor.workspacePath ?? editor.folders[0])?.split('/').at(-1);
  },
  get workspaceFolders() {
    return editor.folders.map(path => ({
      uri: new Uri(path),
      name: path.split('/').at(-1) ?? '',
    }));
  },
  get isTrusted() {
    return editor.isTrusted;
  },
  getWorkspaceFolder: ({ path }: Uri) => {
    const index = editor.folders.findIndex(folder => path.startsWith(`${folder}/`));
    return index < 0 ? undefined : { index, uri: new Uri(editor.folders[index] ?? '') };
  },
  asRelativePath: ({ path }: Uri) =>
    path.slice((editor.folders.find(folder => path.startsWith(`${folder}/`))?.length ?? -1) + 1),
  openTextDocument: ({ content }: { readonly content?: string } = {}) => {
    if (content !== undefined) {
      editor.untitled.push(content);
    }
    return Promise.resolve({});
  },
  registerTextDocumentContentProvider: nothingHappens,
  createFileSystemWatcher: ({ baseUri }: RelativePattern) => {
    const changed = new Emitter<Uri>();
    const watch = {
      folder: baseUri.path,
      tell: (path: string) => changed.fire(new Uri(path)),
    };
    editor.watched.push(watch);
    return {
      onDidCreate: nothingHappens,
      onDidChange: changed.event,
      onDidDelete: nothingHappens,
      dispose: () => {
        editor.watched.splice(editor.watched.indexOf(watch), 1);
        changed.dispose();
      },
    };
  },
  fs: {
    stat: ({ path }: Uri): Promise<object> =>
      editor.files.has(path)
        ? Promise.resolve({ type: 1, size: editor.files.get(path)?.length ?? 0 })
        : Promise.reject(new FileSystemError(path)),
    readFile: ({ path }: Uri): Promise<Uint8Array> => {
      const text = editor.files.get(path);
      return text === undefined
        ? Promise.reject(new FileSystemError(path))
        : Promise.resolve(encoder.encode(text));
    },
    createDirectory: (): Promise<void> =>
      editor.readOnly ? Promise.reject(new Error('EROFS')) : Promise.resolve(),
    /** Only files, and none without a file. */
    readDirectory: ({ path }: Uri) => {
      const names = [...editor.files.keys()]
        .filter(file => posix.dirname(file) === path)
        .map(file => [posix.basename(file), 1] as const);
      return names.length > 0 ? Promise.resolve(names) : Promise.reject(new FileSystemError(path));
    },
    writeFile: ({ path }: Uri, bytes: Uint8Array): Promise<void> => {
      editor.files.set(path, decoder.decode(bytes));
      return Promise.resolve();
    },
  },
  onDidChangeConfiguration: nothingHappens,
  onDidGrantWorkspaceTrust: nothingHappens,
  onDidChangeWorkspaceFolders: nothingHappens,
  getConfiguration: (section?: string, folder?: Uri) => ({
    // Of a workspace that is not trusted the editor leaves out only the keys that the manifest names:
    // this one leaves out nothing, which is worse.
    inspect: (name: string) => {
      const key = section === undefined ? name : `${section}.${name}`;
      const own = folder && `${folder.path}/.vscode/settings.json`;
      return {
        globalValue: settingAt(editor.userFile, key),
        workspaceValue: settingAt(editor.workspacePath ?? editor.workspaceFile, key),
        workspaceFolderValue: own === undefined ? undefined : settingAt(own, key),
      };
    },
    update: (key: string, value: unknown, target: number): Promise<void> => {
      editor.updates.push([key, value, target]);
      return Promise.resolve();
    },
  }),
};

type Choice = string | { readonly title: string };
type Message = (text: string, ...rest: readonly unknown[]) => Promise<Choice | undefined>;

const titleOf = (choice: Choice) => (typeof choice === 'string' ? choice : choice.title);

function show(shown: Shown): Promise<string | undefined> {
  editor.shown.push(shown);
  return Promise.resolve(editor.answer(shown));
}

const message =
  (as: Shown['as']): Message =>
  async (text, ...rest) => {
    const [options, ...others] = rest as [{ modal?: boolean; detail?: string } | Choice];
    const isOptions = typeof options === 'object' && !('title' in options);
    const { modal: isModal = false, detail = '' } = isOptions ? options : {};
    const choices = (isOptions ? others : rest) as readonly Choice[];
    const answer = await show({ as, text, detail, isModal, choices: choices.map(titleOf) });
    return choices.find(choice => titleOf(choice) === answer);
  };

class ThemeIcon {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

interface InputOptions {
  readonly title?: string;
  readonly prompt?: string;
  readonly value?: string;
  readonly password?: boolean;
}

const window = {
  createWebviewPanel: () => {
    const panel = new FakeWebviewPanel(editor.webviewOrigin);
    editor.panels.push(panel);
    return panel;
  },
  showTextDocument: ({ path }: { readonly path?: string }) => {
    if (path !== undefined) {
      editor.opened.push(path);
    }
    return Promise.resolve({});
  },
  createOutputChannel: (name: string) => {
    const line = (level: string) => (text: string) =>
      void editor.logged.push(`${name}: ${level} ${text}`);
    return {
      trace: line('trace'),
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      show: () => undefined,
      dispose: () => undefined,
    };
  },
  withProgress: (_options: unknown, task: (progress: object, token: object) => unknown) =>
    task({ report: () => undefined }, { onCancellationRequested: nothingHappens }),
  createStatusBarItem: () => ({
    show: () => undefined,
    hide: () => undefined,
    dispose: () => undefined,
  }),
  showWarningMessage: message('warning'),
  showInformationMessage: message('information'),
  showErrorMessage: message('error'),
  /** Several are chosen by their labels with commas in between. */
  showQuickPick: async (
    items: readonly { readonly label: string; readonly description?: string }[],
    options: { readonly placeHolder?: string; readonly canPickMany?: boolean } = {},
  ) => {
    const { placeHolder: text = '', canPickMany = false } = options;
    const choices = items.map(({ label }) => label);
    const described = items.map(({ label, description = '' }) => `${label} ${description}`);
    const answer = await show({ as: 'pick', text, detail: '', isModal: false, choices, described });
    // One of several that are called the same is named with its description.
    return canPickMany
      ? answer && items.filter(({ label }) => answer.split(', ').includes(label))
      : items.find(
          ({ label, description = '' }) => label === answer || `${label} ${description}` === answer,
        );
  },
  showOpenDialog: async () => {
    const shown: Shown = { as: 'pick', text: '', detail: '', isModal: true, choices: [] };
    const path = await show(shown);
    return path === undefined ? undefined : [new Uri(path)];
  },
  showInputBox: ({ title: text = '', prompt: detail = '', value = '', password }: InputOptions) =>
    show({
      as: 'input',
      text,
      detail,
      isModal: false,
      choices: [],
      value,
      isHidden: password === true,
    }),
};

class RelativePattern {
  readonly baseUri: Uri;
  readonly pattern: string;

  constructor(baseUri: Uri, pattern: string) {
    this.baseUri = baseUri;
    this.pattern = pattern;
  }
}

class ThemeColor {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/** A value that the editor only takes in to draw it. */
class Drawn {
  readonly given: readonly unknown[];

  constructor(...given: readonly unknown[]) {
    this.given = given;
  }
}

function markOf({ given: [range, message] }: Drawn): string {
  const [line, column] = (range as Drawn).given;
  return `${Number(line) + 1}:${Number(column) + 1} ${String(message)}`;
}

class MarkdownString {
  value: string;

  constructor(value = '') {
    this.value = value;
  }

  appendCodeblock(code: string): this {
    this.value += code;
    return this;
  }
}

class EditorEmitter<T> {
  readonly #emitter = new Emitter<T>();
  readonly event: Event<T> = this.#emitter.event;

  fire(value: T): void {
    this.#emitter.fire(value);
  }

  dispose(): void {
    this.#emitter.dispose();
  }
}

const api = {
  Uri,
  FileSystemError,
  RelativePattern,
  workspace,
  window,
  ThemeColor,
  EventEmitter: EditorEmitter,
  DataTransferItem: Drawn,
  Diagnostic: Drawn,
  MarkdownString,
  Range: Drawn,
  TabInputText: Drawn,
  TreeItem: Drawn,
  WorkspaceEdit: Drawn,
  DiagnosticSeverity: { Error: 0, Warning: 1 },
  extensions: {
    get all() {
      return editor.extensions.map(({ path, ...rest }) => ({
        ...rest,
        extensionUri: new Uri(path),
      }));
    },
    get onDidChange() {
      return editor.extensionsChanged.event;
    },
  },
  TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  UIKind: { Desktop: 1, Web: 2 },
  ViewColumn: { Active: -1, Beside: -2 },
  languages: {
    getLanguages: () => Promise.resolve(['plaintext']),
    createDiagnosticCollection: () => ({
      clear: () => editor.marks.clear(),
      set: ({ path }: Uri, diagnostics: readonly Drawn[]) =>
        editor.marks.set(path, diagnostics.map(markOf)),
      delete: ({ path }: Uri) => editor.marks.delete(path),
      dispose: () => editor.marks.clear(),
    }),
  },
  StatusBarAlignment: { Left: 1, Right: 2 },
  FileType: { Directory: 2, SymbolicLink: 64 },
  ConfigurationTarget: { Global: 1, Workspace: 2 },
  ThemeIcon,
  ProgressLocation: { Notification: 15 },
  /** No program is debugged. */
  debug: {
    activeDebugSession: undefined,
    onDidTerminateDebugSession: () => ({ dispose: () => undefined }),
  },
  env: {
    language: 'en',
    get remoteName() {
      return editor.remoteName;
    },
    clipboard: {
      readText: () => Promise.resolve(editor.clipboard),
      writeText: (text: string) => {
        editor.clipboard = text;
        return Promise.resolve();
      },
    },
  },
  commands: {
    executeCommand: (command: string) => Promise.resolve(void editor.executed.push(command)),
    registerCommand: (id: string, run: (...args: readonly unknown[]) => unknown) => {
      editor.commands.set(id, run);
      return { dispose: () => void editor.commands.delete(id) };
    },
  },
  l10n: {
    t: (text: string, ...values: readonly unknown[]) =>
      values.length === 0
        ? text
        : text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
};

/** A file of that path, as the editor hands it out. */
export const uriOf = (path: string) => new Uri(path) as unknown as EditorUri;

(globalThis as Record<string, unknown>)['fakeVscode'] = api;
const source = Object.keys(api).map(name => `export const ${name} = fakeVscode.${name};`);
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(source.join(''))}`, shortCircuit: true }
      : next(specifier, context),
});
