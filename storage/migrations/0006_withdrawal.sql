-- Permissions of connections that are gone, which their services could not be
-- told to withdraw yet. A row lives for a week at most.
CREATE TABLE withdrawal (
  id      TEXT PRIMARY KEY,                   -- of the connection, whose place the seals are bound to
  doc     TEXT NOT NULL,                      -- JSON of core.Connection with no more than the call needs
  since   INTEGER NOT NULL,
  tried   INTEGER NOT NULL,                   -- when it was last tried
  granted BLOB,                               -- all three sealed by the vault
  client  BLOB,
  journal BLOB
) WITHOUT ROWID;
