"""requests-oauthlib before 1.4 knows nothing of PKCE and passes on what it is
given; a revocation is prepared by oauthlib and sent by hand."""
from flow import API, CLIENT_ID, CLIENT_SECRET, MODE, REDIRECT, SCOPE, flow

from oauthlib.oauth2 import WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

AUTH = HTTPBasicAuth(CLIENT_ID, CLIENT_SECRET) if MODE == "basic" else None
BODY = {"basic": {}, "post": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}, "public": {"client_id": CLIENT_ID}}[MODE]


class Client:
    denial = True

    def __init__(self):
        self.client = WebApplicationClient(CLIENT_ID)
        self.session = OAuth2Session(client=self.client, scope=SCOPE.split(), redirect_uri=REDIRECT)
        self.verifier = self.client.create_code_verifier(64)

    def open(self):
        challenge = self.client.create_code_challenge(self.verifier, "S256")
        return self.session.authorization_url(API + "/oauth/authorize", code_challenge=challenge, code_challenge_method="S256")[0]

    def exchange(self, callback):
        return self.session.fetch_token(API + "/oauth/token", authorization_response=callback, code_verifier=self.verifier,
                                        auth=AUTH, client_secret=CLIENT_SECRET if MODE == "post" else None,
                                        include_client_id=MODE != "basic")

    def refresh(self, token):
        return self.session.refresh_token(API + "/oauth/token", refresh_token=token, auth=AUTH, **BODY)

    def revoke(self, token, hint):
        url, headers, body = self.client.prepare_token_revocation_request("https://linkdesk.invalid", token, hint, **BODY)
        return self.session.post(API + "/oauth/revoke", data=body, headers=headers, auth=AUTH, withhold_token=True)

    def read(self, token):
        self.session.token = token
        return self.session.get(API + "/v1/orders", params={"limit": 5})


flow(Client())
