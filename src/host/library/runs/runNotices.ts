import { l10n } from 'vscode';
import type { Disposable } from '../../../core/base/lifecycle.ts';
import type { Logger } from '../../../core/base/logger.ts';
import { shortened } from '../../../core/text/plainText.ts';
import type { Targets } from '../../connections/targets.ts';
import { showError } from '../../ui/notify.ts';
import { unwaited } from '../../ui/unwaited.ts';
import type { FailedRun, SequenceRunner } from './sequenceRunner.ts';

/** What shows the rows of connections. */
export interface RunPanel {
  /** Whether the user sees the rows of a connection. */
  readonly shows: (connection: string) => boolean;
  readonly show: (connection: string) => void;
  readonly showRow: (connection: string, row: number) => void;
}

const maxNameLength = 80;

/** Notifies the user of a run that failed where the user is not looking. */
export function notifyOfFailures(
  runner: SequenceRunner,
  targets: Targets,
  panel: () => Promise<RunPanel>,
  log: Logger,
): Disposable {
  const notify = async ({ connection, sentence, row }: FailedRun) => {
    const name = targets.find(connection)?.name;
    const shown = await panel();
    if (name === undefined || shown.shows(connection)) {
      return;
    }
    const action = l10n.t('Show');
    const told = `${shortened(name, maxNameLength)}: ${sentence}`;
    if ((await showError(told, action)) !== action) {
      return;
    }
    if (row === undefined) {
      shown.show(connection);
    } else {
      shown.showRow(connection, row);
    }
  };
  return runner.onDidFail(failed => unwaited('What a notification offers', log, notify(failed)));
}
