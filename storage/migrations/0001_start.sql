-- Times are microseconds since 1970 in UTC; 0 means "none". Ids of connections
-- are long, so rows of other tables name them by num.

CREATE TABLE key_meta (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  meta TEXT NOT NULL                          -- JSON of vault.KeyMeta
);

CREATE TABLE preference (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE connection (
  num        INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: cursors and logs may still name it
  id         TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,                   -- also in doc; stays readable when deleted_at is set
  doc        TEXT NOT NULL,                   -- JSON of core.Connection
  deleted_at INTEGER NOT NULL DEFAULT 0,      -- the records were kept, the connection is gone
  purge      INTEGER NOT NULL DEFAULT 0       -- 1: its records are being dropped
);

CREATE TABLE secret (
  connection INTEGER PRIMARY KEY REFERENCES connection(num),
  revision   INTEGER NOT NULL,
  granted    BLOB,                            -- all three sealed by the vault
  client     BLOB,
  journal    BLOB
);

-- connection 0 holds the defaults, so there is no reference to check.
CREATE TABLE setting (
  connection INTEGER NOT NULL,
  model      TEXT NOT NULL,
  access     TEXT NOT NULL,
  schedule   TEXT NOT NULL,                   -- JSON of core.Schedule
  PRIMARY KEY (connection, model)
) WITHOUT ROWID;

CREATE TABLE sync_item (
  connection INTEGER NOT NULL REFERENCES connection(num),
  model      TEXT NOT NULL,
  doc        TEXT NOT NULL,                   -- JSON of syncing.Item
  PRIMARY KEY (connection, model)
) WITHOUT ROWID;

CREATE TABLE run (
  num          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  connection   INTEGER NOT NULL REFERENCES connection(num),
  kind         TEXT NOT NULL,
  mode         TEXT NOT NULL,
  status       TEXT NOT NULL,
  started_at   INTEGER NOT NULL,
  ended_at     INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_started ON run(started_at, num);
CREATE INDEX run_connection ON run(connection, started_at, num);
CREATE INDEX run_unfinished ON run(started_at) WHERE status IN ('queued', 'running');

CREATE TABLE run_model (
  run       INTEGER NOT NULL REFERENCES run(num) ON DELETE CASCADE,
  place     INTEGER NOT NULL,                 -- order within the run
  model     TEXT NOT NULL,
  status    TEXT NOT NULL,
  read INTEGER NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL, unchanged INTEGER NOT NULL,
  removed INTEGER NOT NULL, failed INTEGER NOT NULL, pages INTEGER NOT NULL,
  code      TEXT NOT NULL,
  public    TEXT NOT NULL,
  ref       TEXT NOT NULL,
  until     INTEGER NOT NULL,
  PRIMARY KEY (run, place)
) WITHOUT ROWID;

-- The unfinished read of a model.
CREATE TABLE checkpoint (
  connection INTEGER NOT NULL REFERENCES connection(num),
  model      TEXT NOT NULL,
  doc        TEXT NOT NULL,                   -- JSON of syncing.Checkpoint
  PRIMARY KEY (connection, model)
) WITHOUT ROWID;

-- The notes of a full read: a record was seen when its id is in `seen`, or when
-- it was written since the read began (its seq is larger than since_seq).
CREATE TABLE full_read (
  connection INTEGER NOT NULL REFERENCES connection(num),
  model      TEXT NOT NULL,
  since_seq  INTEGER NOT NULL,
  PRIMARY KEY (connection, model)
) WITHOUT ROWID;
CREATE TABLE seen (
  connection INTEGER NOT NULL,
  model      TEXT NOT NULL,
  place      INTEGER NOT NULL,
  ids        BLOB NOT NULL,                   -- see seen.go
  PRIMARY KEY (connection, model, place)
) WITHOUT ROWID;

-- The last seq given, and how many records there are, so that no screen counts.
CREATE TABLE change_seq (
  model TEXT PRIMARY KEY,
  last  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE tally (
  connection INTEGER NOT NULL REFERENCES connection(num),
  model      TEXT NOT NULL,
  there      INTEGER NOT NULL,
  removed    INTEGER NOT NULL,
  linked     INTEGER NOT NULL DEFAULT 0,      -- of orders: order_customer holds those up to this seq
  PRIMARY KEY (connection, model)
) WITHOUT ROWID;

-- The records. doc is the canonical JSON and the only whole copy; the columns
-- before it hold what is searched and sorted, texts in lower case. The _browse
-- index is narrow and grows at its end only, so it is cheap to write and quick
-- to scan: see doc.go.
CREATE TABLE store (
  id         INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection(num),
  remote_id  TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  synced_at  INTEGER NOT NULL,
  removed_at INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  hash       INTEGER NOT NULL,
  name       TEXT NOT NULL,
  url        TEXT NOT NULL,
  doc        TEXT NOT NULL,
  raw        BLOB,
  UNIQUE (connection, remote_id)
);
CREATE INDEX store_browse ON store(connection, seq, removed_at, updated_at, name, url);

CREATE TABLE customer (
  id         INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection(num),
  remote_id  TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  synced_at  INTEGER NOT NULL,
  removed_at INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  hash       INTEGER NOT NULL,
  email      TEXT NOT NULL,
  name       TEXT NOT NULL,
  company    TEXT NOT NULL,
  phone      TEXT NOT NULL,
  doc        TEXT NOT NULL,
  raw        BLOB,
  UNIQUE (connection, remote_id)
);
CREATE INDEX customer_browse ON customer(connection, seq, removed_at, updated_at, email, name, company, phone, remote_id);

CREATE TABLE sale_order (
  id                 INTEGER PRIMARY KEY,
  connection         INTEGER NOT NULL REFERENCES connection(num),
  remote_id          TEXT NOT NULL,
  updated_at         INTEGER NOT NULL,
  synced_at          INTEGER NOT NULL,
  removed_at         INTEGER NOT NULL,
  seq                INTEGER NOT NULL,
  hash               INTEGER NOT NULL,
  number             TEXT NOT NULL,           -- in the form of naturalKey
  customer           TEXT NOT NULL,           -- remote id
  status             TEXT NOT NULL,
  payment_status     TEXT NOT NULL,
  fulfillment_status TEXT NOT NULL,
  currency           TEXT NOT NULL,
  placed_at          INTEGER NOT NULL,
  total              INTEGER NOT NULL,        -- millionths; see money.go
  doc                TEXT NOT NULL,
  raw                BLOB,
  UNIQUE (connection, remote_id)
);
CREATE INDEX sale_order_browse ON sale_order(connection, seq, removed_at, customer, number, placed_at, updated_at, total);
CREATE INDEX sale_order_updated ON sale_order(updated_at, connection, removed_at);
CREATE INDEX sale_order_placed ON sale_order(placed_at, connection, removed_at);
CREATE INDEX sale_order_number ON sale_order(number, connection, removed_at);

-- Which orders a customer has, filled in behind the records: see link.go.
CREATE TABLE order_customer (
  connection INTEGER NOT NULL,
  customer   TEXT NOT NULL,
  record     INTEGER NOT NULL,
  PRIMARY KEY (connection, customer, record)
) WITHOUT ROWID;

CREATE TABLE product (
  id         INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection(num),
  remote_id  TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  synced_at  INTEGER NOT NULL,
  removed_at INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  hash       INTEGER NOT NULL,
  title      TEXT NOT NULL,
  sku        TEXT NOT NULL,
  status     TEXT NOT NULL,
  price      INTEGER NOT NULL,                -- millionths
  doc        TEXT NOT NULL,
  raw        BLOB,
  UNIQUE (connection, remote_id)
);
CREATE INDEX product_browse ON product(connection, seq, removed_at, updated_at, title, sku);

CREATE TABLE segment (
  id         INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection(num),
  remote_id  TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  synced_at  INTEGER NOT NULL,
  removed_at INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  hash       INTEGER NOT NULL,
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  size       INTEGER NOT NULL,
  doc        TEXT NOT NULL,
  raw        BLOB,
  UNIQUE (connection, remote_id)
);
CREATE INDEX segment_browse ON segment(connection, seq, removed_at, updated_at, name, size);

CREATE TABLE category (
  connection INTEGER NOT NULL REFERENCES connection(num),
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  parent     TEXT NOT NULL,
  PRIMARY KEY (connection, id)
) WITHOUT ROWID;

CREATE TABLE order_history (
  connection INTEGER NOT NULL REFERENCES connection(num),
  sale_order TEXT NOT NULL,                   -- remote id
  seen_at    INTEGER NOT NULL,
  field      TEXT NOT NULL,
  old        TEXT NOT NULL,
  new        TEXT NOT NULL
);
CREATE INDEX order_history_order ON order_history(connection, sale_order);
