/** Names what a part of the language means; the page has a sentence for each. */
export type FilterMeaning =
  | ('word' | 'exact' | 'pattern' | 'in' | 'out' | 'kind' | 'size' | 'after' | 'before')
  | ('field' | 'fieldCompare' | 'fieldPart' | 'fieldHas' | 'error' | 'heartbeat' | 'compressed')
  | ('injected' | 'edited' | 'dropped' | 'held' | 'is' | 'not' | 'or' | 'group')
  | ('event' | 'topic' | 'type' | 'id' | 'as' | 'asRaw' | 'call' | 'conversation' | 'latency')
  | ('callPending' | 'callDone' | 'callFailed' | 'callOrphan' | 'envelope' | 'undecodable')
  | ('kindState' | 'kindText' | 'kindBinary' | 'kindClose' | 'kindPing' | 'kindPong');

interface FilterExample {
  /** Can be put into a filter unchanged. */
  readonly syntax: string;
  readonly meaning: FilterMeaning;
}

/** The whole language, for people. */
export const filterReference: readonly FilterExample[] = [
  { syntax: 'price update', meaning: 'word' },
  { syntax: '"Price: 1"', meaning: 'exact' },
  { syntax: '/id=\\d+/i', meaning: 'pattern' },
  { syntax: 'in:', meaning: 'in' },
  { syntax: 'out:', meaning: 'out' },
  { syntax: 'kind:text|binary', meaning: 'kind' },
  { syntax: 'size:>1k', meaning: 'size' },
  { syntax: 'after:-5m', meaning: 'after' },
  { syntax: 'before:10:30', meaning: 'before' },
  { syntax: '$.type:trade', meaning: 'field' },
  { syntax: '$.items[*].price:>=100', meaning: 'fieldCompare' },
  { syntax: '$.note:~late', meaning: 'fieldPart' },
  { syntax: '$.error', meaning: 'fieldHas' },
  { syntax: 'event:chat|join', meaning: 'event' },
  { syntax: 'topic:~orders', meaning: 'topic' },
  { syntax: 'type:ACK', meaning: 'type' },
  { syntax: 'id:12', meaning: 'id' },
  { syntax: 'as:raw', meaning: 'as' },
  { syntax: 'call:pending|failed', meaning: 'call' },
  { syntax: 'call:#1234', meaning: 'conversation' },
  { syntax: 'latency:>200ms', meaning: 'latency' },
  { syntax: '@.headers.receipt', meaning: 'envelope' },
  { syntax: 'is:undecodable', meaning: 'undecodable' },
  { syntax: 'has:error', meaning: 'error' },
  { syntax: 'is:heartbeat', meaning: 'heartbeat' },
  { syntax: 'is:compressed', meaning: 'compressed' },
  { syntax: 'is:injected', meaning: 'injected' },
  { syntax: 'is:edited', meaning: 'edited' },
  { syntax: 'is:dropped', meaning: 'dropped' },
  { syntax: 'is:held', meaning: 'held' },
  { syntax: '-kind:ping', meaning: 'not' },
  { syntax: 'bid or ask', meaning: 'or' },
  { syntax: 'in: -(bid or ask)', meaning: 'group' },
];
