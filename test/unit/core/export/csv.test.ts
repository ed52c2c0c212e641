import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CsvWriter } from '../../../../src/core/export/csv.ts';
import { flagsOfTap, RowFlag } from '../../../../src/core/record/record.ts';
import {
  brokenUtf8,
  hostilePayloads,
  partsWith,
  readCsv,
  recordOf,
  written,
} from '../../../support/capture/exports.ts';

function payloadIn(encoding = '', data = ''): Uint8Array {
  const isGuarded = encoding === 'guarded' || (encoding === 'base64' && data.startsWith("'"));
  const text = isGuarded ? data.slice(1) : data;
  return new Uint8Array(Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8'));
}

function dataOf(...payloads: readonly string[]): readonly (readonly (string | undefined)[])[] {
  const text = written(
    new CsvWriter(partsWith()),
    payloads.map(payload => recordOf(payload)),
  );
  return readCsv(text)
    .slice(1)
    .map(([, , , , , , , , encoding, data]) => [encoding, data]);
}

describe('csv', () => {
  it('begins with a byte order mark where that is wanted, once, and is the same else', () => {
    const records = [recordOf('Zürich, Gdańsk, 東京')];
    const [plain, marked] = [false, true].map(hasMark =>
      Buffer.from(written(new CsvWriter(partsWith(), hasMark), records)),
    );
    assert.deepEqual([...(marked?.subarray(0, 3) ?? [])], [0xef, 0xbb, 0xbf]);
    assert.deepEqual(marked?.subarray(3), plain);
    assert.equal(plain?.toString().startsWith('seq,'), true);
  });

  it('begins with a header and has CRLF after each row', () => {
    const state = '{"state":"connected","text":"a, b"}';
    const edited = recordOf('a "b", c', { seq: 3, at: 86_400_000.5 });
    const text = written(new CsvWriter(partsWith()), [
      { ...edited, flags: edited.flags | flagsOfTap('edited') | RowFlag.Held },
      recordOf(state, { seq: 4, kind: 'state' }),
    ]);
    assert.equal(
      text,
      'seq,at,time,connection,direction,kind,heartbeat,size,encoding,data,tap\r\n' +
        '3,1970-01-02T00:00:00.000Z,86400000.5,"prices",in,text,false,8,text,"a ""b"", c",edited held\r\n' +
        `4,1970-01-01T00:00:00.000Z,0,"prices",in,state,false,35,text,` +
        `"${state.replaceAll('"', '""')}",\r\n`,
    );
  });

  it('gives back every byte of what peers send, in eleven fields a row', () => {
    const records = [...hostilePayloads, ...brokenUtf8].flatMap((payload, seq) => [
      recordOf(payload, { seq }),
      recordOf(payload, { seq, kind: 'binary' }),
    ]);
    const rows = readCsv(written(new CsvWriter(partsWith()), records)).slice(1);
    assert.ok(rows.every(row => row.length === 11));
    assert.deepEqual(
      rows.map(row => payloadIn(row[8], row[9])),
      records.map(({ payload }) => payload),
    );
  });

  it('lets no spreadsheet calculate, and leaves numbers alone', () => {
    assert.deepEqual(
      dataOf(
        '=1+1',
        '+SUM(A1)',
        '-A1',
        '@x',
        '\t=1',
        '\tx',
        ' =1',
        '\r\n=1',
        '＝1',
        '-12.5',
        '+1e3',
        'a=1',
      ),
      [
        ['guarded', "'=1+1"],
        ['guarded', "'+SUM(A1)"],
        ['guarded', "'-A1"],
        ['guarded', "'@x"],
        ['guarded', "'\t=1"],
        ['guarded', "'\tx"],
        ['guarded', "' =1"],
        ['guarded', "'\r\n=1"],
        ['guarded', "'＝1"],
        ['text', '-12.5'],
        ['text', '+1e3'],
        ['text', 'a=1'],
      ],
    );
  });

  it('guards base64 and the name of a connection as well', () => {
    const writer = new CsvWriter(partsWith());
    const record = recordOf(Uint8Array.of(0xf8), { kind: 'binary' });
    const row = [...writer.row({ capture: 1, name: '=cmd', url: '' }, record)].join('');
    assert.match(row, /,"'=cmd",in,binary,false,1,base64,"'\+A==",\r\n$/);
  });
});
