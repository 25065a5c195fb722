-- The customers in static segments that were made here. A customer that is gone
-- at the service stays in the list, and is in the segment again when it is back.
CREATE TABLE segment_member (
  segment    TEXT NOT NULL,                   -- remote id of the segment
  connection INTEGER NOT NULL REFERENCES connection(num),
  customer   TEXT NOT NULL,                   -- remote id
  PRIMARY KEY (segment, connection, customer)
) WITHOUT ROWID;
