-- Who is in the segments of services that no rules known here tell. A list is
-- read page by page behind its segment; the place commits with each page.
CREATE TABLE member_list (
  connection INTEGER NOT NULL REFERENCES connection(num),
  segment    TEXT NOT NULL,                   -- remote id
  updated_at INTEGER NOT NULL,                -- of the segment, when it was last met
  first      TEXT NOT NULL,                   -- provider.Position of the first page
  place      TEXT NOT NULL DEFAULT '',        -- and of the next one; '': it begins
  due        INTEGER NOT NULL DEFAULT 1,      -- 1: it is to be read
  round      INTEGER NOT NULL DEFAULT 0,      -- number of the reading that goes on, or was the last
  complete   INTEGER NOT NULL DEFAULT 0,      -- 1: it was read to its end at least once
  mail       INTEGER NOT NULL DEFAULT 0,      -- 1: it has e-mail addresses
  PRIMARY KEY (connection, segment)
) WITHOUT ROWID;
CREATE INDEX member_list_due ON member_list(connection, segment) WHERE due = 1;
CREATE TABLE list_member (
  connection INTEGER NOT NULL,
  segment    TEXT NOT NULL,
  member     TEXT NOT NULL,                   -- a customer's remote id, or e-mail address in lower case
  round      INTEGER NOT NULL,                -- of the last reading that met it
  PRIMARY KEY (connection, segment, member)
) WITHOUT ROWID;

-- Lists come with their segments, so all of these are read once more.
UPDATE sync_item SET doc = json_remove(doc, '$.Since') WHERE model = 'segments';
