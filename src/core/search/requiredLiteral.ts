import { isSearchable } from '../base/byteSearch.ts';
import { patternPart, type Part } from '../pattern/patternProgram.ts';

/**
 * The longest text that is in every match of a regular expression, in upper or lower case if it ignores
 * that; `undefined` if there is none, or the expression is not understood.
 */
export function requiredLiteral(source: string, flags: string): string | undefined {
  const part = patternPart(source, flags);
  if (!part) {
    return undefined;
  }
  const runs = new Runs(flags);
  runs.add(part);
  return runs.longest;
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Characters that follow each other in every match. */
class Runs {
  readonly #isFolded: boolean;
  /** Letters that have others beyond ASCII as another case (Unicode's case folding). */
  readonly #unsure: RegExp;
  #run = '';
  #longest = '';

  constructor(flags: string) {
    this.#isFolded = flags.includes('i');
    this.#unsure = flags.includes('u') ? /[^\0-\x7f]|[ks]/i : /[^\0-\x7f]/;
  }

  get longest(): string | undefined {
    this.#end();
    return this.#longest === '' ? undefined : this.#longest;
  }

  add(part: Part): void {
    switch (part.is) {
      case 'unit': {
        const character = characterOf(part.source);
        if (character === undefined || (this.#isFolded && this.#unsure.test(character))) {
          this.#end();
        } else {
          this.#run += character;
        }
        break;
      }
      case 'assert':
        break;
      case 'sequence':
        part.of.forEach(each => this.add(each));
        break;
      case 'choice': {
        const [only, ...others] = part.of;
        if (only && others.length === 0) {
          this.add(only);
        } else {
          this.#end();
        }
        break;
      }
      case 'repeat':
        // What comes before is followed by one of them, and what comes after follows one.
        if (part.least > 0) {
          this.add(part.of);
        }
        this.#end();
        if (part.least > 0 && part.of.is === 'unit') {
          this.add(part.of);
        }
        break;
    }
  }

  #end(): void {
    if (this.#run.length > this.#longest.length && isSearchable(this.#run)) {
      this.#longest = this.#run;
    }
    this.#run = '';
  }
}

/** `undefined` if several fit. */
function characterOf(unit: string): string | undefined {
  if (unit.startsWith('\\')) {
    const escaped = unit.slice(1);
    return /^\W$/.test(escaped) ? escaped : controls[escaped];
  }
  return unit === '.' || unit.startsWith('[') ? undefined : unit;
}
