import type { IntegrationManifest } from '@withmarfa/shared';
import type { ComponentChildren } from 'preact';

export interface GrantChoicesProps {
  manifest: IntegrationManifest;
  /** What is ticked; null for everything. */
  ticked: ReadonlySet<string> | null;
}

/** Everything that a manifest asks for, literally, with a box for each that may be unticked. */
export function GrantChoices({ manifest, ticked }: GrantChoicesProps) {
  const edges = Object.entries(manifest.permissions.edge ?? {});
  const extensions = Object.entries(manifest.permissions.extension ?? {});
  const choice = (name: string, value: string, meaning: ComponentChildren) => (
    <Choice key={value} name={name} value={value} checked={ticked === null || ticked.has(`${name} ${value}`)}>
      {meaning}
    </Choice>
  );
  return (
    <>
      <fieldset class="choices">
        <legend>It may</legend>
        {manifest.target_types.map((type) =>
          choice(
            'target_types',
            type,
            <>
              create, read and change items of type <code>{type}</code>
            </>,
          ),
        )}
        {edges.map(([type, level]) =>
          choice(
            'edges',
            type,
            <>
              {level === 'write' ? 'read and write' : 'read'} edges of type <code>{type}</code>
            </>,
          ),
        )}
        {extensions.map(([namespace, level]) =>
          namespace === 'connection.runtime' ? (
            <p key={namespace} class="detail">
              and keep notes of its own on this connection, in the extension <code>{namespace}</code>
            </p>
          ) : (
            choice(
              'extensions',
              namespace,
              <>
                {level === 'write' ? 'read and write' : 'read'} the extension <code>{namespace}</code>
              </>,
            )
          ),
        )}
      </fieldset>
      <p class="detail">It sees nothing else in your space, and you can end this at any time.</p>
      <fieldset class="choices">
        <legend>It runs</legend>
        {[...new Set(manifest.triggers.map(({ type }) => type))].map((type) =>
          choice('triggers', type, <Wake manifest={manifest} type={type} />),
        )}
      </fieldset>
    </>
  );
}

function Wake({
  manifest,
  type,
}: {
  manifest: IntegrationManifest;
  type: IntegrationManifest['triggers'][number]['type'];
}) {
  switch (type) {
    case 'schedule':
      return (
        <>
          on the schedule{' '}
          {manifest.triggers.map((trigger) =>
            trigger.type === 'schedule' ? <code key={trigger.config.cron}>{trigger.config.cron}</code> : null,
          )}{' '}
          (UTC)
        </>
      );
    case 'manual':
      return <>when you press Run now</>;
    case 'item-event':
      return <>when an item of these types changes in your space</>;
    case 'webhook':
      return <>when the upstream calls this server</>;
    default:
      return type satisfies never;
  }
}

function Choice({
  name,
  value,
  checked,
  children,
}: {
  name: string;
  value: string;
  checked: boolean;
  children: ComponentChildren;
}) {
  const id = `${name}-${value.replaceAll('*', 'all').replaceAll(/[^a-z0-9]/gi, '-')}`;
  return (
    <div class="choice">
      <input type="checkbox" id={id} name={name} value={value} checked={checked} />
      <label for={id}>{children}</label>
    </div>
  );
}
