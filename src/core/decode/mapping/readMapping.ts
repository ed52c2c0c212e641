import { isObject } from '../../json/json.ts';
import { readFilter } from './mappedFilters.ts';
import { TextMap } from './mappedText.ts';
import {
  filterMembers,
  maxCases,
  maxJsonPaths,
  maxTypes,
  textMembers,
  valueMembers,
  type Mapping,
} from './mapping.ts';

/** A clause about what is wrong with a member; `undefined`: nothing. */
type Check = (value: unknown) => string | undefined;

/** What is wrong with one member of a mapping. */
interface MappingProblem {
  /** As a path: `cases[0].when`; empty: the mapping itself. */
  readonly path: string;
  /** A sentence that does not repeat the path. */
  readonly message: string;
}

const ofCase: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['when', value => filterProblem(value, false)],
  ['subprotocol', value => (typeof value === 'string' ? undefined : 'must be a text')],
  ['types', typesProblem],
  ...textMembers.map(member => [member, textProblem] as const),
  ...valueMembers.map(member => [member, pathProblem] as const),
  ...filterMembers.map(member => [member, (value: unknown) => filterProblem(value, true)] as const),
]);

const ofMapping: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...ofCase,
  ['json', jsonProblem],
  ['batch', value => (typeof value === 'boolean' ? undefined : 'must be true or false')],
  ['cases', casesProblem],
]);

/**
 * Makes a mapping of a user's setting.
 *
 * @returns everything that is wrong with it, if anything is
 */
export function readMapping(
  value: unknown,
):
  | { readonly mapping: Mapping; readonly problems?: undefined }
  | { readonly mapping?: undefined; readonly problems: readonly MappingProblem[] } {
  const problems = problemsOf(value, ofMapping, '');
  if (isObject(value) && Array.isArray(value['cases'])) {
    const cases = value['cases'] as readonly unknown[];
    for (const [index, each] of cases.slice(0, maxCases).entries()) {
      problems.push(...problemsOf(each, ofCase, `cases[${index}]`));
    }
  }
  return problems.length > 0 ? { problems } : { mapping: value as Mapping };
}

function problemsOf(
  value: unknown,
  members: ReadonlyMap<string, Check>,
  at: string,
): MappingProblem[] {
  if (!isObject(value)) {
    return [{ path: at, message: sentence('must be an object') }];
  }
  return Object.entries(value).flatMap(([name, member]) => {
    const check = members.get(name);
    const problem = check
      ? check(member)
      : `is not known; known are ${[...members.keys()].join(', ')}`;
    const path = at === '' ? name : `${at}.${name}`;
    return problem === undefined ? [] : [{ path, message: sentence(problem) }];
  });
}

function sentence(clause: string): string {
  return `It ${clause}${clause.endsWith('.') ? '' : '.'}`;
}

function textProblem(value: unknown): string | undefined {
  const read =
    typeof value === 'string' ? TextMap.read(value) : 'must be a text such as "$.data.id"';
  return typeof read === 'string' ? read : undefined;
}

function pathProblem(value: unknown): string | undefined {
  const read = typeof value === 'string' ? TextMap.read(value) : 'must be a path such as "$.data"';
  if (typeof read === 'string') {
    return read;
  }
  return read.isPaths
    ? undefined
    : 'takes one path such as $.data, or several with “|” between them';
}

function filterProblem(value: unknown, mayBeTrue: boolean): string | undefined {
  if (typeof value !== 'string' && !(mayBeTrue && value === true)) {
    return `must be a filter such as "$.type:ping"${mayBeTrue ? ', or true' : ''}`;
  }
  const read = readFilter(value);
  return typeof read === 'string' ? read : undefined;
}

function typesProblem(value: unknown): string | undefined {
  const isRight =
    isObject(value) &&
    Object.keys(value).length <= maxTypes &&
    Object.values(value).every(word => typeof word === 'string');
  return isRight
    ? undefined
    : `must be an object of at most ${maxTypes} texts, such as { "2": "call" }`;
}

function jsonProblem(value: unknown): string | undefined {
  const isRight =
    Array.isArray(value) &&
    value.length <= maxJsonPaths &&
    value.every(path => typeof path === 'string' && isMemberPath(path));
  return isRight
    ? undefined
    : `must be a list of at most ${maxJsonPaths} paths such as "$.data", without alternatives`;
}

function isMemberPath(text: string): boolean {
  const read = TextMap.read(text);
  if (typeof read === 'string' || !read.isPaths) {
    return false;
  }
  const [path, ...others] = read.paths;
  return others.length === 0 && path !== undefined && path.length > 0 && !path.some(isAny);
}

function isAny(step: unknown): boolean {
  return typeof step === 'object';
}

function casesProblem(value: unknown): string | undefined {
  const isRight = Array.isArray(value) && value.length > 0 && value.length <= maxCases;
  return isRight ? undefined : `must be a list of 1 to ${maxCases} objects`;
}
