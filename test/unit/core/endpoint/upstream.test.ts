import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUpstream, upstreamsMeantBy } from '../../../../src/core/endpoint/upstream.ts';

describe('The upstream of a tap', () => {
  for (const [text, expected] of [
    ['http://localhost:5173', ['http://localhost:5173', false, 'localhost', 5173, '', true]],
    ['HTTP://LocalHost:5173/', ['http://localhost:5173', false, 'localhost', 5173, '', true]],
    [
      'ws://localhost:3000/cable',
      ['ws://localhost:3000/cable', false, 'localhost', 3000, '/cable', true],
    ],
    ['wss://api.example.com', ['wss://api.example.com', true, 'api.example.com', 443, '', false]],
    [
      'https://api.example.com:443/v1/',
      ['https://api.example.com/v1', true, 'api.example.com', 443, '/v1', false],
    ],
    ['http://[::1]:80/', ['http://[::1]', false, '::1', 80, '', true]],
  ] as const) {
    it(`is read from ${text}`, () => {
      const { url, isSecure, hostname, port, path, isLoopback } = parseUpstream(text);
      assert.deepEqual([url, isSecure, hostname, port, path, isLoopback], expected);
    });
  }

  it('has the authority that a Host header has', () => {
    assert.equal(parseUpstream('https://api.example.com:443').authority, 'api.example.com');
    assert.equal(parseUpstream('http://[::1]:3000').authority, '[::1]:3000');
  });

  for (const [text, says] of [
    ['', /is empty/],
    ['localhost:5173', /must begin with http:\/\/.*as in http:\/\/localhost:5173\./],
    ['ftp://localhost', /must begin with/],
    ['http://user:pass@localhost:1/', /login before the @.*header/],
    ['http://localhost:1/?a=b', /has a query/],
    ['http://localhost:1/#x', /fragment/],
    ['http://localhost:99999', /port that is too high/],
    ['http://exa mple/', /characters that no host name has/],
    ['http:///x', /no host/],
    ['http://localhost:0', /port 0/],
  ] as const) {
    it(`refuses "${text}" with a sentence`, () => {
      assert.throws(() => parseUpstream(text), says);
    });
  }

  it('shows no login in the sentence', () => {
    assert.throws(
      () => parseUpstream('http://user:sesame@localhost:1/'),
      (error: Error) => !error.message.includes('sesame'),
    );
  });

  for (const [text, expected] of [
    ['localhost:5173', 'http://localhost:5173'],
    [':5173', 'http://localhost:5173'],
    ['5173', 'http://localhost:5173'],
    ['api.example.com', 'https://api.example.com'],
    ['127.0.0.1:8000/app', 'http://127.0.0.1:8000/app'],
  ] as const) {
    it(`is meant by ${text}`, () => {
      assert.equal(upstreamsMeantBy(text)[0]?.url, expected);
    });
  }

  it('is not meant by a word', () => {
    assert.deepEqual(upstreamsMeantBy('shop'), []);
  });
});
