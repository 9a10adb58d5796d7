import { MarfaError } from '@withmarfa/shared';

export interface AddressRules {
  /** The field of the input, as the fault names it. */
  field: string;
  /** Whether it may be plain http. */
  mayBePlain: (url: URL) => boolean;
  /** Addresses of endpoints may bring a query; what paths are joined to may not. */
  mayHaveQuery?: boolean;
}

/**
 * Judges an address that credentials will be sent to.
 * @throws MarfaError `validation_error`
 */
export function assertBaseUrl(text: string, { field, mayBePlain, mayHaveQuery = false }: AddressRules): void {
  const fault = findFault(text, mayBePlain, mayHaveQuery);
  if (fault === null) return;
  throw new MarfaError('validation_error', `${field}: ${fault}.`, {
    details: { issues: [{ path: `$.${field}`, message: fault }] },
  });
}

function findFault(text: string, mayBePlain: AddressRules['mayBePlain'], mayHaveQuery: boolean): string | null {
  if (!URL.canParse(text)) return 'expected an absolute http or https address';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'expected an address without a user name or password';
  if (url.hash !== '') return 'expected an address without a fragment';
  if (url.search !== '' && !mayHaveQuery) return 'expected an address without a query';
  if (url.protocol !== 'https:' && !mayBePlain(url)) return 'expected https: credentials are sent there';
  return null;
}
