import { TreeItem, TreeItemCollapsibleState, type MarkdownString } from 'vscode';
import { plainLine, plainText } from '../../core/text/plainText.ts';

const longestTooltip = 4000;

/** The texts of a row in a tree; each may be a stranger's. */
export interface RowTexts {
  readonly label: string;
  readonly description?: string;
  /** Lines, or a card. */
  readonly tooltip?: string | MarkdownString;
  readonly state?: TreeItemCollapsibleState;
}

/** A row of a tree; what is not text of it is for the caller to set. */
export function treeRow({ label, description, tooltip, state }: RowTexts): TreeItem {
  const name = plainLine(label);
  const row = new TreeItem(name, state ?? TreeItemCollapsibleState.None);
  if (description !== undefined) {
    row.description = plainLine(description);
    // Without it, what is said is the tooltip, which may lack the name.
    row.accessibilityInformation = { label: `${name}, ${row.description}` };
  }
  if (tooltip !== undefined) {
    row.tooltip = typeof tooltip === 'string' ? plainText(tooltip, longestTooltip) : tooltip;
  }
  return row;
}
