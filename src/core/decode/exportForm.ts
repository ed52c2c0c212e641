import { base64Of } from '../base/base64.ts';

/*
 * How values that JSON does not know are written as JSON: integers with all their digits; floats always with a point or
 * an exponent; "NaN", "Infinity" and "-Infinity"; {"$bytes":base64}, {"$ext":type,"$bytes":base64}, {"$time":ISO 8601},
 * {"$tag":number,"$value":value}, {"$undefined":true}, {"$simple":number}; a map with a key that is no text as
 * {"$map":[[key,value]]}. Members of the same name stay.
 */

/** A float of 64 bits. */
export function floatJson(value: number): string {
  if (Number.isNaN(value)) {
    return '"NaN"';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? '"Infinity"' : '"-Infinity"';
  }
  if (Object.is(value, -0)) {
    return '-0.0';
  }
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A float of 32 bits, with the fewest digits that name it. */
export function float32Json(value: number): string {
  for (let digits = 1; digits < 10 && Number.isFinite(value); digits++) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), value)) {
      return floatJson(short);
    }
  }
  return floatJson(value);
}

export function bytesJson(bytes: Uint8Array): string {
  return `{"$bytes":"${base64Of(bytes)}"}`;
}
