import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretRedactor } from '../../../../src/core/secrets/redact.ts';

const secrets = ['s3cr3t/"tök en"\\+', 'hunter22', '😀pass😀'];

/** Spellings in which a peer may send a secret back. */
function spellingsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const escaped = Array.from({ length: secret.length }, (_, at) => {
    return `\\u${secret.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
  }).join('');
  const url = encodeURIComponent(secret);
  const logins = ['', 'u', 'me', 'you'].map(user => {
    return Buffer.from(`${user}:${secret}`).toString('base64');
  });
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    escaped,
    url,
    url.toLowerCase(),
    url.replaceAll('%20', '+'),
    ...logins,
    ...logins.map(login => encodeURIComponent(login)),
    Buffer.from(`me:${secret}`).toString('base64url'),
  ];
}

async function bytesWithout(redactor: SecretRedactor, bytes: Uint8Array): Promise<Buffer> {
  const steps = redactor.bytes(bytes);
  let step = steps.next();
  while (!step.done) {
    step = steps.next();
  }
  return Promise.resolve(Buffer.from(step.value));
}

/** The parts of a spelling that give the secret away. */
function isLeft(text: string, spelling: string): boolean {
  return text.includes(spelling.slice(-8)) || text.includes(spelling.slice(4, 12));
}

describe('redaction of exports', () => {
  const redactor = new SecretRedactor(secrets);

  for (const secret of secrets) {
    it(`finds all spellings of ${JSON.stringify(secret)}, in text and in bytes`, async () => {
      for (const spelling of spellingsOf(secret)) {
        const text = `before ${spelling} after`;
        const safe = redactor.text(text);
        assert.ok(safe.includes('•••') && !isLeft(safe, spelling), `${spelling}: ${safe}`);
        const bytes = Buffer.concat([Buffer.of(0xff, 0), Buffer.from(text), Buffer.of(0, 0xfe)]);
        const rest = await bytesWithout(redactor, bytes);
        const shown = rest.toString();
        assert.ok(shown.includes('•••') && !isLeft(shown, spelling), `${spelling}: ${shown}`);
        assert.deepEqual([rest[0], rest.at(-1)], [0xff, 0xfe]);
      }
    });
  }

  it('finds a secret wherever a text or bytes are cut into pieces', async () => {
    const text = `${'x'.repeat(50)}hunter22${'y'.repeat(5000)}`;
    for (let cut = 45; cut < 65; cut++) {
      const pieces = [text.slice(0, cut), text.slice(cut, cut + 3), text.slice(cut + 3)];
      assert.equal([...redactor.pieces(pieces)].join(''), text.replace('hunter22', '•••'));
    }
    const bytes = Buffer.alloc(600_000, 0x78);
    for (const at of [0, 262_100, 262_144 - 3, 524_284, 600_000 - 8]) {
      bytes.write('hunter22', at);
    }
    const rest = await bytesWithout(redactor, bytes);
    assert.equal(rest.length, 600_000 - 5 * 8 + 5 * 9);
    assert.ok(!rest.includes('hunter22'));
  });

  it('looks into values, at any depth, and leaves what is no text', () => {
    assert.deepEqual(redactor.value({ a: ['hunter22', 1, null], hunter22: { b: true } }), {
      'a': ['•••', 1, null],
      '•••': { b: true },
    });
  });

  it('leaves other texts alone, and does not look for what is too short to be found', () => {
    const none = new SecretRedactor(['', 'abc']);
    const text = 'abc, aHVudGVy, hunter2 2, %68';
    assert.deepEqual([none.text(text), redactor.text(text)], [text, text]);
  });

  it('takes the longer of two secrets, one of which is in the other', () => {
    const both = new SecretRedactor(['hunter', 'hunter22']);
    assert.equal(both.text('hunter22 hunter'), '••• •••');
  });

  it('takes no longer for a text that was made to be slow', () => {
    const hard = new SecretRedactor(['\\\\\\\\\\\\\\\\', 'aaaaaaaaaaaa']);
    const start = performance.now();
    hard.text('\\'.repeat(300_000));
    hard.text('a'.repeat(11).concat('b').repeat(50_000));
    hard.text('%61'.repeat(300_000));
    assert.ok(performance.now() - start < 5000);
  });
});
