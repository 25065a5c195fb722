// Package storagetest holds the contracts of the stores that core/* declare, as
// tests: every function takes an empty store and tries it against what the
// interface's comments promise. package storage runs them on a real file; a fake
// that is meant to behave like it can be held against them too.
package storagetest
