/** Decodes the percent-encoding of a text; returns it unchanged if that is malformed. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A text as it may be in a URL's query. Half a surrogate pair cannot be encoded and is replaced. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}
