package authserver_test

import (
	"testing"

	"linkdesk/core/authserver/authservertest"
)

func TestServer(t *testing.T) { authservertest.Run(t, authservertest.InMemory) }
