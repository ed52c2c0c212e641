// As much of the editor as reading and writing settings takes, so that host files run in a unit test:
// import this file first, then `await import` what is tested.
import { registerHooks } from 'node:module';

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
}

export const editor: FakeEditor = {
  files: new Map<string, string>(),
  unsaved: new Set<string>(),
  updates: [],
  ...{ userFile: '/data/User/settings.json', workspaceFile: '/folder/.vscode/settings.json' },
  ...{ folders: ['/folder'], workspacePath: undefined, remoteName: undefined, isTrusted: true },
  parse: JSON.parse,
};

class Uri {
  readonly path: string;
  readonly scheme = 'file';

  constructor(path: string) {
    this.path = path;
  }

  with({ path }: { readonly path: string }): Uri {
    return new Uri(path);
  }

  static joinPath({ path }: Uri, ...parts: readonly string[]): Uri {
    return new Uri(new URL([path, ...parts].join('/'), 'file:///').pathname);
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

const workspace = {
  get textDocuments() {
    return [...editor.unsaved].map(path => ({ isDirty: true, uri: new Uri(path) }));
  },
  get workspaceFile() {
    return editor.workspacePath === undefined ? undefined : new Uri(editor.workspacePath);
  },
  get workspaceFolders() {
    return editor.folders.map(path => ({ uri: new Uri(path) }));
  },
  get isTrusted() {
    return editor.isTrusted;
  },
  fs: {
    readFile: ({ path }: Uri): Promise<Uint8Array> => {
      const text = editor.files.get(path);
      return text === undefined
        ? Promise.reject(new FileSystemError(path))
        : Promise.resolve(encoder.encode(text));
    },
    writeFile: ({ path }: Uri, bytes: Uint8Array): Promise<void> => {
      editor.files.set(path, decoder.decode(bytes));
      return Promise.resolve();
    },
  },
  onDidChangeConfiguration: () => ({ dispose: () => undefined }),
  getConfiguration: (section: string) => ({
    inspect: (key: string) => ({
      globalValue: settingsOf(editor.userFile)[`${section}.${key}`],
      workspaceValue: settingsOf(editor.workspacePath ?? editor.workspaceFile)[`${section}.${key}`],
    }),
    update: (key: string, value: unknown, target: number): Promise<void> => {
      editor.updates.push([key, value, target]);
      return Promise.resolve();
    },
  }),
};

const api = {
  ...{ Uri, FileSystemError, workspace },
  ConfigurationTarget: { Global: 1, Workspace: 2 },
  env: {
    get remoteName() {
      return editor.remoteName;
    },
  },
  l10n: {
    t: (text: string, ...values: readonly unknown[]) =>
      text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
  },
};

/** A file of that path, as the editor hands it out. */
export const uriOf = (path: string): object => new Uri(path);

(globalThis as Record<string, unknown>)['fakeVscode'] = api;
const source = Object.keys(api).map(name => `export const ${name} = fakeVscode.${name};`);
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(source.join(''))}`, shortCircuit: true }
      : next(specifier, context),
});
