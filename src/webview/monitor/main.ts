import './monitor.css';
import { messageOf } from '../../core/base/errors.ts';
import { Formats } from '../../core/base/format.ts';
import { MonitorPage } from './monitorPage.ts';
import { HostLink, type Request } from '../link/hostLink.ts';
import { hostLayout, layoutOf } from '../state/layout.ts';
import { readSavedState, StateKeeper } from '../state/savedState.ts';
import { readStrings } from '../widgets/strings.ts';
import { userTimeZone } from '../state/panelState.ts';

readStrings(document.querySelector('#strings'));
const api = acquireVsCodeApi();
const host = new HostLink(api);
// A tab that is opened anew has no state of its own, but the layout of the one before.
const saved = readSavedState(api.getState() ?? hostLayout(document.querySelector('#layout')));
let layout = layoutOf(saved);
const keeper = new StateKeeper(saved, state => {
  api.setState(state);
  if (layout !== layoutOf(state)) {
    layout = layoutOf(state);
    // If it fails, the next page is laid out otherwise, which is no news for the user.
    host.request('layout.keep', { text: layout }).catch(() => undefined);
  }
});
const formats = new Formats(document.documentElement.lang || 'en');
const root = document.querySelector<HTMLElement>('#app') ?? document.body;
// A tab that a request opens may hide this page, which is then discarded before it can write its state.
const request: Request = (name, params) => {
  if (name.startsWith('editor.')) {
    keeper.flush();
  }
  return host.request(name, params);
};
const page = new MonitorPage(root, request, keeper, formats);

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
      'cleared.changed': cleared => page.setCleared(cleared ?? undefined),
      'list.focus': () => page.focusList(),
      'held.changed': held => page.setHeld(held ?? undefined),
      'held.edit': message => page.editHeld(message),
      'composer.changed': composer => page.setComposer(composer),
      'row.show': row => page.showRow(row),
      'text.open': () => page.openText(),
      'decoder.ask': () => page.newDecoder(),
    });
  },
  (error: unknown) => page.fail(messageOf(error)),
);
