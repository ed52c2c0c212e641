import type { HeaderActions } from './header.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { HostView } from '../state/hostView.ts';
import { below, openMenu } from '../widgets/menu.ts';
import type { MessageList } from '../list/messageList.ts';
import type { PageSources } from '../state/pageSources.ts';
import type { RowCommands } from '../list/rowCommands.ts';
import { text } from '../widgets/strings.ts';
import { mergeItems, moreItems } from './toolMenus.ts';

/** What the header's tools work on. */
interface HeaderSubjects {
  readonly view: HostView;
  readonly requests: HostRequests;
  readonly sources: () => PageSources;
  readonly list: () => MessageList;
  readonly rows: () => RowCommands;
  readonly find: () => void;
}

/** What the tools of the header do. */
export function headerCommands(subjects: HeaderSubjects): HeaderActions {
  const { view, requests, sources, list, rows, find } = subjects;
  const sendFor = (name: 'connect' | 'disconnect' | 'reconnect' | 'clear') => () => {
    const { selected } = sources();
    if (selected) {
      requests.send(name, { connection: selected.id });
    }
  };
  const moreCommands = {
    find,
    goToRow: () => rows().goToRow(),
    selectAll: () => list().selectAll(),
    showOutput: () => requests.send('output.show', undefined),
  };
  const setMerged = (merged: readonly string[], selected: string) => view.set({ merged, selected });
  return {
    choose: id => view.set({ selected: id, merged: [], following: true }),
    ask: () => requests.send('connect.ask', undefined),
    connect: sendFor('connect'),
    disconnect: sendFor('disconnect'),
    reconnect: sendFor('reconnect'),
    clear: sendFor('clear'),
    follow: following => view.set({ following }),
    export: () => rows().export(true),
    chooseMerged: button =>
      openMenu(text('mergeTimeline'), () => mergeItems(sources(), setMerged), below(button)),
    showMore: button =>
      openMenu(text('moreTools'), () => moreItems(list().head, moreCommands), below(button)),
  };
}
