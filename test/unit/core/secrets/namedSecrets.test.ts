import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskNamedSecrets, maskSecretHeaders } from '../../../../src/core/secrets/namedSecrets.ts';

describe('maskNamedSecrets', () => {
  it('masks members and values of queries by their names, at any depth, and nothing else', () => {
    assert.equal(
      maskNamedSecrets('connect /a?token=hunter2&b=room {"a":{"apiKey": "hun\\"ter2"},"b":"room"}'),
      'connect /a?token=•••&b=room {"a":{"apiKey": "•••"},"b":"room"}',
    );
  });

  it('masks a value whose end is cut, also within an escape', () => {
    assert.equal(maskNamedSecrets('{"token":"hunter2'), '{"token":"•••');
    assert.equal(maskNamedSecrets('{"token":"hunter2\\'), '{"token":"•••');
  });

  it('masks all that is in such a value, and numbers', () => {
    assert.equal(
      maskNamedSecrets('{"auth":{"by":"name","in":[{"of":12345678}]},"pin":-1234,"room":123456}'),
      '{"auth":{"by":"•••","in":[{"of":"•••"}]},"pin":"•••","room":123456}',
    );
    assert.equal(
      maskNamedSecrets('{"key":[true,null],"a":["long"]}'),
      '{"key":[true,null],"a":["long"]}',
    );
  });

  it('masks the beginning of a value that is cut, however short it is', () => {
    assert.equal(maskNamedSecrets('{"token":"hu'), '{"token":"•••');
  });

  it('leaves very short values as they are', () => {
    assert.equal(maskNamedSecrets('{"token":"x"} ?token=x'), '{"token":"x"} ?token=x');
  });
});

describe('maskSecretHeaders', () => {
  it('masks values of headers by their names', () => {
    assert.equal(
      maskSecretHeaders('CONNECT\nlogin:me\r\npasscode: hunter2\r\nhost:h'),
      'CONNECT\nlogin:me\r\npasscode: •••\r\nhost:h',
    );
  });
});
