import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Uri } from 'vscode';
import { CommandId } from '../../src/shared/ids.ts';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { connect, run, withSetting } from './support.ts';

interface Written {
  readonly rows: number;
  readonly byteLength: number;
  readonly missed: number;
}

const name = 'to export';
const secret = 'sesame-open-the-door';

describe('The command export', () => {
  let peer: Peer;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'monitor-export-'));
    peer = await Peer.start();
    process.env['MONITOR_EXPORT_TOKEN'] = secret;
    const headers = { 'X-Token': '${env:MONITOR_EXPORT_TOKEN}' };
    // Its rows would come in between those of the tests.
    await connect({ name, url: peer.url, headers, heartbeat: { ping: false } });
    await run(CommandId.Send, { connection: name, text: 'sent from here' });
    peer.send('{"price":12345678901234567890}');
    peer.send('=HYPERLINK("http://127.0.0.1/")');
    peer.send(Uint8Array.of(0, 255));
    peer.send(`it knows ${secret}`);
    const count = async () => (await write('ndjson', 'count', 'kind:text|binary')).rows;
    await until('all is stored', async () => (await count()) === 5);
  });

  after(async () => {
    await run(CommandId.Disconnect, name);
    await peer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const fileOf = (format: string, file: string) => join(folder, `${file}.${format}`);
  const write = (format: string, file: string, filter?: string): Thenable<Written> =>
    run<Written>(CommandId.Export, {
      connection: name,
      format,
      uri: Uri.file(fileOf(format, file)),
      ...(filter === undefined ? {} : { filter }),
    });
  const read = (format: string, file: string) => readFile(fileOf(format, file), 'utf8');

  it('writes messages that are JSON as values, and opens the file again as a capture', async () => {
    const uri = Uri.file(fileOf('ndjson', 'parsed'));
    const filter = 'kind:text|binary';
    await run(CommandId.Export, { connection: name, format: 'ndjson', parsed: true, uri, filter });
    assert.match(await read('ndjson', 'parsed'), /"json":\{"price":12345678901234567890\}\}\n/);
    await appendFile(uri.fsPath, '{"seq":');
    assert.deepEqual(await run(CommandId.OpenFile, uri), {
      captures: [{ name, rows: 5 }],
      leftOut: 1,
    });
    const other = fileOf('ndjson', 'other');
    await writeFile(other, 'hello');
    for (const target of [other, Uri.file(other)]) {
      await assert.rejects(
        Promise.resolve(run(CommandId.OpenFile, target)),
        /other\.ndjson is no export of WebSocket Monitor/,
      );
    }
    await assert.rejects(Promise.resolve(run(CommandId.OpenFile, 7)), /must be a Uri/);
    await rm(other);
    await rm(uri.fsPath);
  });

  it('writes a JSON object a line, of all rows, states included, without the secret', async () => {
    const { rows, byteLength, missed } = await write('ndjson', 'all');
    const text = await read('ndjson', 'all');
    const lines = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Readonly<Record<string, unknown>>);
    assert.deepEqual([lines.length, Buffer.byteLength(text), missed], [rows, byteLength, 0]);
    assert.deepEqual(
      lines.map(({ seq }) => seq),
      lines.map((_, index) => index),
    );
    const messages = lines.filter(({ kind }) => kind === 'text' || kind === 'binary');
    assert.deepEqual(
      messages.map(({ direction, data, enc }) => [direction, data, enc]),
      [
        ['out', 'sent from here', undefined],
        ['in', '{"price":12345678901234567890}', undefined],
        ['in', '=HYPERLINK("http://127.0.0.1/")', undefined],
        ['in', 'AP8=', 'base64'],
        ['in', 'it knows •••', undefined],
      ],
    );
    assert.ok(lines.some(({ kind, state }) => kind === 'state' && typeof state === 'object'));
    assert.ok(!text.includes(secret));
  });

  it('writes decoded values where that is asked for', async () => {
    const target = {
      connection: name,
      format: 'csv',
      uri: fileOf('csv', 'decoded'),
      decoded: true,
    };
    const { problem } = await run<{ readonly problem?: string }>(CommandId.Export, target);
    const [heading] = (await read('csv', 'decoded')).split('\r\n');
    assert.equal(problem, undefined);
    assert.match(heading ?? '', /,tap,as,type,event,topic,id,severity,request,ms,value$/);
  });

  it('writes what a filter lets through', async () => {
    assert.equal((await write('ndjson', 'filtered', 'out: kind:text')).rows, 1);
    assert.match(await read('ndjson', 'filtered'), /^\{.*"data":"sent from here"\}\n$/);
    assert.equal((await write('csv', 'none', '"is in no message"')).rows, 0);
  });

  it('writes CSV that no spreadsheet calculates', async () => {
    await write('csv', 'table', 'in:');
    const lines = (await read('csv', 'table')).trimEnd().split('\r\n');
    assert.equal(
      lines[0],
      'seq,at,time,connection,direction,kind,heartbeat,size,encoding,data,tap',
    );
    assert.ok(lines.some(line => line.endsWith(`guarded,"'=HYPERLINK(""http://127.0.0.1/"")",`)));
  });

  it('writes CSV with a byte order mark where that is wanted', async () => {
    const [plain, marked] = ['plain', 'marked'].map(file => fileOf('csv', file)) as [
      string,
      string,
    ];
    const target = { connection: name, format: 'csv', filter: 'in:' };
    await run(CommandId.Export, { ...target, uri: Uri.file(plain) });
    await run(CommandId.Export, { ...target, uri: Uri.file(marked), byteOrderMark: true });
    assert.equal(await readFile(marked, 'utf8'), `\ufeff${await readFile(plain, 'utf8')}`);
  });

  it('writes HAR with the messages where browsers look for them', async () => {
    await write('har', 'archive');
    const { log } = JSON.parse(await read('har', 'archive')) as {
      log: { version: string; entries: { _webSocketMessages: { type: string; data: string }[] }[] };
    };
    assert.equal(log.version, '1.2');
    assert.deepEqual(
      log.entries.flatMap(entry => entry._webSocketMessages).map(({ type }) => type),
      ['send', 'receive', 'receive', 'receive', 'receive'],
    );
  });

  it('takes a path or a URI as a string', async () => {
    for (const uri of [fileOf('ndjson', 'path'), Uri.file(fileOf('ndjson', 'uri')).toString()]) {
      await run(CommandId.Export, { connection: name, format: 'ndjson', uri });
    }
    assert.equal(await read('ndjson', 'path'), await read('ndjson', 'uri'));
  });

  for (const [what, change, says] of [
    ['no object', 7, /Pass an object with format and uri/],
    ['an unknown format', { format: 'xml' }, /The format must be one of ndjson, csv, har/],
    ['a byte order mark in other formats', { byteOrderMark: true }, /Only CSV can begin/],
    ['a byte order mark that is none', { byteOrderMark: 'yes' }, /must be true or false/],
    ['no place', { uri: undefined }, /The uri must be/],
    ['a relative path', { uri: 'messages.ndjson' }, /The uri must be/],
    [
      'a place elsewhere',
      { uri: 'https://example.com/x' },
      /only be written to a folder on this machine/,
    ],
    ['a filter that is none', { filter: 'size:>many' }, /The filter cannot be used: .*size/],
    ['a filter that is no text', { filter: 5 }, /The filter must be a string/],
    ['a decoded that is neither', { decoded: 'yes' }, /decoded must be true or false/],
    ['an unknown connection', { connection: 'nobody' }, /There is no connection "nobody"/],
    ['a connection that is no name', { connection: {} }, /Pass the name or the id/],
  ] as const) {
    it(`refuses ${what} with a sentence, and leaves what is there`, async () => {
      const path = fileOf('ndjson', 'precious');
      await writeFile(path, 'precious');
      const target =
        typeof change === 'number'
          ? change
          : { connection: name, format: 'ndjson', uri: Uri.file(path), ...change };
      await assert.rejects(Promise.resolve(run(CommandId.Export, target)), says);
      assert.equal(await readFile(path, 'utf8'), 'precious');
    });
  }

  it('leaves nothing behind where it cannot be written', async () => {
    const before = await readdir(folder);
    const missing = Uri.file(join(folder, 'no such folder', 'x.csv'));
    const target = { connection: name, format: 'csv' };
    await assert.rejects(
      Promise.resolve(run(CommandId.Export, { ...target, uri: missing })),
      /There is no folder .*no such folder/,
    );
    await assert.rejects(
      Promise.resolve(run(CommandId.Export, { ...target, uri: Uri.file(folder) })),
      /is a folder/,
    );
    assert.deepEqual(await readdir(folder), before);
  });
});

describe('The captures of earlier windows, by command', () => {
  for (const command of [CommandId.OpenCapture, CommandId.SaveCapture, CommandId.DeleteCapture]) {
    it(`${command} says that there is no such capture`, async () => {
      const key = '../../2026-01-01T00-00-00-000Z-1-1.sqlite';
      await assert.rejects(Promise.resolve(run(command, key)), /no longer exists/);
      await assert.rejects(Promise.resolve(run(command, 5)), /Pass the key of a capture/);
    });
  }
});

describe('The limits of a capture', () => {
  it('drop the oldest messages', async () => {
    const undo = await withSetting('history.maxMessages', 100);
    const peer = await Peer.start();
    const limited = 'limited';
    await connect({ name: limited, url: peer.url });
    const folder = await mkdtemp(join(tmpdir(), 'monitor-limit-'));
    const path = join(folder, 'limited.ndjson');
    try {
      for (let number = 0; number < 5000; number++) {
        peer.send(`message ${number}`);
      }
      const rows = async () => {
        const { missed } = await run<Written>(CommandId.Export, {
          connection: limited,
          format: 'ndjson',
          uri: path,
        });
        const text = await readFile(path, 'utf8');
        const lines = text.split('\n').filter(line => line !== '');
        // While messages pour in, all that was there may be dropped before it is read, and is counted.
        assert.ok(lines.length > 0 || missed > 0, 'an export without rows says how many it missed');
        return lines.map(line => JSON.parse(line) as { data?: string });
      };
      await until('the last is stored', async () => (await rows()).at(-1)?.data === 'message 4999');
      const kept = await rows();
      assert.ok(kept.length > 80 && kept.length <= 100, `${kept.length} rows are kept`);
      const messages = kept.flatMap(({ data }) => (data === undefined ? [] : [data]));
      assert.equal(messages[0], `message ${5000 - messages.length}`);
    } finally {
      await run(CommandId.Disconnect, limited);
      await undo();
      await peer.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
