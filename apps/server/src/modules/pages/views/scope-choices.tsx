import { describeScope, SCOPE_GROUPS, type ScopeMeaning } from '../describe-scope.ts';

export interface ScopeChoicesProps {
  asked: readonly string[];
  /** What is granted at the moment; null at the first consent. */
  granted: readonly string[] | null;
}

/** Every scope that is asked for, literally, with a box of its own; at a second consent in three parts. */
export function ScopeChoices({ asked, granted }: ScopeChoicesProps) {
  if (granted === null) return <Groups scopes={asked} />;
  const had = asked.filter((scope) => granted.includes(scope));
  const fresh = asked.filter((scope) => !granted.includes(scope));
  // Staying signed in comes with every grant, asked for or not: an app that does not ask again does not lose it.
  const dropped = granted.filter((scope) => !asked.includes(scope) && scope !== 'offline_access');
  return (
    <>
      <Part title="New" hint="You have not granted this before." scopes={fresh} />
      <Part title="Already granted" hint="Untick what you want to take back." scopes={had} />
      {dropped.length > 0 ? (
        <section class="part" aria-labelledby="dropped">
          <h2 id="dropped">Dropped</h2>
          <p class="hint">The app no longer asks for this. It loses it when you allow the rest.</p>
          <ul class="plain">
            {dropped.map((scope) => (
              <li key={scope}>
                <code>{scope}</code>
                <p class="detail">{describeScope(scope).meaning}</p>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  );
}

function Part({ title, hint, scopes }: { title: string; hint: string; scopes: readonly string[] }) {
  if (scopes.length === 0) return null;
  const id = title.toLowerCase().replaceAll(' ', '-');
  return (
    <section class="part" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="hint">{hint}</p>
      <Groups scopes={scopes} />
    </section>
  );
}

function Groups({ scopes }: { scopes: readonly string[] }) {
  const meanings = scopes.map(describeScope);
  return (
    <>
      {SCOPE_GROUPS.map((group) => {
        const own = meanings.filter((meaning) => meaning.group === group);
        return own.length === 0 ? null : (
          <fieldset key={group} class="choices">
            <legend>{group}</legend>
            {own.map((meaning) => (
              <Choice key={meaning.scope} {...meaning} />
            ))}
          </fieldset>
        );
      })}
    </>
  );
}

function Choice({ scope, meaning, warning }: ScopeMeaning) {
  const id = `scope-${scope.replaceAll('*', 'all').replaceAll(/[^a-z0-9]/gi, '-')}`;
  return (
    <div class="choice">
      <input type="checkbox" id={id} name="scopes" value={scope} checked aria-describedby={`${id}-meaning`} />
      <div>
        <label for={id}>
          <code>{scope}</code>
        </label>
        <p class="detail" id={`${id}-meaning`}>
          {meaning}
        </p>
        {warning ? (
          <p class="message" role="note">
            {warning}
          </p>
        ) : null}
      </div>
    </div>
  );
}
