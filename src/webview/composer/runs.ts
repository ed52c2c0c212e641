import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { RunProgress } from '../../core/library/sequenceRun.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { RunView } from '../../shared/composerProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { text } from '../widgets/strings.ts';

const words: Readonly<Record<RunProgress['state'], PageString>> = {
  waiting: 'composeRunWaiting',
  sending: 'composeRunSending',
  repeating: 'composeRunRepeating',
  done: 'composeRunDone',
  stopped: 'composeRunStopped',
  failed: 'composeRunFailed',
};

function isOver({ state }: RunProgress): boolean {
  return state === 'done' || state === 'stopped' || state === 'failed';
}

/** The running sequences: their progress, and a button to stop each. */
export function runList(
  runs: readonly RunView[],
  formats: Formats,
  stop: (id: string) => void,
): TemplateResult | typeof nothing {
  if (runs.length === 0) {
    return nothing;
  }
  return html`<ul class="composer-runs" aria-label=${text('composeRuns')}>
    ${runs.map(run => runLine(run, formats, stop))}
  </ul>`;
}

function runLine(
  { id, name, progress }: RunView,
  formats: Formats,
  stop: (id: string) => void,
): TemplateResult {
  const { state, step, of, sent, problem } = progress;
  const label = visibleLine(name);
  const steps = text('composeRunSteps', formats.count(step), formats.count(of));
  const facts = [
    text(words[state]),
    steps,
    ...(progress.name === '' || isOver(progress) ? [] : [visibleLine(progress.name)]),
    text('composeRunSent', formats.count(sent)),
  ];
  return html`<li class="composer-run ${state}">
    <span class="name">${label}</span>
    <progress max=${of} value=${step} aria-label="${label}: ${steps}"></progress>
    <span class="run-facts">${facts.join(' · ')}</span>
    ${problem === undefined ? nothing : html`<span class="problem">${visibleLine(problem)}</span>`}
    ${isOver(progress) ? nothing : stopButton(label, () => stop(id))}
  </li>`;
}

function stopButton(label: string, run: () => void): TemplateResult {
  const name = text('composeRunStop', label);
  return html`<button type="button" class="tool" aria-label=${name} title=${name} @click=${run}>
    <span class="codicon codicon-debug-stop" aria-hidden="true"></span>
  </button>`;
}

/** A sentence for each run that has ended since, for screen readers. */
export function endedRuns(
  before: readonly RunView[],
  after: readonly RunView[],
): readonly string[] {
  return after.flatMap(({ id, name, progress }) => {
    const old = before.find(run => run.id === id);
    if (!old || isOver(old.progress) || !isOver(progress)) {
      return [];
    }
    const sentence = `${visibleLine(name)}: ${text(words[progress.state])}.`;
    return [progress.problem === undefined ? sentence : `${sentence} ${progress.problem}`];
  });
}
