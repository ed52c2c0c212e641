import type { Problem, Reading } from './reading.ts';
import { oneLine } from './summaryText.ts';

/** Summaries of more records than these fit in no line. */
const maxInSummary = 64;

/**
 * Several records of one message as one reading; one record stands for itself, and none says nothing.
 *
 * @param problem behind the last record
 */
export function batchOf(records: readonly Reading[], problem?: Problem): Reading {
  const [only] = records;
  if (only && records.length === 1) {
    return problem ? { ...only, severity: 'error', problem: only.problem ?? problem } : only;
  }
  return listOf(records, problem);
}

/** The same where one record is a list as well. */
export function listOf(records: readonly Reading[], problem?: Problem): Reading {
  const isFailed = problem !== undefined || records.some(({ severity }) => severity === 'error');
  const isWarned = records.some(({ severity }) => severity === 'warning');
  if (records.length === 0) {
    return { summary: () => '', ...(problem && { severity: 'error', problem }) };
  }
  return {
    type: 'batch',
    severity: isFailed ? 'error' : isWarned ? 'warning' : undefined,
    isHeartbeat: records.every(each => each.isHeartbeat) ? true : undefined,
    summary: () =>
      oneLine(
        records
          .slice(0, maxInSummary)
          .map(each => each.summary())
          .join(' | '),
      ),
    problem,
    records,
  };
}
