import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '../../../../support/host/fakeVscode.ts';

const { LibraryEdit } = await import('../../../../../src/host/library/files/editLibrary.ts');
const { placeholderIn, stepPlaceholder } =
  await import('../../../../../src/host/library/items/showItem.ts');

const file = `// Shared.
{
  "version": 1,
  "items": [
    // Comes first.
    { "name": "ping", "text": "ping" }, // at once
    {
      "folder": "Orders",
      "items": [
        { "name": "new", "json": { "op": "new" } },
      ],
    },
  ],
}
`;

/** The file after a new item was added, with what is selected in ‹›. */
function withNew(
  text: string,
  path: { readonly folders: readonly string[]; readonly name: string },
  entry: Parameters<InstanceType<typeof LibraryEdit>['addAt']>[2],
): string {
  const edit = new LibraryEdit(text, 'the file');
  const place = edit.addAt(['items'], path, entry);
  const span = placeholderIn(edit.text, place);
  assert.ok(span);
  const [from, to] = [span.offset, span.offset + span.length];
  return `${edit.text.slice(0, from)}‹${edit.text.slice(from, to)}›${edit.text.slice(to)}`;
}

for (const [name, text] of [
  ['comments and trailing commas', file],
  ['CRLF', file.replaceAll('\n', '\r\n')],
  ['nothing in it', ''],
  ['one line', '{"version":1,"items":[{"name":"a","text":"b"}]}'],
] as const) {
  describe(`What is selected of a new item in a file with ${name}`, () => {
    it('is the text of a message, without its quotes', () => {
      const marked = withNew(text, { folders: [], name: 'n' }, { name: '', text: 'say "hi"' });
      assert.match(marked, /"name":\s*"n",\s*"text":\s*"‹say \\"hi\\"›"/);
    });

    it('is the JSON of a message', () => {
      const marked = withNew(text, { folders: [], name: 'n' }, { name: '', json: { a: 1 } });
      assert.match(marked, /"json":\s*‹\{\s*"a":\s*1\s*\}›/);
    });

    it('is the end of the steps of a sequence, where nothing is replaced', () => {
      const entry = { name: '', steps: ['a', 'b'] };
      const marked = withNew(text, { folders: ['Orders', 'Deep'], name: 'n' }, entry);
      assert.match(marked, /"steps":\s*\[\s*"a",\s*"b"‹›\s*\]/);
    });

    it('is the placeholder of a sequence that has no messages yet', () => {
      const entry = { name: '', steps: [{ text: stepPlaceholder }] };
      const marked = withNew(text, { folders: [], name: 'n' }, entry);
      assert.match(marked, /"text":\s*"‹Text of the first step›"/);
    });
  });
}

describe('What is selected of an item that is gone', () => {
  it('is nothing', () => {
    assert.equal(placeholderIn(file, ['items', 9]), undefined);
    assert.equal(placeholderIn('', ['items', 0]), undefined);
  });
});
