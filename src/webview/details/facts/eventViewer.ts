import { html, nothing } from 'lit/html.js';
import { visibleLine } from '../../../core/text/visibleText.ts';
import { readWatchFacts } from '../../../core/watch/readWatchFacts.ts';
import { readStateRow } from '../../list/rows/stateRow.ts';
import { definitions } from '../../widgets/definitions.ts';
import { FactsViewer, wholePayload } from './factsViewer.ts';
import { runView } from './runView.ts';
import { watchView, type WatchLinks } from './watchView.ts';

export interface RowLinks extends WatchLinks {
  /** Goes to another row of the same connection. */
  readonly onGoTo: (seq: number) => void;
}

/**
 * A state change, in a separate bundle. Its preview has everything except the handshake, the steps of a run and the calls that opened a
 * socket, even if no capture has the row.
 */
export function eventViewer(links: RowLinks): FactsViewer {
  return new FactsViewer(async shown => {
    const { text: sentence, facts, run, watch } = readStateRow(shown.row.preview);
    const isWhole = run === undefined && watch === undefined;
    const payload = isWhole ? undefined : await wholePayload(shown);
    const whole = payload && readStateRow(new TextDecoder().decode(payload));
    const watched = readWatchFacts(whole?.watch);
    return html`<p class="happened">${visibleLine(sentence)}</p>
      ${definitions(facts)}
      ${run === undefined ? nothing : runView(whole?.run ?? run, links.onGoTo)}
      ${watched ? watchView(watched, links) : nothing}`;
  });
}
