import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exportFileName } from '../../../../src/core/export/exportJob.ts';

it('makes a harmless file name of what a connection is called', () => {
  const nameFor = (name: string) => exportFileName(name, '2026-11-16T10:30:05.250Z', 'har');
  assert.deepEqual(
    [
      'prices',
      '../../etc/passwd',
      'C:\\a\\b',
      '',
      '...',
      'nul',
      'aux.example.com',
      'שלום\u202egpj.',
      'a\0\n*?"<>|b',
    ].map(name => nameFor(name)),
    [
      'prices-2026-11-16-103005.har',
      'etc-passwd-2026-11-16-103005.har',
      'C-a-b-2026-11-16-103005.har',
      'messages-2026-11-16-103005.har',
      'messages-2026-11-16-103005.har',
      'messagesnul-2026-11-16-103005.har',
      'messagesaux.example.com-2026-11-16-103005.har',
      'שלום-gpj-2026-11-16-103005.har',
      'a-b-2026-11-16-103005.har',
    ],
  );
  assert.ok(nameFor('😀é'.repeat(300)).length < 130);
});
