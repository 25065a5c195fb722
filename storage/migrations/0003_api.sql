-- What apps were answered to requests that change something, so that one that is
-- sent again is answered the same and does nothing. Kept for a day.
CREATE TABLE api_answer (
  app    TEXT NOT NULL,
  key    TEXT NOT NULL,                       -- the app's own, of the request
  digest BLOB NOT NULL,                       -- SHA-256 of the request
  status INTEGER NOT NULL,
  body   BLOB NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (app, key)
) WITHOUT ROWID;
