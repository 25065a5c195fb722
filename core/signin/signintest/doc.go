// Package signintest has what tests of sign-ins need: a service with an
// authorization server and a little API, whose faults are switched on one by
// one; a browser that follows a script; and a store in memory that fails when told.
package signintest
