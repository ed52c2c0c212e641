import { assertNever } from '../base/errors.ts';
import { isSearchable } from '../base/byteSearch.ts';
import { ExactSearch, FoldedSearch, type FindBytes } from './literalSearch.ts';
import { jsonGuess } from './jsonGuess.ts';
import { foldAscii, searchWord } from '../text/searchText.ts';
import { rowKinds, type RowKind } from '../record/record.ts';
import type { Condition } from '../filter/condition.ts';
import { everyPart, isOfFacts, isOfFlags } from '../filter/conditionParts.ts';
import { rowTest } from '../filter/matcher.ts';
import { longestName } from '../filter/pathTest.ts';
import { requiredLiteral } from './requiredLiteral.ts';
import { RowReader } from '../filter/rowReader.ts';
import { Known, type SearchedRows } from './searchedRows.ts';
import { otherSpellings } from '../filter/wordMatch.ts';

/**
 * Notes what is known of rows without looking at each: of row `i`, counted from 0, in `known[i]`, which
 * is overwritten.
 */
export type RowScreen = (rows: SearchedRows, known: Uint8Array) => void;

/** What the matcher reads in another way than it was written; and what is never JSON. */
const rewritten: readonly RowKind[] = ['state', 'close'];
const neverJson = rowKinds.filter(kind => kind !== 'text' && kind !== 'state');

const encoder = new TextEncoder();
const noBytes = new Uint8Array();

/** What `rowTest` would say of rows that nobody decodes, or that it must be asked. */
export function rowScreen(condition: Condition, find: FindBytes): RowScreen {
  if (everyPart(condition, isOfFacts)) {
    return factScreen(condition);
  }
  switch (condition.is) {
    case 'all':
      return joined(condition.of, Known.No, find);
    case 'any':
      return joined(condition.of, Known.Yes, find);
    case 'not': {
      const screen = rowScreen(condition.of, find);
      return (rows, known) => {
        screen(rows, known);
        for (let row = 0; row < rows.count; row++) {
          known[row] = Known.Yes - (known[row] ?? 0);
        }
      };
    }
    case 'text':
      return condition.exact ? exactScreen(condition.text, find) : wordScreen(condition.text, find);
    case 'pattern': {
      const { source, flags } = condition;
      const literal = requiredLiteral(source, flags);
      const isFolded = flags.includes('i');
      return literal === undefined
        ? allOpen
        : textScreen([literalMark(literal, isFolded, Known.Open, find)]);
    }
    case 'field':
      return fieldScreen(condition, find);
    case 'decoded':
      return allOpen;
    case 'error':
      return (rows, known) => {
        known.fill(Known.No);
        rows.markKinds(rewritten, Known.Open, known);
      };
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return factScreen(condition);
    default:
      return assertNever(condition);
  }
}

/** Whether a row that nobody decodes is a message without JSON values, see `RowReader.isOpaque`. */
export function isOpaque(rows: SearchedRows, row: number): Known {
  switch (rows.kindOf(row)) {
    case 'binary':
      return Known.Yes;
    case 'text':
      return (Known.Yes - jsonGuess(rows.bytes, rows.beginOf(row), rows.endOf(row))) as Known;
    case 'state':
    case 'close':
    case 'ping':
    case 'pong':
      return Known.No;
  }
}

const allOpen: RowScreen = (_, known) => void known.fill(Known.Open);
const allMatch: RowScreen = (_, known) => void known.fill(Known.Yes);

/** @param deciding what decides whatever the other parts say */
function joined(
  parts: readonly Condition[],
  deciding: typeof Known.No | typeof Known.Yes,
  find: FindBytes,
): RowScreen {
  const ofFacts = parts.filter(part => everyPart(part, isOfFacts));
  const others = parts.filter(part => !ofFacts.includes(part));
  const screens = [...ofFacts, ...others].map(part => rowScreen(part, find));
  return (rows, known) => {
    known.fill(Known.Yes - deciding);
    const ofPart = new Uint8Array(rows.count);
    for (const screen of screens) {
      screen(rows, ofPart);
      let isDecided = true;
      for (let row = 0; row < rows.count; row++) {
        const one = known[row] ?? 0;
        const other = ofPart[row] ?? 0;
        const both = one < other === (deciding === Known.No) ? one : other;
        known[row] = both;
        isDecided &&= both === deciding;
      }
      if (isDecided) {
        return;
      }
    }
  };
}

/** The matcher is asked, but once only for all rows that have the same flags if no more counts. */
function factScreen(condition: Condition): RowScreen {
  const test = rowTest(condition);
  const reader = new RowReader(() => '');
  const verdict = (flags: number, at: number, size: number) => {
    reader.read({ flags, at, size, payload: () => noBytes });
    return test(reader) ? Known.Yes : Known.No;
  };
  if (!everyPart(condition, isOfFlags)) {
    return (rows, known) => {
      for (let row = 0; row < rows.count; row++) {
        const size = rows.endOf(row) - rows.beginOf(row);
        known[row] = verdict(rows.flagsOf(row), rows.timeOf(row), size);
      }
    };
  }
  const verdicts = new Map<number, Known>();
  return (rows, known) => {
    let last = -1;
    let ofLast: Known = Known.No;
    for (let row = 0; row < rows.count; row++) {
      const flags = rows.flagsOf(row);
      if (flags !== last) {
        last = flags;
        ofLast = verdicts.get(flags) ?? verdict(flags, 0, 0);
        verdicts.set(flags, ofLast);
      }
      known[row] = ofLast;
    }
  };
}

/** Notes what a text that is in the payload says of a row; what was known before is kept if it is more. */
type Mark = (rows: SearchedRows, known: Uint8Array) => void;

function literalMark(text: string, isFolded: boolean, known: Known, find: FindBytes): Mark {
  const needle = encoder.encode(text);
  const search = isFolded ? new FoldedSearch(needle) : new ExactSearch(needle, find);
  return (rows, all) => rows.mark(search, known, all);
}

/** A row whose text is its payload does not match if nothing marks it. */
function textScreen(marks: readonly Mark[]): RowScreen {
  return (rows, known) => {
    known.fill(Known.No);
    for (const mark of marks) {
      mark(rows, known);
    }
    rows.markKinds(rewritten, Known.Open, known);
  };
}

function exactScreen(text: string, find: FindBytes): RowScreen {
  if (text === '') {
    return allMatch;
  }
  return isSearchable(text) ? textScreen([literalMark(text, false, Known.Yes, find)]) : allOpen;
}

/** As `wordTest` looks for a word. */
function wordScreen(word: string, find: FindBytes): RowScreen {
  if (word === '') {
    return allMatch;
  }
  const { fold, needles } = searchWord(word);
  const marks =
    fold === foldAscii && isSearchable(word) ? [literalMark(word, true, Known.Yes, find)] : [];
  const spellings = otherSpellings(word);
  if (spellings) {
    const others = spellings.map(text => literalMark(text, false, Known.Open, find));
    return textScreen([...marks, ...others]);
  }
  // It may be written in too many ways, but none of them is all of ASCII.
  const isBeyondAscii = !needles.some(needle => /^\p{ASCII}*$/u.test(needle));
  const escape = literalMark('\\u', false, Known.Open, find);
  return isBeyondAscii ? textScreen([...marks, markBeyondAscii, escape]) : allOpen;
}

const markBeyondAscii: Mark = (rows, known) => {
  const { bytes, ascii, count } = rows;
  for (let row = 0; row < count && ascii === undefined; row++) {
    const end = rows.endOf(row);
    for (let at = rows.beginOf(row); at < end && known[row] === Known.No; at++) {
      if ((bytes[at] ?? 0) >= 0x80) {
        known[row] = Known.Open;
      }
    }
  }
};

type FieldCondition = Extract<Condition, { is: 'field' }>;

/**
 * Without a backslash, and between the quotes of JSON, a name and a text can be written in one way only.
 */
function fieldScreen(condition: FieldCondition, find: FindBytes): RowScreen {
  const required = requiredIn(condition);
  const screen = required ? textScreen(marksOf(required, find)) : allOpen;
  return (rows, known) => {
    screen(rows, known);
    rows.markKinds(neverJson, Known.No, known);
  };
}

interface Required {
  readonly text: string;
  readonly isFolded: boolean;
  /** A row that holds one of these may do without the text. */
  readonly others: readonly string[];
}

function marksOf({ text, isFolded, others }: Required, find: FindBytes): readonly Mark[] {
  const open = [...others, '\\', "'"].map(other => literalMark(other, false, Known.Open, find));
  return [literalMark(text, isFolded, Known.Open, find), ...open];
}

/** What is in each message that matches, if it is JSON without backslashes and apostrophes. */
function requiredIn({ path, comparison, value }: FieldCondition): Required | undefined {
  const isText = typeof value === 'string';
  // `NaN` and the like are not quoted where they are numbers.
  if (comparison === '=' && isText && isSearchable(value) && !/^(?:NaN|-?Infinity)$/.test(value)) {
    const text = JSON.stringify(value);
    if (!text.includes('\\')) {
      return { text, isFolded: false, others: [] };
    }
  }
  // It may be a part of an object, which is not as it was written where it has other characters; and
  // `None` reads as `null`.
  if (comparison === '~' && isText && /^[\w.@/+-]+$/.test(value) && !isPartOfNull(value)) {
    return { text: value, isFolded: true, others: otherLetters(value) };
  }
  const name = longestName(path);
  return name === '' ? undefined : { text: JSON.stringify(name), isFolded: false, others: [] };
}

function isPartOfNull(text: string): boolean {
  return 'null'.includes(text.toLowerCase());
}

/** What is of ASCII in lower case only. */
function otherLetters(text: string): readonly string[] {
  return [/k/i.test(text) ? '\u212a' : '', /i/i.test(text) ? '\u0130' : ''].filter(Boolean);
}
