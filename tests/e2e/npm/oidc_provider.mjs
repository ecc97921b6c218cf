// A certified OpenID provider for the tests. It lets in whoever `/as` said last, without a form.
//
// GET /register?base=URL   makes the one client, for a server at that address
// GET /as?account=…&acr=…&amr=…   says who signs in next, and how
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let provider = null;
  let person = { account: 'nobody', acr: undefined, amr: undefined };

  async function letIn(request, response) {
    const details = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: person.account, clientId: details.params.client_id });
    grant.addOIDCScope('openid profile');
    const { account, acr, amr } = person;
    const login = { accountId: account, acr, amr };
    const result = { login, consent: { grantId: await grant.save() } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  server.on('request', async (request, response) => {
    const url = new URL(request.url, issuer);
    const asked = (name) => url.searchParams.get(name) ?? undefined;
    if (url.pathname === '/register') {
      provider = make(issuer, asked('base'));
    } else if (url.pathname === '/as') {
      person = { account: asked('account'), acr: asked('acr'), amr: asked('amr')?.split(' ') };
    } else if (url.pathname.startsWith('/interaction/')) {
      return letIn(request, response);
    } else {
      return provider.callback()(request, response);
    }
    response.end('done');
  });
  console.log(`issuer ${issuer}`);
});

function make(issuer, base) {
  const at = `${base}/sign-in/with/corp`;
  return new Provider(issuer, {
    clients: [{
      client_id: 'countersign',
      client_secret: 'a secret with : and % in it',
      redirect_uris: [`${at}/callback`],
      backchannel_logout_uri: `${at}/logout`,
      backchannel_logout_session_required: true,
    }],
    acrValues: ['gold', 'silver'],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Person ${id}` }) }),
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // Without its guard against loopback addresses, where the server of a test is.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['only for tests'] },
  });
}
