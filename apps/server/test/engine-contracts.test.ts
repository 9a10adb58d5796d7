import { describeLeases, describeMailbox, describeRenewals, describeSchedules } from '@withmarfa/engine/contracts';
import { afterAll, beforeAll, describe } from 'vitest';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { openSqlEngineStore } from './support/sql-engine-store.ts';

describe.each(DIALECTS)('the engine over %s', (dialect) => {
  let profile: Profile;
  beforeAll(async () => {
    profile = await createProfile(dialect);
  });
  afterAll(() => profile.dispose());

  const open = () => openSqlEngineStore(profile);
  describeMailbox(dialect, open);
  describeLeases(dialect, open);
  describeSchedules(dialect, open);
  describeRenewals(dialect, open);
});
