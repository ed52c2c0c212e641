import { isTrue, type Fields } from './importResult.ts';
import type { ImportDraft } from './importDraft.ts';
import type { Pair } from './connectionCollector.ts';

/** A login of another program as ours, or as headers. */
export interface ImportedAuth {
  readonly auth?: Readonly<Record<string, string>>;
  readonly headers: readonly Pair[];
}

const none: ImportedAuth = { headers: [] };

/**
 * What a login means here.
 *
 * @param type by its name in Insomnia and Postman, which agree
 * @param fields its texts by their names in the one or the other
 * @param label whose it is
 */
export function authOf(
  type: string,
  fields: Fields,
  label: string,
  context: ImportDraft,
): ImportedAuth {
  const { notes, credentials } = context;
  if (['', 'none', 'noauth', 'null'].includes(type)) {
    return none;
  }
  const left = `The authentication of "${label.slice(0, 60)}" was left out`;
  if (isTrue(fields['disabled'])) {
    notes.add(`${left}: it is disabled`);
    return none;
  }
  const text = (...keys: readonly string[]) => {
    const value = keys
      .map(key => fields[key])
      .find(each => typeof each === 'string' && each !== '');
    return typeof value === 'string' ? context.translate(value) : '';
  };
  const secret = (name: string, ...keys: readonly string[]) => {
    const value = text(...keys);
    return value === '' ? '' : credentials.reference(name, value, `${label}, authentication`);
  };
  switch (type) {
    case 'basic':
      if (text('username') === '' && text('password') === '') {
        break;
      }
      return {
        auth: { type, username: text('username'), password: secret('password', 'password') },
        headers: [],
      };
    case 'bearer':
    case 'singleToken': {
      const token = secret('token', 'token');
      const prefix = text('prefix');
      if (token === '') {
        break;
      }
      return ['', 'Bearer'].includes(prefix)
        ? { auth: { type: 'bearer', token }, headers: [] }
        : { headers: [{ name: 'Authorization', value: `${prefix} ${token}` }] };
    }
    case 'apikey':
    case 'apiKey': {
      const name = text('key', 'name');
      const place = text('addTo', 'in');
      const value = secret(name || 'key', 'value');
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || value === '') {
        break;
      }
      if (place === 'cookie') {
        return { headers: [{ name: 'Cookie', value: `${name}=${value}` }] };
      }
      return {
        auth: { type: 'apiKey', in: /^query/i.test(place) ? 'query' : 'header', name, value },
        headers: [],
      };
    }
  }
  notes.add(`${left}: set it at the connection`);
  return none;
}
