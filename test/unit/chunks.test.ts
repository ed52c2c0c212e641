import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const read = (name: string) => readFileSync(join(dist, name), 'utf8');
const chunks = readdirSync(dist).filter(name => /^monitor(-\w+)?\.js$/.test(name));

/** What a file imports at once, and what it imports later. */
function importsOf(name: string) {
  const text = read(name);
  const named = (pattern: RegExp) => [
    ...new Set([...text.matchAll(pattern)].map(([, file = '']) => file)),
  ];
  return {
    atOnce: named(/\b(?:from|import)\s*"\.\/([^"]+)"/g),
    later: named(/\bimport\("\.\/([^"]+)"\)/g),
  };
}

describe('The chunks of the page', () => {
  it('are there under the names by which they are imported, and no others are', () => {
    const imported = chunks.flatMap(name => Object.values(importsOf(name)).flat());
    assert.deepEqual([...new Set(['monitor.js', ...imported])].sort(), chunks.sort());
  });

  it('are preloaded by the host where the page imports them at once', () => {
    const host = readFileSync(join(root, 'src/host/ui/html.ts'), 'utf8');
    const preloaded = [...host.matchAll(/'(monitor-\w+\.js)'/g)].map(([, name = '']) => name);
    assert.deepEqual(importsOf('monitor.js').atOnce, preloaded);
  });

  it('hold what is not needed to watch the list', () => {
    const later = chunks.flatMap(name => importsOf(name).later);
    assert.deepEqual(later.sort(), [
      'monitor-chartPane.js',
      'monitor-composer.js',
      'monitor-eventViewer.js',
      'monitor-goToRow.js',
      'monitor-handshakeViewer.js',
      'monitor-heldStrip.js',
      'monitor-payloadViewers.js',
    ]);
  });
});

describe('The chunks of the extension host', () => {
  it('have the parser of .proto files apart, loaded with the first of them', () => {
    const hosts = readdirSync(dist).filter(name => /^extension.*\.cjs$/.test(name));
    const parser = 'extension-protoFiles.cjs';
    const having = (text: RegExp) => hosts.filter(name => text.test(read(name)));
    assert.deepEqual(having(/\bkeepCase\b/), [parser]);
    assert.deepEqual(having(/require\("\.\/extension-protoFiles\.cjs"\)/), [
      'extension-protobufSchema.cjs',
    ]);
    assert.match(
      read('extension-protobufSchema.cjs'),
      /then\(\(\)\s*=>[^;]*require\("\.\/extension-protoFiles\.cjs"\)/,
    );
  });
});
