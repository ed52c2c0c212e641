// For what shows parts of the page without the page that the host makes, which brings the texts.
import { pageStrings } from '../../../src/shared/monitorStrings.ts';
import { readStrings } from '../../../src/webview/widgets/strings.ts';

readStrings({ textContent: JSON.stringify(pageStrings) });
