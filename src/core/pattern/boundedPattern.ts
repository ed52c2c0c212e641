import { LinearPattern } from './linearPattern.ts';
import { looksFromStart, patternProgram } from './patternProgram.ts';
import { safeTextLength } from './patternRisk.ts';

/** For one text; some 20 milliseconds at the worst. */
const maxSteps = 2_000_000;

/** A regular expression for untrusted texts, on a thread where it cannot be interrupted. */
interface BoundedPattern {
  /** Whether it matches anywhere; `undefined` if that could take too long. */
  test(text: string): boolean | undefined;
  /** What the last test took, in steps of roughly the same length. */
  readonly steps: number;
}

/**
 * Makes a regular expression safe. One that is regular, as nearly all are, takes time in proportion to
 * the text, also if it looks ahead from the beginning of the text. With references to groups, or
 * other lookarounds, it is tried on texts of up to `safeTextLength`; `undefined` if that
 * is 0.
 *
 * @throws SyntaxError if JavaScript does not take it
 */
export function boundedPattern(source: string, flags: string): BoundedPattern | undefined {
  // Without the flags that keep a place between calls.
  const pattern = new RegExp(source, flags.replace(/[gy]/g, ''));
  const regular = linearPattern(source, flags) ?? lookingPattern(source, flags);
  if (regular) {
    return regular;
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

function linearPattern(source: string, flags: string): BoundedPattern | undefined {
  const program = patternProgram(source, flags);
  const linear = program && new LinearPattern(program);
  return (
    linear && {
      test: text => linear.test(text, maxSteps),
      get steps() {
        return linear.steps;
      },
    }
  );
}

/** If all lookaheads from the beginning of a text are regular, they are tried one after the other. */
function lookingPattern(source: string, flags: string): BoundedPattern | undefined {
  const { looks, rest } = looksFromStart(source, flags) ?? {};
  const all = [...(looks ?? []), { source: rest ?? '', isNegated: false }].map(look => ({
    pattern: linearPattern(look.source, flags),
    isWanted: !look.isNegated,
  }));
  if (rest === undefined || all.some(({ pattern }) => !pattern)) {
    return undefined;
  }
  let steps = 0;
  return {
    test: text => {
      steps = 0;
      for (const { pattern, isWanted } of all) {
        const found = pattern?.test(text);
        steps += pattern?.steps ?? 0;
        if (found !== isWanted) {
          return found === undefined ? undefined : false;
        }
      }
      return true;
    },
    get steps() {
      return steps;
    },
  };
}
