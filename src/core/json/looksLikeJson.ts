/** Whether parsing is worth trying: the text begins as an object or an array does. */
export function looksLikeJson(text: string): boolean {
  return /^\ufeff?\s*[[{]/.test(text);
}
