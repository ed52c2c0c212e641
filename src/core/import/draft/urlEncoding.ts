/** A text as it may stand in a query. Half a surrogate pair, which cannot be encoded, is replaced. */
export function encodedText(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
