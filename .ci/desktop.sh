#!/usr/bin/env bash
# Runs a command on a desktop that nobody sees: screen, window manager, tray,
# unlocked keyring, browser. The tools are in .ci/desktop, on the command's PATH.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH="$PATH:$here/desktop" GUI_NAME="${GUI_NAME:-linkdesk}"
trap gui-stop EXIT
gui-run "$@"
