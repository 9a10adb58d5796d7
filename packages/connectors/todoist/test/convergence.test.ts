import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aConnection, type Connection } from './support/a-connection.ts';

const MINUTE_MS = 60_000;
const FAULTS = ['rate-limited', 'server-error', 'cut', 'html', 'empty', 'truncated', 'cut-after-commit'] as const;

type Step =
  | { do: 'make here' | 'make there'; title: string }
  | { do: 'rename here' | 'rename there'; which: number; title: string }
  | { do: 'complete here' | 'complete there' | 'reopen here' | 'reopen there' | 'trash here'; which: number }
  | { do: 'sync' | 'push'; crash: boolean }
  | { do: 'fault'; fault: (typeof FAULTS)[number] }
  | { do: 'wait'; minutes: number }
  | { do: 'forget' };

const title = fc.stringMatching(/^[a-z]{1,6}$/);
const which = fc.nat(5);
const of = <Name extends string>(...names: Name[]) => fc.constantFrom(...names);
const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: of('make here', 'make there'), title }),
  fc.record({ do: of('rename here', 'rename there'), which, title }),
  fc.record({ do: of('complete here', 'complete there', 'reopen here', 'reopen there', 'trash here'), which }),
  fc.record({ do: of('sync', 'push'), crash: fc.boolean() }),
  fc.record({ do: of('fault'), fault: fc.constantFrom(...FAULTS) }),
  fc.record({ do: of('wait'), minutes: fc.constantFrom(1, 3, 12) }),
  fc.record({ do: of('forget') }),
);

async function take({ harness, todoist, clock }: Connection, step: Step): Promise<void> {
  const { account } = todoist;
  const pick = <Row>(rows: readonly Row[], index: number) => rows[index % Math.max(rows.length, 1)];
  const item = () =>
    pick(
      harness.items.filter(({ state }) => state === 'active'),
      'which' in step ? step.which : 0,
    );
  const task = () =>
    pick(
      account.tasks.filter(({ is_deleted }) => !is_deleted),
      'which' in step ? step.which : 0,
    );
  const change = (properties: Record<string, unknown>) => {
    const found = item();
    if (found) harness.space.updateItem(found.id, { properties });
  };
  clock.advance(1000);
  switch (step.do) {
    case 'make here':
      return void harness.space.createItem({ type: 'todoist.task', properties: { title: step.title } });
    case 'make there':
      return void account.add({ content: step.title });
    case 'rename here':
      return change({ title: step.title });
    case 'rename there':
      return void account.update(task()?.id ?? '', { content: step.title });
    case 'complete here':
      return change({ status: 'completed' });
    case 'reopen here':
      return change({ status: 'open' });
    case 'complete there':
      return void account.close(task()?.id ?? '');
    case 'reopen there':
      return void account.reopen(task()?.id ?? '');
    case 'trash here': {
      const found = item();
      if (found) harness.space.transitionItem(found.id, 'trashed');
      return;
    }
    case 'sync':
      return void (await harness.runSchedule({ crashAtEnd: step.crash }));
    case 'push':
      return void (await harness.drain({ crashFirst: step.crash }));
    case 'fault':
      // A message is given up after five attempts; what was to go out with it would be lost.
      if (todoist.waitingFaults < 3) todoist.failNext(step.fault);
      return;
    case 'wait':
      return clock.advance(step.minutes * MINUTE_MS);
    case 'forget':
      return todoist.forgetSyncTokens();
    default:
      step satisfies never;
  }
}

/** Lets everything go where it is to go, and what is put off be read. */
async function settle({ harness, todoist, clock }: Connection): Promise<void> {
  todoist.mend();
  for (let round = 0; round < 4; round += 1) {
    await harness.drain();
    await harness.runSchedule();
    clock.advance(11 * MINUTE_MS);
  }
}

describe('whatever happens, in whatever order', () => {
  it('both sides are in step in the end, and nothing is there twice', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 25 }), async (steps) => {
        await using connection = await aConnection();
        for (const step of steps) await take(connection, step);
        await settle(connection);
        const here = connection.harness.items
          .filter(({ state }) => state === 'active')
          .map(({ properties }) => `${properties.title} ${properties.status === 'completed' ? 'done' : 'open'}`);
        const there = connection.todoist.account.tasks
          .filter(({ is_deleted }) => !is_deleted)
          .map(({ content, checked }) => `${content} ${checked ? 'done' : 'open'}`);
        // What was done before Todoist heard of it stays here, and what was done before we did stays there.
        const isOpen = (line: string) => line.endsWith('open');
        expect(here.filter(isOpen).sort()).toEqual(there.filter(isOpen).sort());
      }),
      { numRuns: 150 },
    );
  });
});
