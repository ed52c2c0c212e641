import './monitor.css';
import { messageOf } from '../../core/base/errors.ts';
import { Formats } from '../../core/base/format.ts';
import { MonitorPage } from './monitorPage.ts';
import { HostLink } from '../link/hostLink.ts';
import { readSavedState, StateKeeper } from '../state/savedState.ts';
import { readStrings } from '../widgets/strings.ts';
import { userTimeZone } from '../state/panelState.ts';

readStrings(document.querySelector('#strings'));
const api = acquireVsCodeApi();
const keeper = new StateKeeper(readSavedState(api.getState()), state => api.setState(state));
const host = new HostLink(api);
const formats = new Formats(document.documentElement.lang || 'en');
const root = document.querySelector<HTMLElement>('#app') ?? document.body;
const page = new MonitorPage(root, host.request, keeper, formats);

// A page that is hidden may be about to be closed.
document.addEventListener('visibilitychange', () => keeper.flush());

host.request('ready', { timeZone: userTimeZone() }).then(
  hello => {
    // A list event from before the first snapshot would be taken for the list whose place was saved.
    page.start(hello);
    host.listen({
      'connections.changed': connections => page.setConnections(connections),
      'view.changed': view => page.setView(view),
      'list.changed': list => page.setList(list),
      'filters.changed': filters => page.setFilters(filters),
      'composer.changed': composer => page.setComposer(composer),
    });
  },
  (error: unknown) => page.fail(messageOf(error)),
);
