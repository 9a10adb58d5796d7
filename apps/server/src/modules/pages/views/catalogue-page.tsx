import type { Integration } from '@withmarfa/shared';
import { Layout, type LayoutProps } from './layout.tsx';

export function CataloguePage({ owner, integrations }: { owner: LayoutProps['owner']; integrations: Integration[] }) {
  return (
    <Layout title="Integrations" owner={owner}>
      <h1>Integrations</h1>
      <section class="card">
        {integrations.length === 0 ? <p class="empty">This server has no integrations.</p> : null}
        <ul class="rows">
          {integrations.map((integration) => (
            <li key={integration.id}>
              <div>
                <span class="title">{integration.manifest_name}</span>
                <p class="detail">
                  {integration.summary} By {integration.publisher}, version {integration.manifest_version}.
                </p>
              </div>
              <a class="button" href={`/integrations/${integration.id}/install`}>
                Install
              </a>
            </li>
          ))}
        </ul>
      </section>
    </Layout>
  );
}
