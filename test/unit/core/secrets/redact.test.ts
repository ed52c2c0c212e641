import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../support/growth.ts';
import { HandshakeRedactor } from '../../../../src/core/secrets/handshakeRedactor.ts';
import { SecretRedactor } from '../../../../src/core/secrets/redact.ts';
import { secretValues } from '../../../../src/core/secrets/values.ts';

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

  it('finds what is left of a secret where a text was cut', () => {
    for (const spelling of [
      'hunter22',
      Buffer.from('hunter22').toString('base64'),
      '\\u0068unter22',
    ]) {
      const cut = spelling.slice(0, -3);
      assert.deepEqual(
        [`a ${cut}…`, `a ${cut} … (9 B in all)`, `a ${cut}`, 'a hun…'].map(redactor.text),
        ['a •••…', 'a ••• … (9 B in all)', `a ${cut}`, 'a hun…'],
      );
    }
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
    for (const part of ['\\', 'aaaaaaaaaaab', '%61']) {
      assertLinear(
        size => part.repeat(size),
        text => hard.text(text),
        10_000,
      );
    }
  });
});

/** Headers that make a search of all their readings as long as it can be. */
const hostileHeaders: Readonly<Record<string, (length: number) => string>> = {
  'many cookies': length =>
    Array.from({ length: length / 14 }, (_, at) => `c${at}=v${at}abcd`).join('; '),
  'one long value': length => `a=${'x'.repeat(length)}`,
  'separators': length => ';'.repeat(length),
  'blanks': length => `a${' '.repeat(length)}b`,
  'plus signs': length => '+'.repeat(length),
  'percent signs': length => '%25'.repeat(length / 3),
  'backslashes': length => '\\'.repeat(length),
  'quotes': length => `a="${'b,'.repeat(length / 2)}"`,
  'letters beyond ASCII': length => `a=${'é'.repeat(length)}`,
};

function redactorOf(headers: Readonly<Record<string, string>>): HandshakeRedactor {
  const nothing = { subprotocols: [], logins: [], others: [] };
  return new HandshakeRedactor(secretValues({ url: 'ws://localhost/', headers, ...nothing }));
}

describe('A long secret', () => {
  for (const [what, make] of Object.entries(hostileHeaders)) {
    it(`takes time in proportion to its length, and so does a text that is almost it: ${what}`, () => {
      assertLinear(
        length => make(length),
        header => {
          const redactor = redactorOf({ cookie: header });
          redactor.text(header);
          redactor.text(header.slice(1));
          redactor.text(header.slice(0, -1));
          redactor.text(`${header.slice(0, -1)}?`);
          redactor.header(['User-Agent', header.slice(1)]);
          redactor.header(['Referer', header.slice(1)]);
          redactor.header(['Sec-WebSocket-Protocol', header.slice(1)]);
        },
        2000,
      );
    });
  }

  it('is masked as far as it goes where only its beginning is, from 32 characters on', () => {
    const secret = Array.from({ length: 100 }, (_, at) => at.toString(36)).join('');
    const redactor = new SecretRedactor([secret]);
    assert.equal(redactor.text(`a ${secret} b`), 'a ••• b');
    assert.equal(redactor.text(`a ${secret.slice(0, 32)}! b`), 'a •••! b');
    assert.equal(redactor.text(`a ${secret.slice(0, 150)}! b`), 'a •••! b');
    const short = `a ${secret.slice(0, 31)}! b`;
    assert.equal(redactor.text(short), short);
    const encoded = Buffer.from(`me:${secret.slice(0, 60)}`).toString('base64');
    assert.doesNotMatch(redactor.text(encoded), /[a-z0-9]{12}/i);
  });
});

describe('The credentials of a request', () => {
  it('are masked in what a server says of them, decoded or not', () => {
    for (const written of ['Basic', 'basic ', 'BASIC']) {
      const redactor = redactorOf({ authorization: `${written} ${btoa('anna:s3cret:pass')}` });
      assert.equal(redactor.text('wrong password s3cret:pass'), 'wrong password •••');
      assert.equal(redactor.text('anna:s3cret:pass is wrong'), '••• is wrong');
      assert.equal(redactor.text('{"user":"anna"}'), '{"user":"anna"}');
    }
  });

  it('are masked in both ways in which bytes beyond ASCII may be read', () => {
    for (const bytes of [Buffer.from('me:pässwört'), Buffer.from('me:pässwört', 'latin1')]) {
      const redactor = redactorOf({ authorization: `Basic ${bytes.toString('base64url')}` });
      assert.equal(redactor.text('not pässwört'), 'not •••');
    }
  });
});
