import { l10n } from 'vscode';

/** The keys of the monitor, in the order of its places, as a text to be read from top to bottom. */
export function keyboardHelp(): string {
  return sections()
    .map(({ title, lines }) => [title, ...lines.map(([keys, does]) => `  ${keys}: ${does}`)])
    .map(lines => lines.join('\n'))
    .join('\n\n')
    .concat('\n');
}

interface Section {
  readonly title: string;
  readonly lines: readonly (readonly [keys: string, does: string])[];
}

function sections(): readonly Section[] {
  return [
    {
      title: l10n.t('The panel'),
      lines: [
        ['Tab, Shift+Tab', l10n.t('go to the next and the previous part of the panel')],
        ['Escape', l10n.t('go back to the list')],
        ['F1', l10n.t('open this help')],
        [
          'Ctrl+Shift+P',
          l10n.t('open the commands of the editor; ours begin with WebSocket Monitor'),
        ],
      ],
    },
    {
      title: l10n.t('Toolbars'),
      lines: [
        ['Left, Right', l10n.t('go to the next control; Tab leaves the toolbar')],
        ['Home, End', l10n.t('go to the first and the last control')],
      ],
    },
    {
      title: l10n.t('The filter'),
      lines: [
        ['Ctrl+Alt+F', l10n.t('go to the filter from anywhere in the panel')],
        ['Enter', l10n.t('apply the filter at once')],
        ['Up, Down', l10n.t('go through the filters before; from the latest on into the list')],
        ['Ctrl+Space', l10n.t('suggest what can be typed')],
        ['Escape', l10n.t('clear the filter; once more, go to the list')],
      ],
    },
    {
      title: l10n.t('The list'),
      lines: [
        ['Up, Down, Page Up, Page Down', l10n.t('go to another row')],
        ['Home, End', l10n.t('go to the first row, and to the newest one, which is then followed')],
        ['Shift+Up, Shift+Down, Ctrl+Space, Ctrl+A', l10n.t('select several rows, or all')],
        ['Enter, Escape', l10n.t('open and close the details')],
        ['Ctrl+Enter', l10n.t('show the row in context: clear the filter and stay at the row')],
        ['/', l10n.t('go to the filter')],
        ['Ctrl+C', l10n.t('copy the selected rows')],
        ['Shift+F10', l10n.t('open the menu of the selected rows; from there, open them as text')],
        ['Ctrl+G', l10n.t('go to a row by its number or its time')],
        ['Ctrl+F, F3, Shift+F3', l10n.t('find; next and previous match')],
      ],
    },
    {
      title: l10n.t('The column headings'),
      lines: [
        ['Left, Right', l10n.t('go to another heading; Tab goes to its width')],
        ['Enter', l10n.t('open the menu of the column')],
        ['Space', l10n.t('on the time: count it from something else')],
        ['Alt+Shift+Left, Alt+Shift+Right', l10n.t('move the column')],
      ],
    },
    {
      title: l10n.t('The details'),
      lines: [
        ['Left, Right', l10n.t('on a tab: go to another form of the message')],
        ['Ctrl+F', l10n.t('find in the JSON')],
        ['Shift+F10', l10n.t('open the menu of what is selected: copy it, or decode it')],
        ['Up, Down', l10n.t('in a list of records: go to another; Enter goes to its value')],
        ['Escape', l10n.t('go back from a decoded selection; else close the details')],
      ],
    },
    {
      title: l10n.t('Held messages of a tap'),
      lines: [
        ['F8', l10n.t('let the first one go on')],
        ['Shift+F8', l10n.t('let all go on')],
      ],
    },
    {
      title: l10n.t('The composer'),
      lines: [
        ['Ctrl+Enter', l10n.t('send the message')],
        ['Alt+Up, Alt+Down', l10n.t('go through what was sent before')],
        ['Escape', l10n.t('go to the list')],
      ],
    },
    {
      title: l10n.t('Lines between two parts, and edges of columns'),
      lines: [
        [l10n.t('arrows'), l10n.t('move the line')],
        ['Home, End', l10n.t('move it as far as it goes')],
      ],
    },
  ];
}
