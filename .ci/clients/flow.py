"""The steps of flow.mjs, for the clients written in Python."""
import os
import sys
import time
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # http on this computer
API = os.environ["LINKDESK_API"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ["CLIENT_SECRET"] or None
REDIRECT = "http://127.0.0.1:47113/cb"  # nothing listens: browse stops before it
SCOPE = "orders:read segments:read"
MODE = sys.argv[1]  # basic, post or public


def browse(address):
    """Goes where a browser would; returns the address that comes back to the app."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        answer = requests.get(address, allow_redirects=False, timeout=10)
        if answer.status_code == 200:  # the page that waits for the person
            assert 'http-equiv="refresh"' in answer.text, "the page that waits does not continue by itself"
            time.sleep(0.3)
            continue
        assert answer.status_code == 303, (answer.status_code, answer.text)
        address = urljoin(address, answer.headers["Location"])
        if address.startswith(REDIRECT + "?"):
            assert parse_qs(urlsplit(address).query)["iss"] == [API], address
            return address
    raise AssertionError("nobody answered the question")


def refused(work, *args):
    """Returns the error code in what the library raises."""
    try:
        work(*args)
    except Exception as err:  # each library has its own kind
        return err.error
    raise AssertionError("nothing was refused")


def flow(client):
    """client has open, exchange, refresh, revoke, read and, where it can, introspect; denial is
    True when exchange raises because the person said no."""

    def orders(token):
        answer = client.read(token)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["data"]) == 5

    first = dict(client.exchange(browse(client.open())))
    orders(first)
    introspect = getattr(client, "introspect", None) if CLIENT_SECRET else None
    if introspect:
        told = introspect(first["access_token"]).json()
        assert told["active"] is True and told["client_id"] == CLIENT_ID, told

    second = dict(client.refresh(first["refresh_token"]))
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    orders(second)
    orders(first)  # lives until its own end
    again = client.refresh(first["refresh_token"])  # within 60 seconds: the same answer
    assert again["access_token"] == second["access_token"]
    assert again["refresh_token"] == second["refresh_token"]
    assert refused(client.refresh, "rt_" + "x" * 43) == "invalid_grant"

    assert client.revoke(second["access_token"], "access_token").status_code == 200  # itself only
    assert client.read(second).status_code == 401
    third = dict(client.refresh(second["refresh_token"]))
    orders(third)

    assert client.revoke(third["refresh_token"], "refresh_token").status_code == 200  # the whole access
    for token in (first, second, third):
        assert client.read(token).status_code == 401
    assert refused(client.refresh, third["refresh_token"]) == "invalid_grant"
    if introspect:
        assert introspect(third["access_token"]).json()["active"] is False
    assert client.revoke(third["refresh_token"], "refresh_token").status_code == 200  # once more is no error

    open("deny-" + CLIENT_ID, "w").close()
    no = browse(client.open())
    assert parse_qs(urlsplit(no).query)["error"] == ["access_denied"], no
    if getattr(client, "denial", False):
        assert refused(client.exchange, no) == "access_denied"
