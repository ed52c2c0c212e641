import { LinearPattern } from './linearPattern.ts';
import { patternProgram } from './patternProgram.ts';
import { safeTextLength } from './patternRisk.ts';

/** For one text; some 20 milliseconds at the worst. */
const mostSteps = 2_000_000;

/** A regular expression for texts of strangers, where nothing can stop it once it runs. */
export interface BoundedPattern {
  /** Whether it matches anywhere; `undefined` where finding out could take long. */
  test(text: string): boolean | undefined;
  /** What the last test took, in steps of roughly the same length. */
  readonly steps: number;
}

/**
 * Makes a regular expression safe. One that is regular, as nearly all are, takes time in proportion to
 * the text. With references to groups, or looks ahead or behind, it is tried on texts of up to
 * `safeTextLength`; `undefined` where that is none.
 *
 * @throws SyntaxError where JavaScript does not take it
 */
export function boundedPattern(source: string, flags: string): BoundedPattern | undefined {
  // Without the flags that keep a place between calls.
  const pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
  const program = patternProgram(source, flags);
  if (program) {
    const linear = new LinearPattern(program);
    return {
      test: text => linear.test(text, mostSteps),
      get steps() {
        return linear.steps;
      },
    };
  }
  const longest = safeTextLength(source);
  let steps = 0;
  return longest === 0
    ? undefined
    : {
        test: text => {
          steps = Math.min(text.length, longest);
          return text.length > longest ? undefined : pattern.test(text);
        },
        get steps() {
          return steps;
        },
      };
}
