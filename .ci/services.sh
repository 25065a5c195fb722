#!/usr/bin/env bash
# Holds our manifests against what the vendors themselves say:
#  1. every path, parameter and mapped field against the vendor's OpenAPI document;
#  2. every request that a full sync sends against Prism's validation of that
#     document, and the answers into the five data models.
# The documents are not part of the project: LINKDESK_SPECS names their folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
specs=${LINKDESK_SPECS:-../shared/specs}
if [ ! -f "$specs/mailchimp.json" ]; then
    echo "services: no vendor documents in $specs. Set LINKDESK_SPECS to a folder with mailchimp.json and hubspot.json."
    exit 1
fi
export LINKDESK_SPECS=$(cd "$specs" && pwd)
go test -count=1 -tags specs ./core/service
.ci/prism.sh
