import { MarfaError } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import type { SignedIn } from '../auth/index.ts';
import { formFields, formList } from './form-fields.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { ConsentPage } from './views/consent-page.tsx';
import { DeviceDonePage, DevicePage } from './views/device-page.tsx';

const UNKNOWN = 'No device waits with this code. Check it, or start again on your device: codes end after 15 minutes.';

/** The person's side of a sign-in on a device: the code, the question, and how it ended. */
export function mountDevicePages(router: PageRoutes, tools: PageTools): void {
  const { oauth, userCodeGuesses, csrfToken, protectForm, requireSignedIn } = tools;
  const ownerOf = (request: Request, response: Response, { user }: SignedIn) => ({
    name: user.name,
    csrf: csrfToken(request, response),
  });

  router.get('/auth/device', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const owner = ownerOf(request, response, session);
    const { user_code: given } = request.query;
    const typed = typeof given === 'string' ? given : '';
    if (typed.trim() === '') return renderPage(response, <DevicePage owner={owner} typed="" />);
    const question = await userCodeGuesses.take({ clientIp: request.ip ?? null, response }, () =>
      oauth.device.ask(typed, session.user.id),
    );
    if (!question) {
      return renderPage(response, <DevicePage owner={owner} typed={typed.slice(0, 20)} message={UNKNOWN} />, 400);
    }
    return renderPage(
      response,
      <ConsentPage
        owner={owner}
        email={session.user.email}
        app={{ ...question.client, isVouchedFor: question.client.origin === 'admin' }}
        returnsTo={null}
        userCode={question.userCode}
        asked={question.scopes}
        granted={question.before?.scopes ?? null}
        action="/auth/device/consent"
        hidden={{ user_code: question.userCode }}
      />,
    );
  });

  router.post('/auth/device/consent', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const { user_code: userCode = '', decision } = formFields(request);
    if (decision !== 'accept' && decision !== 'deny')
      throw new MarfaError('validation_error', 'The form did not say accept or deny.');
    const clientIp = request.ip ?? null;
    const outcome = await userCodeGuesses.take({ clientIp, response }, () =>
      oauth.device.decide(
        { userCode, accept: decision === 'accept', scopes: formList(request, 'scopes') },
        { session, clientIp },
      ),
    );
    if (outcome === null)
      throw new MarfaError('forbidden', 'This code has been used or has ended. Start again on your device.');
    renderPage(response, <DeviceDonePage owner={ownerOf(request, response, session)} outcome={outcome} />);
  });
}
