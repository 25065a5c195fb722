package authserver

import (
	"encoding/json"
	"net/http"

	"linkdesk/core"
)

// MetadataPath is where clients look for the metadata (RFC 8414 section 3).
const MetadataPath = "/.well-known/oauth-authorization-server"

// metadata describes this server to programs.
func (s *Service) metadata(w http.ResponseWriter, r *http.Request) {
	origin := s.origin(r.Context())
	secret := []string{"client_secret_basic", "client_secret_post"}
	open := append(secret[:2:2], "none")
	body, _ := json.Marshal(map[string]any{ // of texts: cannot fail
		"issuer":                                         origin,
		"authorization_endpoint":                         origin + "/oauth/authorize",
		"token_endpoint":                                 origin + "/oauth/token",
		"revocation_endpoint":                            origin + "/oauth/revoke",
		"introspection_endpoint":                         origin + "/oauth/introspect",
		"scopes_supported":                               core.Scopes(),
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          open,
		"revocation_endpoint_auth_methods_supported":     open,
		"introspection_endpoint_auth_methods_supported":  secret,
		"authorization_response_iss_parameter_supported": true,
	})
	sendJSON(w, http.StatusOK, body)
}
