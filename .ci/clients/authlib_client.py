from flow import API, CLIENT_ID, CLIENT_SECRET, MODE, REDIRECT, SCOPE, flow

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

METHOD = {"basic": "client_secret_basic", "post": "client_secret_post", "public": "none"}[MODE]


class Client:
    def __init__(self):
        self.session = OAuth2Session(CLIENT_ID, CLIENT_SECRET, token_endpoint_auth_method=METHOD,
                                     revocation_endpoint_auth_method=METHOD, scope=SCOPE, redirect_uri=REDIRECT,
                                     code_challenge_method="S256")
        self.verifier = generate_token(48)

    def open(self):
        url, self.state = self.session.create_authorization_url(API + "/oauth/authorize", code_verifier=self.verifier)
        return url

    def exchange(self, callback):
        return self.session.fetch_token(API + "/oauth/token", authorization_response=callback, state=self.state,
                                        code_verifier=self.verifier)

    def refresh(self, token):
        return self.session.refresh_token(API + "/oauth/token", refresh_token=token)

    def revoke(self, token, hint):
        return self.session.revoke_token(API + "/oauth/revoke", token=token, token_type_hint=hint)

    def introspect(self, token):
        return self.session.introspect_token(API + "/oauth/introspect", token=token)

    def read(self, token):
        self.session.token = token
        return self.session.get(API + "/v1/orders", params={"limit": 5})


flow(Client())
