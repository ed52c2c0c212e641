/** How many rows the page may ask for at once, and how many bytes of a payload. */
export const maxRowsAsked = 1000;
export const maxBytesAsked = 4 * 1024 * 1024;
/** How many of the newest rows the page is given unasked at most. */
export const maxTailRows = 200;
/** The longest text of a message that is composed, in UTF-16 units. */
export const maxBodyLength = 16 * 1024 * 1024;
