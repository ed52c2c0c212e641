import type { PathStep } from '../../json/jsonPath.ts';
import { TextMap } from './mappedText.ts';
import { readFilter, type MessageTest } from './mappedFilters.ts';
import {
  filterMembers,
  textMembers,
  valueMembers,
  type Mapping,
  type MappingCase,
} from './mapping.ts';

type Texts = Partial<
  Readonly<Record<(typeof textMembers)[number] | (typeof valueMembers)[number], TextMap>>
>;
type Tests = Partial<Readonly<Record<(typeof filterMembers)[number], MessageTest>>>;

/** What messages of one case say. */
export interface CompiledCase {
  readonly subprotocol: string | undefined;
  readonly when: MessageTest | undefined;
  readonly types: ReadonlyMap<string, string> | undefined;
  readonly texts: Texts;
  readonly tests: Tests;
  /** Whose members the summary says in the name already. */
  readonly named: readonly (readonly PathStep[])[];
}

export interface CompiledMapping {
  /** Which messages the mapping is for; absent: all. */
  readonly when: MessageTest | undefined;
  readonly subprotocol: string | undefined;
  readonly json: readonly (readonly PathStep[])[];
  readonly isBatched: boolean;
  readonly cases: readonly CompiledCase[];
  /** Whether it says which requests are subscriptions. */
  readonly asksForSubscriptions: boolean;
}

/** Compiles a mapping that `readMapping` has found right. */
export function compileMapping(mapping: Mapping): CompiledMapping {
  const { when, subprotocol, json = [], batch = false, cases, ...shared } = mapping;
  const compiled = (cases ?? [{}]).map(each => compileCase({ ...shared, ...each }));
  return {
    when: when === undefined ? undefined : filterOf(when),
    subprotocol,
    json: json.map(path => textOf(path).paths[0] ?? []),
    isBatched: batch,
    cases: compiled,
    asksForSubscriptions: compiled.some(({ tests }) => tests.subscribe),
  };
}

function compileCase(facts: MappingCase): CompiledCase {
  const { when, subprotocol, types } = facts;
  const texts: Partial<Record<keyof Texts, TextMap>> = {};
  for (const member of [...textMembers, ...valueMembers]) {
    const text = facts[member];
    if (text !== undefined) {
      texts[member] = textOf(text);
    }
  }
  const tests: Partial<Record<keyof Tests, MessageTest>> = {};
  for (const member of filterMembers) {
    const filter = facts[member];
    if (filter !== undefined) {
      tests[member] = filterOf(filter);
    }
  }
  return {
    subprotocol,
    when: when === undefined ? undefined : filterOf(when),
    types: types && new Map(Object.entries(types)),
    texts,
    tests,
    named: (texts.label ?? texts.event ?? texts.type)?.paths ?? [],
  };
}

function textOf(text: string): TextMap {
  const read = TextMap.read(text);
  if (typeof read === 'string') {
    throw new TypeError(`“${text}” ${read}`);
  }
  return read;
}

function filterOf(filter: string | true): MessageTest {
  const read = readFilter(filter);
  if (typeof read === 'string') {
    throw new TypeError(`“${String(filter)}” ${read}`);
  }
  return read;
}
