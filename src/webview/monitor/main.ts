import './monitor.css';
import { messageOf } from '../../core/base/errors.ts';
import { Formats } from '../../core/base/format.ts';
import { App } from './app.ts';
import { HostLink } from '../link/hostLink.ts';
import { readSavedState, StateKeeper } from '../state/savedState.ts';
import { readStrings } from '../widgets/strings.ts';
import { userTimeZone } from '../widgets/userClock.ts';

readStrings(document.querySelector('#strings'));
const api = acquireVsCodeApi();
const keeper = new StateKeeper(readSavedState(api.getState()), state => api.setState(state));
const host = new HostLink(api);
const formats = new Formats(document.documentElement.lang || 'en');
const root = document.querySelector<HTMLElement>('#app') ?? document.body;
const app = new App(root, host.request, keeper, formats);

// A page that is hidden is about to go.
document.addEventListener('visibilitychange', () => keeper.flush());

host.request('ready', { timeZone: userTimeZone() }).then(
  hello => {
    // An event from before the first snapshot must not be taken for the list that the page had.
    app.start(hello);
    host.listen({
      'connections.changed': connections => app.setConnections(connections),
      'view.changed': view => app.setView(view),
      'list.changed': list => app.setList(list),
      'filters.changed': filters => app.setFilters(filters),
      'composer.changed': composer => app.setComposer(composer),
    });
  },
  (error: unknown) => app.fail(messageOf(error)),
);
