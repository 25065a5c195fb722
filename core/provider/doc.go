// Package provider calls a service as its manifest says: verify, list pages; rate limits and retries.
package provider
