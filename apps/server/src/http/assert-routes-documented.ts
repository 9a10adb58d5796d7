import { ENDPOINTS, type Endpoint, MarfaError, PASSAGES, type Passage } from '@withmarfa/shared';

/**
 * Holds what is mounted against the lists of endpoints and passages that the API's document and its clients are made from, so that
 * neither an undocumented route nor a documented void can be served.
 * @throws MarfaError `internal_error` naming every endpoint that stands on one side alone.
 */
export function assertRoutesDocumented(mounted: readonly Endpoint[], passages: readonly Passage[]): void {
  const name = ({ method, path }: Endpoint) => `${method} ${path}`;
  const documented: readonly Endpoint[] = Object.values(ENDPOINTS);
  const passed: readonly Passage[] = Object.values(PASSAGES);
  const faults = [
    ...mounted.filter((endpoint) => !documented.includes(endpoint)).map((each) => `${name(each)} is not in ENDPOINTS`),
    ...documented.filter((endpoint) => !mounted.includes(endpoint)).map((each) => `${name(each)} is not mounted`),
    ...passages.filter((passage) => !passed.includes(passage)).map(({ path }) => `${path} is not in PASSAGES`),
    ...passed.filter((passage) => !passages.includes(passage)).map(({ path }) => `${path} is not mounted`),
  ];
  if (faults.length > 0)
    throw new MarfaError('internal_error', `The API and its document differ: ${faults.join('; ')}.`);
}
