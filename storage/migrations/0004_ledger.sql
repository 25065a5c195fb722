-- What was sent, beside what was asked. Of lines from before, neither is known.
ALTER TABLE oauth_ledger ADD COLUMN status INTEGER NOT NULL DEFAULT 0;
ALTER TABLE oauth_ledger ADD COLUMN bytes  INTEGER NOT NULL DEFAULT 0; -- of the body, as sent
