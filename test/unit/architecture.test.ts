import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Layer {
  readonly layers: readonly string[];
  /** Packages by name; one that ends in a slash or a colon stands for all that begin so. */
  readonly packages: readonly string[];
}

/** What the files of a layer may import. */
const layers: Readonly<Record<string, Layer>> = {
  core: { layers: ['core'], packages: ['valibot', 'yaml'] },
  shared: { layers: ['core', 'shared'], packages: ['valibot'] },
  // The program of a decoder's process. Who starts it knows how to talk to it.
  decoderChild: { layers: ['core', 'decoderChild'], packages: ['node:'] },
  node: {
    layers: ['core', 'decoderChild', 'node'],
    packages: ['ws', 'node:', '@msgpack/msgpack', 'protobufjs', 'protobufjs/'],
  },
  // Runs in other programs, and has only types of Node's modules: it asks the program's own Node for them.
  nodeHook: { layers: ['nodeHook'], packages: ['node:'] },
  host: {
    layers: ['core', 'shared', 'host'],
    packages: ['vscode', 'node:crypto', 'node:os', 'jsonc-parser'],
  },
  webview: {
    layers: ['core', 'shared', 'webview'],
    packages: ['lit', 'lit/'],
  },
};

/**
 * What the files of a folder may import of the other folders of their layer; of the layers below, all
 * of it. Nothing here is unused, so that each line is true.
 */
const folders: Readonly<Record<string, string>> = {
  'core/base': '',
  'core/capture': 'base decode filter metrics record',
  'core/capture/log': 'base capture record',
  'core/connection':
    'base capture connection/retry connection/send connection/state connection/wire endpoint json message pattern record',
  'core/connection/retry': 'base connection/state connection/wire endpoint',
  'core/connection/send': 'base connection/state connection/wire library message text variables',
  'core/connection/state': 'base connection/wire endpoint library message record text variables',
  'core/connection/wire': 'base capture endpoint filter message metrics record',
  'core/consent': 'base endpoint library message secrets settings variables',
  'core/decode': 'base record',
  'core/decode/codecs': 'base decode record',
  'core/decode/detect': 'decode decode/codecs decode/values json record',
  'core/decode/framing': 'base decode secrets',
  'core/decode/mapping':
    'base decode decode/protocols/json decode/values/json filter json pattern record',
  'core/decode/pass': 'base capture decode decode/script filter metrics record',
  'core/decode/protobuf':
    'base decode decode/protobuf/raw decode/protobuf/typed decode/protobuf/wire json record',
  'core/decode/protobuf/raw': 'base decode decode/protobuf/wire',
  'core/decode/protobuf/schema': 'decode decode/protobuf/typed decode/protobuf/wire',
  'core/decode/protobuf/typed': 'base decode decode/protobuf/raw decode/protobuf/wire',
  'core/decode/protobuf/wire': 'decode',
  'core/decode/protocols': 'base decode decode/framing decode/protocols/json decode/values record',
  'core/decode/protocols/centrifuge': 'decode decode/protocols/json record',
  'core/decode/protocols/graphql': 'decode decode/protocols/json secrets',
  'core/decode/protocols/json': 'decode decode/values decode/values/json json secrets',
  'core/decode/protocols/mqtt': 'decode decode/framing record',
  'core/decode/protocols/msgpack': 'decode/protocols/json decode/values',
  'core/decode/protocols/nats': 'decode decode/framing decode/values record secrets',
  'core/decode/protocols/phoenix': 'decode decode/protocols/json decode/values secrets',
  'core/decode/protocols/signalr':
    'decode decode/protocols/json decode/protocols/msgpack decode/values record',
  'core/decode/protocols/socketio':
    'decode decode/protocols/json decode/protocols/msgpack decode/values json record secrets',
  'core/decode/protocols/stomp': 'decode decode/framing decode/protocols/json decode/values',
  'core/decode/protocols/wamp': 'decode decode/protocols/json decode/values record',
  'core/decode/registry':
    'base decode decode/codecs decode/detect decode/mapping decode/pass decode/protobuf decode/protobuf/raw decode/protobuf/wire decode/protocols decode/protocols/centrifuge decode/protocols/graphql decode/protocols/mqtt decode/protocols/nats decode/protocols/phoenix decode/protocols/signalr decode/protocols/socketio decode/protocols/stomp decode/protocols/wamp decode/script decode/values decode/values/json filter json record',
  'core/decode/script': 'base decode record',
  'core/decode/sketch': 'base',
  'core/decode/values': 'base decode',
  'core/decode/values/json': 'decode decode/values json',
  'core/endpoint': 'base secrets text variables',
  'core/export': 'base connection decode/pass json record secrets settings variables',
  'core/filter': 'base json pattern record text',
  'core/filter/hints': 'filter',
  'core/import': 'import/collections import/draft message text',
  'core/import/capture': 'json record',
  'core/import/collections': 'base import/draft library message secrets text',
  'core/import/curl': 'base endpoint import/draft secrets',
  'core/import/draft': 'base endpoint library message secrets settings variables',
  'core/json': 'base',
  'core/library': 'base json message record text variables',
  'core/message': 'base json variables',
  'core/metrics': 'record',
  'core/pattern': '',
  'core/record': '',
  'core/search': 'base capture filter json pattern record text',
  'core/secrets': 'base record',
  'core/settings':
    'base connection connection/state connection/wire endpoint filter json message secrets variables',
  'core/settings/draft': 'base endpoint filter json settings',
  'core/settings/taps': 'base endpoint filter json settings tap tap/rules',
  'core/slot': 'base connection connection/wire message record text',
  'core/tap': 'base connection connection/wire endpoint message record slot',
  'core/tap/frames': 'base record',
  'core/tap/http': 'endpoint record tap',
  'core/tap/relay': 'base connection connection/wire message record slot tap tap/frames text',
  'core/tap/rules': 'base connection filter json message pattern record slot tap',
  'core/text': 'base',
  'core/variables': 'base secrets',
  'core/watch': 'base connection connection/state connection/wire json record secrets slot text',
  'decoderChild': '',
  'host/captures': 'connections connections/commands secrets settings slots ui',
  'host/connectionForm': 'connections settings ui',
  'host/connections': 'recording settings slots ui',
  'host/connections/commands': 'connections settings ui',
  'host/connections/dial': 'consent secrets ui',
  'host/connections/output': 'recording settings ui',
  'host/connections/views': 'connections settings slots ui',
  'host/consent': 'ui',
  'host/decoding': 'captures decoding/scripts settings ui',
  'host/decoding/scripts': 'secrets settings ui',
  'host/held': 'settings slots taps ui',
  'host/import': 'connectionForm library library/files library/items secrets ui',
  'host/json': '',
  'host/library': 'connections consent library/files library/items library/runs settings ui',
  'host/library/files': 'json ui',
  'host/library/items':
    'connections connections/commands consent json library/files library/runs ui',
  'host/library/runs': 'connections consent library/files ui',
  'host/monitor':
    'captures connections connections/commands held library library/items library/runs secrets sending settings slots ui watch',
  'host/recording': '',
  'host/secrets': 'settings ui',
  'host/sending': 'connections connections/commands consent secrets slots ui',
  'host/services':
    'captures connectionForm connections connections/commands connections/dial connections/output connections/views consent decoding decoding/scripts held import library library/files library/items library/runs monitor recording secrets sending settings slots taps ui watch',
  'host/settings': 'json ui',
  'host/slots': 'recording settings ui',
  'host/taps': 'consent settings slots ui',
  'host/ui': '',
  'host/watch': 'settings slots ui',
  'node': 'files protobuf tap watch',
  'node/capture': 'captureWorker/saving captureWorker/store files',
  'node/captureWorker':
    'capture captureWorker/archive captureWorker/decoding captureWorker/export captureWorker/scripts captureWorker/sessions',
  'node/captureWorker/archive': 'capture captureWorker/store files',
  'node/captureWorker/decoding': '',
  'node/captureWorker/export': 'capture captureWorker/decoding captureWorker/sessions files',
  'node/captureWorker/saving': 'captureWorker/decoding captureWorker/store',
  'node/captureWorker/scripts': '.',
  'node/captureWorker/sessions':
    'capture captureWorker/decoding captureWorker/saving captureWorker/store files',
  'node/captureWorker/store': 'files',
  'node/demo': '',
  'node/files': '',
  'node/handshake': 'http proxy',
  'node/http': '',
  'node/protobuf': '',
  'node/proxy': 'http',
  'node/tap': 'handshake http proxy',
  'node/transport': '. handshake',
  'node/watch': '',
  'nodeHook': '',
  'shared': '',
  'webview/charts': 'widgets',
  'webview/clearing': 'widgets',
  'webview/composer': 'link widgets',
  'webview/connectionForm': 'widgets',
  'webview/decoding': 'widgets',
  'webview/details':
    'details/decoded details/facts details/hex details/json details/payload details/text list/rows widgets',
  'webview/details/decoded': 'details/json details/payload list/rows widgets',
  'webview/details/facts': 'details/payload list/rows widgets',
  'webview/details/hex': 'details/decoded details/payload widgets',
  'webview/details/json': 'details/payload details/text find widgets',
  'webview/details/payload': 'widgets',
  'webview/details/text': 'details/payload widgets',
  'webview/filter': 'widgets',
  'webview/find': 'widgets',
  'webview/header': 'clearing link list list/rows state widgets',
  'webview/held': 'widgets',
  'webview/link': 'widgets',
  'webview/list': 'link list/places list/rows widgets',
  'webview/list/places': '',
  'webview/list/rows': 'widgets',
  'webview/monitor':
    'charts clearing composer decoding details filter find header held link list list/places state widgets',
  'webview/state': 'composer details link list list/places list/rows',
  'webview/widgets': '',
};

/** The folders of more than fifteen files, and why each is one. */
const largeFolders: Readonly<Record<string, string>> = {
  'core/base': 'small things that all layers share and that do not know each other',
  'webview/widgets': 'elements without knowledge of WebSockets, which do not know each other',
};

interface Import {
  readonly specifier: string;
  /** Below the root of the project, with slashes; a package where it is absent. */
  readonly target?: string;
}

const statement = /^\s*(?:import|export)\s(?:[^'"]*?from\s*)?['"]([^'"]+)['"]/gm;
const call = /\bimport\s*\(\s*['"]([^'"]+)['"]/g;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [statement, call].flatMap(pattern =>
    [...text.matchAll(pattern)].map(([, specifier = '']) => {
      const isFile = specifier.startsWith('.');
      const target = normalize(join(dirname(file), specifier))
        .split(sep)
        .join('/');
      return { specifier, ...(isFile ? { target } : {}) };
    }),
  );
}

/** Every source file by its path below the root, with what it imports. */
const files: ReadonlyMap<string, readonly Import[]> = new Map(
  readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map(entry => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map(file => [file, importsOf(file)] as const),
);

/** What puts the parts together: what the editor loads first, and the rest. */
const assemblies = ['src/extension.ts', 'src/services.ts'];

const isFile = (path: string) =>
  files.has(path) || (path.endsWith('.css') && existsSync(join(root, path)));

const layerOf = (file: string) => file.split('/')[1] ?? '';

function mayImport(file: string, { specifier, target }: Import): boolean {
  const allowed = layers[layerOf(file)];
  if (!allowed) {
    return assemblies.includes(file);
  }
  return target
    ? allowed.layers.includes(layerOf(target))
    : allowed.packages.some(
        name => specifier === name || (/[:/]$/.test(name) && specifier.startsWith(name)),
      );
}

/** What imports what: files by default, or their folders. */
function importGraph(placeOf = (file: string) => file): ReadonlyMap<string, ReadonlySet<string>> {
  const graph = new Map<string, Set<string>>();
  for (const [file, imports] of files) {
    const from = placeOf(file);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { target } of imports) {
      if (target !== undefined && placeOf(target) !== from) {
        targets.add(placeOf(target));
      }
    }
  }
  return graph;
}

/** The first cycle of the graph, as the places that it leads through. */
function findCycle(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (place: string): readonly string[] | undefined => {
    const at = path.indexOf(place);
    if (at >= 0) {
      return [...path.slice(at), place];
    }
    if (done.has(place)) {
      return undefined;
    }
    path.push(place);
    for (const target of graph.get(place) ?? []) {
      const cycle = visit(target);
      if (cycle) {
        return cycle;
      }
    }
    path.pop();
    done.add(place);
    return undefined;
  };
  for (const place of graph.keys()) {
    const cycle = visit(place);
    if (cycle) {
      return cycle;
    }
  }
  return [];
}

describe('The architecture', () => {
  it('has source files to look at, with imports', () => {
    assert.ok(files.size > 50);
    assert.ok([...files.values()].flat().length > files.size);
  });

  it('has imports that point down the layers', () => {
    const breaches = [...files].flatMap(([file, imports]) =>
      imports
        .filter(each => !mayImport(file, each))
        .map(({ specifier }) => `${file} imports ${specifier}`),
    );
    assert.deepEqual(breaches, []);
  });

  it('has imports that name files as they are, with their ending', () => {
    const breaches = [...files].flatMap(([file, imports]) =>
      imports
        .filter(({ target }) => target !== undefined && !isFile(target))
        .map(({ specifier }) => `${file} imports ${specifier}`),
    );
    assert.deepEqual(breaches, []);
  });

  it('has no cycle of imports between files', () => {
    assert.deepEqual(findCycle(importGraph()), []);
  });

  it('has folders that import what their line allows, and all of that', () => {
    const found: Record<string, string> = {};
    for (const [folder, targets] of importGraph(dirname)) {
      const [, layer = '', ...rest] = folder.split('/');
      if (layer !== '') {
        const own = `src/${layer}`;
        found[[layer, ...rest].join('/')] = [...targets]
          .filter(target => target === own || target.startsWith(`${own}/`))
          .map(target => target.slice(own.length + 1) || '.')
          .sort()
          .join(' ');
      }
    }
    assert.deepEqual(found, folders);
  });

  it('has folders that a reader can take in at a glance', () => {
    const counts = new Map<string, number>();
    for (const file of files.keys()) {
      counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    }
    const large = [...counts].filter(([, count]) => count > 15).map(([folder]) => folder.slice(4));
    assert.deepEqual(large.sort(), Object.keys(largeFolders).sort());
  });

  it('has no cycle of imports between folders', () => {
    assert.deepEqual(findCycle(importGraph(dirname)), []);
  });

  it('asks the editor for settings in one file, which knows what counts in Restricted Mode', () => {
    const asking = [...files.keys()].filter(file =>
      /\bgetConfiguration\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    assert.deepEqual(asking, ['src/host/settings/settingValues.ts']);
  });

  it('puts its parts together in files of bearable length', () => {
    for (const file of assemblies) {
      const lines = readFileSync(join(root, file), 'utf8').split('\n').length;
      assert.ok(lines <= 200, `${file} has ${lines} lines`);
    }
  });

  it('loads little at activation', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/extension.ts'],
      bundle: true,
      splitting: true,
      write: false,
      metafile: true,
      outdir: 'dist',
      platform: 'node',
      format: 'esm',
      external: ['vscode', 'bufferutil', 'utf-8-validate'],
      logLevel: 'silent',
    });
    const loaded = new Set<string>();
    const load = (path: string) => {
      const output = metafile.outputs[path];
      if (output && !loaded.has(path)) {
        loaded.add(path);
        output.imports
          .filter(({ kind }) => kind === 'import-statement')
          .forEach(each => load(each.path));
      }
    };
    load('dist/extension.js');
    const files = [...loaded].flatMap(path => Object.keys(metafile.outputs[path]?.inputs ?? {}));
    assert.ok(files.includes('src/host/settings/settings.ts'));
    const late =
      /^src\/(services|core\/connection\/connection|host\/monitor)|\/(ws|jsonc-parser|protobufjs|yaml)\//;
    assert.deepEqual(
      files.filter(file => late.test(file)),
      [],
    );
  });

  it('brings nothing into the page that only the host needs', async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/webview/monitor/main.ts'],
      bundle: true,
      write: false,
      metafile: true,
      outdir: 'dist',
      platform: 'browser',
      format: 'esm',
      target: 'chrome134',
      logLevel: 'silent',
    });
    const bundled = Object.entries(metafile.outputs['dist/main.js']?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file);
    assert.ok(bundled.includes('src/webview/monitor/monitorPage.ts'));
    const strangers = bundled.filter(file => {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      return name === undefined
        ? !/^src\/(core|shared|webview)\//.test(file)
        : !/^(lit|lit-html|lit-element|@lit\/.+)$/.test(name);
    });
    assert.deepEqual(strangers, []);
  });
});
