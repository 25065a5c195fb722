-- OAuth apps and what they were given. Of codes, tokens and secrets there are
-- SHA-256 hashes only.

CREATE TABLE oauth_app (
  num       INTEGER PRIMARY KEY AUTOINCREMENT,
  id        TEXT NOT NULL UNIQUE,
  client_id TEXT NOT NULL UNIQUE,
  doc       TEXT NOT NULL                     -- JSON of authserver.App without its secrets
);

CREATE TABLE oauth_secret (
  hash      BLOB PRIMARY KEY,
  app       INTEGER NOT NULL REFERENCES oauth_app(num) ON DELETE CASCADE,
  place     INTEGER NOT NULL,                 -- newest first
  last_four TEXT NOT NULL,
  created   INTEGER NOT NULL,
  last_used INTEGER NOT NULL,
  ends      INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX oauth_secret_app ON oauth_secret(app, place);

-- What the person allowed once: the family of all codes and tokens that came of it.
CREATE TABLE oauth_grant (
  num           INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  app           INTEGER NOT NULL REFERENCES oauth_app(num) ON DELETE CASCADE,
  scopes        TEXT NOT NULL,                -- as in a request: separated by spaces
  hide_personal INTEGER NOT NULL,
  lifetime      TEXT NOT NULL,
  created       INTEGER NOT NULL,
  fetched       INTEGER NOT NULL,
  last_used     INTEGER NOT NULL,
  renew_by      INTEGER NOT NULL,
  ends          INTEGER NOT NULL,
  revoked       INTEGER NOT NULL,
  why           TEXT NOT NULL
);
CREATE INDEX oauth_grant_app ON oauth_grant(app, created);

CREATE TABLE oauth_code (
  hash         BLOB PRIMARY KEY,
  grant_num    INTEGER NOT NULL REFERENCES oauth_grant(num) ON DELETE CASCADE,
  redirect_uri TEXT NOT NULL,
  challenge    TEXT NOT NULL,
  expires      INTEGER NOT NULL,
  used         INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX oauth_code_grant ON oauth_code(grant_num);

CREATE TABLE oauth_token (
  hash      BLOB PRIMARY KEY,
  kind      TEXT NOT NULL,
  grant_num INTEGER NOT NULL REFERENCES oauth_grant(num) ON DELETE CASCADE,
  scopes    TEXT NOT NULL,
  issued    INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  used      INTEGER NOT NULL,
  replay    BLOB                              -- sealed under the token itself
) WITHOUT ROWID;
CREATE INDEX oauth_token_grant ON oauth_token(grant_num);

CREATE TABLE oauth_consent (
  num          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  app          INTEGER NOT NULL REFERENCES oauth_app(num) ON DELETE CASCADE,
  scopes       TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  asked        INTEGER NOT NULL,
  ends         INTEGER NOT NULL,
  decided      INTEGER NOT NULL,
  outcome      TEXT NOT NULL
);
CREATE INDEX oauth_consent_app ON oauth_consent(app);
CREATE INDEX oauth_consent_asked ON oauth_consent(asked);

-- The access ledger: what apps read.
CREATE TABLE oauth_ledger (
  num       INTEGER PRIMARY KEY AUTOINCREMENT,
  app       INTEGER NOT NULL REFERENCES oauth_app(num) ON DELETE CASCADE,
  grant_id  TEXT NOT NULL,                    -- no reference: it outlives the grant
  at        INTEGER NOT NULL,
  method    TEXT NOT NULL,
  route     TEXT NOT NULL,
  scope     TEXT NOT NULL,
  records   INTEGER NOT NULL,
  filter    TEXT NOT NULL
);
CREATE INDEX oauth_ledger_app ON oauth_ledger(app, num);
CREATE INDEX oauth_ledger_at ON oauth_ledger(at);
