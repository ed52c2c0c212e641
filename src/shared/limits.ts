/** How many rows the page may ask for at once, and how many bytes of a payload. */
export const maxRowsAsked = 1000;
export const maxBytesAsked = 4 * 1024 * 1024;
