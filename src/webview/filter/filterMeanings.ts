import type { FilterMeaning } from '../../core/filter/reference.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { text } from '../widgets/strings.ts';

const names: Readonly<Record<FilterMeaning, PageString>> = {
  word: 'meaningWord',
  exact: 'meaningExact',
  pattern: 'meaningPattern',
  in: 'meaningIn',
  out: 'meaningOut',
  kind: 'meaningKind',
  size: 'meaningSize',
  after: 'meaningAfter',
  before: 'meaningBefore',
  field: 'meaningField',
  fieldCompare: 'meaningFieldCompare',
  fieldPart: 'meaningFieldPart',
  fieldHas: 'meaningFieldHas',
  error: 'meaningError',
  heartbeat: 'meaningHeartbeat',
  compressed: 'meaningCompressed',
  is: 'meaningIs',
  not: 'meaningNot',
  or: 'meaningOr',
  group: 'meaningGroup',
  kindState: 'meaningKindState',
  kindText: 'meaningKindText',
  kindBinary: 'meaningKindBinary',
  kindClose: 'meaningKindClose',
  kindPing: 'meaningKindPing',
  kindPong: 'meaningKindPong',
};

export function meaningText(meaning: FilterMeaning): string {
  return text(names[meaning]);
}
