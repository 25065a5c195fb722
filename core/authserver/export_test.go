package authserver

// HashOf is for tests that write into a store.
var HashOf = hashOf
