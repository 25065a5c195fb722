package storage

import (
	"context"
	"database/sql"

	"linkdesk/core"
)

// Connections keeps connections; it implements connection.Store.
type Connections struct{ db *DB }

// Connections returns the store of connections.
func (db *DB) Connections() *Connections { return &Connections{db} }

// Create writes a connection and its sealed secrets in one transaction.
func (s *Connections) Create(ctx context.Context, c core.Connection, sealedGrant, sealedClient []byte) error {
	doc, err := toJSON(c)
	if err != nil {
		return err
	}
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO connection (id, name, doc) VALUES (?, ?, ?)`, string(c.ID), c.Name, doc)
		if err != nil {
			return err
		}
		num, err := res.LastInsertId()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO secret (connection, revision, granted, client) VALUES (?, 1, ?, ?)`, num, sealedGrant, sealedClient)
		return err
	})
}

// Reauthorize replaces the sealed secrets and what a sign-in changes; id, name,
// settings and data stay. A journal is dropped: it belonged to the old grant.
func (s *Connections) Reauthorize(ctx context.Context, c core.Connection, sealedGrant, sealedClient []byte) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		num, err := changeConnection(ctx, tx, c.ID, func(old *core.Connection) error {
			old.Granted, old.Asked, old.Access, old.Captured = c.Granted, c.Asked, c.Access, c.Captured
			old.ClientID, old.Method = c.ClientID, c.Method
			old.AuthorizedAt, old.ExpiresAt = c.AuthorizedAt, c.ExpiresAt
			old.AccountName, old.Health = c.AccountName, c.Health
			if old.AccountID == "" { // the service did not tell it the first time
				old.AccountID = c.AccountID
			}
			return nil
		})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE secret SET revision = revision + 1, granted = ?, client = ?, journal = NULL WHERE connection = ?`, sealedGrant, sealedClient, num)
		return err
	})
}

// Get returns one connection, or NotFound.
func (s *Connections) Get(ctx context.Context, id core.ConnectionID) (core.Connection, error) {
	c, _, err := loadConnection(ctx, s.db.read, id)
	return c, err
}

// List returns all connections, in the order in which they were made.
func (s *Connections) List(ctx context.Context) ([]core.Connection, error) {
	return collect(ctx, s.db.read, func(rows *sql.Rows) (c core.Connection, err error) {
		var doc string
		if err = rows.Scan(&doc); err == nil {
			err = fromJSON(doc, &c)
		}
		return c, err
	}, `SELECT doc FROM connection WHERE deleted_at = 0 ORDER BY num`)
}

// Names returns the names of all connections that records may name, those
// deleted with their records kept included.
func (s *Connections) Names(ctx context.Context) (map[core.ConnectionID]string, error) {
	names := map[core.ConnectionID]string{}
	_, err := collect(ctx, s.db.read, func(rows *sql.Rows) (_ struct{}, err error) {
		var id core.ConnectionID
		var name string
		err = rows.Scan(&id, &name)
		names[id] = name
		return struct{}{}, err
	}, `SELECT id, name FROM connection WHERE purge = 0`)
	return names, err
}

// Update changes one connection inside a transaction. The ID cannot be changed.
func (s *Connections) Update(ctx context.Context, id core.ConnectionID, change func(*core.Connection) error) error {
	return s.db.inWrite(ctx, func(tx *sql.Tx) error {
		_, err := changeConnection(ctx, tx, id, change)
		return err
	})
}

func changeConnection(ctx context.Context, tx *sql.Tx, id core.ConnectionID, change func(*core.Connection) error) (num int64, err error) {
	c, num, err := loadConnection(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if err := change(&c); err != nil {
		return 0, err
	}
	c.ID = id
	doc, err := toJSON(c)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE connection SET name = ?, doc = ? WHERE num = ?`, c.Name, doc, num)
	return num, err
}

func loadConnection(ctx context.Context, q querier, id core.ConnectionID) (c core.Connection, num int64, err error) {
	var doc string
	err = q.QueryRowContext(ctx, `SELECT num, doc FROM connection WHERE id = ? AND deleted_at = 0`, string(id)).Scan(&num, &doc)
	if err == sql.ErrNoRows {
		return c, 0, core.NotFound(noConnection)
	}
	if err != nil {
		return c, 0, cancelled(ctx, err)
	}
	return c, num, fromJSON(doc, &c)
}
