/** One step of a run: what it is, and what came of it as far as the run got. */
export interface StepFacts {
  /** Counts from 1. */
  readonly step: number;
  readonly name: string;
  /** The beginning of the message as it was written: with references, not with their values. */
  readonly message: string;
  /** In seconds, before it is sent. */
  readonly delay?: number;
  /** How often it was sent; absent if it was not. */
  readonly sent?: number;
  /** The number of the row that was sent last, in the capture of this row. */
  readonly sentRow?: number;
  /** The filter that an answer must match. */
  readonly waitsFor?: string;
  /** In seconds. */
  readonly timeout?: number;
  /** The beginning of the answer; absent if none came. */
  readonly answer?: string;
  readonly answerRow?: number;
  /** In seconds, after the message was sent. */
  readonly answeredAfter?: number;
  /** Why the run ended here. */
  readonly problem?: string;
}

/** What a state row records of a run of a saved message or sequence, at its start and at its end. */
export interface RunFacts {
  readonly kind: 'message' | 'sequence';
  /** The folders and the name of what runs. */
  readonly path: string;
  readonly phase: 'started' | 'done' | 'failed' | 'stopped';
  /** At the end: the number of the row of its start. */
  readonly startRow?: number;
  /** Those around its end if there are very many. Too long for the list, so a preview lacks them. */
  readonly steps?: readonly StepFacts[];
  /** How many steps are not listed. */
  readonly unlisted?: number;
}
