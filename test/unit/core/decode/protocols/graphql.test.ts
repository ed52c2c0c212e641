import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Layer } from '../../../../../src/core/decode/layer.ts';
import {
  graphqlTransportWs,
  subscriptionsTransportWs,
} from '../../../../../src/core/decode/protocols/graphql/graphql.ts';
import { operationOf } from '../../../../../src/core/decode/protocols/graphql/operation.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { readVectors, testVectors, vectorFile } from '../../../../support/decode/vectors.ts';

const vectors = vectorFile('graphql');
testVectors(vectors, ({ connection }) =>
  connection?.subprotocol === 'graphql-ws' ? [subscriptionsTransportWs] : [graphqlTransportWs],
);
testHostile(graphqlTransportWs, vectors.sessions);
testHostile(subscriptionsTransportWs, vectors.sessions);

type Said = Readonly<Record<string, unknown>>;

function saidOf(
  messages: readonly (readonly ['in' | 'out', object | string])[],
  decoder = graphqlTransportWs,
): readonly Said[] {
  const session = {
    name: '',
    messages: messages.map(([dir, body]) => ({
      dir,
      text: typeof body === 'string' ? body : JSON.stringify(body),
      expect: {},
    })),
  };
  return readVectors(session, [decoder]) as Said[];
}

const subscribe = (id: string, query: string, more: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, ...more },
});

describe('GraphQL', () => {
  it('has subscriptions that go on by themselves, other than queries', () => {
    const isOpenEnded = (query: string) => {
      const layer = Layer.ofText(JSON.stringify(subscribe('1', query)));
      const message = { direction: 'out', seq: 0 } as const;
      const { call } = graphqlTransportWs.read(layer, undefined, message);
      return call?.isOpenEnded ?? false;
    };
    assert.equal(isOpenEnded('subscription Ticks { tick }'), true);
    assert.equal(isOpenEnded('query Now { now }'), false);
  });

  it('says that an answer crossed the end that the client asked for, as one to nothing', () => {
    const said = saidOf([
      ['out', subscribe('1', 'subscription Ticks { tick }')],
      ['out', { id: '1', type: 'complete' }],
      ['in', { id: '1', type: 'next', payload: { data: { tick: 1 } } }],
      ['in', { id: '1', type: 'complete' }],
    ]);
    assert.deepEqual(
      said.map(({ summary }) => summary),
      ['subscription Ticks', 'Ticks cancelled', '#1 > {"tick":1}', '#1 done'],
    );
  });

  it('finds messages of the other protocol unexpected, and says their types', () => {
    const old = [
      ['in', { type: 'data', id: '1' }],
      ['in', { type: 'ka' }],
    ] as const;
    const now = [
      ['out', subscribe('1', '{ a }')],
      ['in', { type: 'ping' }],
    ] as const;
    for (const each of [...saidOf(old), ...saidOf(now, subscriptionsTransportWs)]) {
      assert.deepEqual(each['problem'], { at: 0, is: 'unexpected' });
      assert.equal(each['severity'], 'error');
      assert.ok(each['type']);
    }
  });

  it('keeps numbers, spaces and members of the value as they were written', () => {
    const text =
      '{ "id": "1", "type": "next", "payload": { "data": { "n": 12345678901234567890.10 } } }';
    const [said] = saidOf([['in', text]]);
    assert.equal(said?.['value'], text);
    assert.equal(said['summary'], '#1 > {"n":12345678901234567890.10}');
  });

  it('takes the last of several members of one name, as readers of JSON do', () => {
    const [said] = saidOf([['in', '{"type":"ping","type":"po\\u006eg"}']]);
    assert.equal(said?.['type'], 'pong');
  });

  it('reads the request within a string that AppSync sends', () => {
    const data = JSON.stringify({
      query: 'subscription OnAdd { onAdd { id } }',
      variables: { a: 1 },
    });
    const extensions = { authorization: { Authorization: 'secret' } };
    const [start, ack] = saidOf(
      [
        ['out', { id: '1', type: 'start', payload: { data, extensions } }],
        ['in', { id: '1', type: 'start_ack' }],
      ],
      subscriptionsTransportWs,
    );
    assert.equal(start?.['summary'], 'subscription OnAdd {"a":1}');
    assert.equal(ack?.['summary'], 'OnAdd started');
  });

  it('shows what an answer that is delivered bit by bit has in the place of data', () => {
    const [, part] = saidOf([
      ['out', subscribe('1', '{ a }')],
      ['in', { id: '1', type: 'next', payload: { incremental: [{ items: [1] }], hasNext: true } }],
    ]);
    assert.equal(part?.['summary'], 'a > {"incremental":[{"items":[1]}],"hasNext":true}');
  });

  it('takes the message out of errors as AppSync sends them, and an error without an id for no answer', () => {
    const errors = [{ errorType: 'UnsupportedOperation', message: 'not known' }];
    const [named, general] = saidOf(
      [
        ['in', { id: '1', type: 'error', payload: { errors } }],
        ['in', { type: 'error', payload: { errors } }],
      ],
      subscriptionsTransportWs,
    );
    assert.equal(named?.['summary'], '#1 ! not known');
    assert.deepEqual(
      [general?.['summary'], general?.['severity'], general?.['call']],
      ['error ! not known', 'error', undefined],
    );
  });

  it('masks in the summary who connects', () => {
    const payload = { authToken: 'hunter2', headers: { Authorization: 'Bearer hunter2' }, v: 1 };
    const [said] = saidOf([['out', { type: 'connection_init', payload }]]);
    assert.equal(
      said?.['summary'],
      'connection_init {"authToken":"•••","headers":{"Authorization":"•••"},"v":1}',
    );
  });

  it('says that the connection was refused', () => {
    const [, said] = saidOf(
      [
        ['out', { type: 'connection_init' }],
        ['in', { type: 'connection_error', payload: { message: 'No' } }],
      ],
      subscriptionsTransportWs,
    );
    assert.equal(said?.['summary'], 'connection_init ! {"message":"No"}');
    assert.equal(said['severity'], 'error');
  });

  it('says where a text stops being JSON in bytes of its UTF-8', () => {
    const [said] = saidOf([['in', '{"type":"ü",}']]);
    assert.deepEqual(said?.['problem'], { at: 13, is: 'bad-json' });
  });
});

describe('The operation of a GraphQL document', () => {
  const cases: readonly (readonly [
    document: string,
    kind: string,
    name: string,
    wanted?: string,
  ])[] = [
    ['', 'query', 'anonymous'],
    ['', 'query', 'Wanted', 'Wanted'],
    ['{ now }', 'query', 'now'],
    ['{ me: user { name } }', 'query', 'user'],
    ['query{now}', 'query', 'now'],
    ['mutation Add($a: Int = 1) @log(x: {y: 1}) { add }', 'mutation', 'Add'],
    ['mutation ($a: In = { b: "}" }) { add(a: $a) }', 'mutation', 'add'],
    ['query query { a }', 'query', 'query'],
    ['query A { a } mutation B { b } query C { c }', 'mutation', 'B', 'B'],
    ['query A { a } mutation B { b }', 'query', 'A', 'Unknown'],
    ['{ a { query mutation } }', 'query', 'a'],
    ['# query X { x }\nsubscription Y { y }', 'subscription', 'Y'],
    ['{ ...UserFields }', 'query', 'UserFields'],
    ['{ ... on Query @include(if: true) { ...  { inner } } }', 'query', 'inner'],
    ['fragment F on T @d(a: "{") { f { g } } query Q { ...F }', 'query', 'Q'],
    ['fragment query on T { f } mutation M { m }', 'mutation', 'M'],
    ['{ search(text: "} mutation M { ", s: """ "{" \\""" query N { """) }', 'query', 'search'],
    ['query Q { a(b: "\\"}") } mutation M { m }', 'mutation', 'M', 'M'],
    ['\ufeff,, query,Q', 'query', 'Q'],
    ['{ "unfinished', 'query', 'anonymous'],
    ['{{{{', 'query', 'anonymous'],
    ['}} query Q', 'query', 'anonymous'],
    ['""" query A { a } """ query B { b }', 'query', 'B'],
    ['"mutation" { a } "not this" fragment F on T { f }', 'query', 'a'],
  ];
  for (const [document, kind, name, wanted] of cases) {
    it(`is ${kind} ${name}: ${document}${wanted ? ` (${wanted})` : ''}`, () => {
      assert.deepEqual(operationOf(document, wanted), { kind, name });
    });
  }

  it('is found in time that grows with the document only', () => {
    for (const piece of ['"', '"""', '#', '\\', '{', '(', '...', 'query ', '{a}', '"\\"']) {
      operationOf(piece.repeat(200_000), 'Wanted');
    }
  });
});
