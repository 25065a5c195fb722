#!/usr/bin/env bash
# Installs what building, testing or driving Linkdesk needs, when it is not there:
#   setup.sh build     a C compiler and the headers of the window (make run, make build)
#   setup.sh test      a C compiler, which the race detector needs (make test)
#   setup.sh clients   the OAuth clients in Python (make test-clients)
#   setup.sh n8n       what n8n is built and opened with (make test-n8n)
#   setup.sh desktop   a screen, tray, keyring and browser that nobody sees (make test-desktop)
# Debian and Ubuntu, Fedora, macOS. Elsewhere it says what to install.
set -euo pipefail

want=${1:-build}
say() { printf 'linkdesk set-up: %s\n' "$*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    say "this needs administrator rights: $*"; exit 1; fi; }

if ! command -v go >/dev/null; then
    say "Go is missing. Install Go 1.26 or newer from https://go.dev/dl/ and run this again."; exit 1
fi

case $want in
build)   deb="gcc libc6-dev pkg-config libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev libgl1 libxcursor1 libxrandr2 libxinerama1 libxi6 libxxf86vm1 xdg-utils"
         rpm="gcc pkgconf-pkg-config mesa-libGL-devel libX11-devel libXcursor-devel libXrandr-devel libXinerama-devel libXi-devel libXxf86vm-devel xdg-utils" ;;
test)    deb="gcc libc6-dev" rpm="gcc glibc-devel" ;;
clients) deb="curl python3 python3-authlib python3-requests-oauthlib" rpm="curl python3 python3-authlib python3-requests-oauthlib" ;;
n8n)     deb="g++ make python3 chromium" rpm="gcc-c++ make python3 chromium" ;;
desktop) deb="xvfb openbox dbus-daemon gnome-keyring libsecret-tools xdg-utils xdotool x11-utils imagemagick python3 python3-dbus python3-gi fonts-dejavu-core libgl1-mesa-dri chromium chromium-driver"
         rpm="" ;;
*) say "build, test, clients, n8n or desktop?"; exit 2 ;;
esac

if [ "$(uname -s)" = Darwin ]; then
    xcode-select -p >/dev/null 2>&1 || { say "Install Apple's command line tools: xcode-select --install"; exit 1; }
elif command -v dpkg-query >/dev/null; then
    missing=
    for p in $deb; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || missing="$missing $p"
    done
    [ -n "$missing" ] || exit 0
    say "installing$missing"
    log=$(mktemp)
    install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -q -y install --no-install-recommends $missing >>"$log" 2>&1; }
    install || { as_root apt-get -q update >>"$log" 2>&1 && install; } || { tail -n 20 "$log"; say "that failed; the whole log is $log"; exit 1; }
    rm -f "$log"
elif command -v dnf >/dev/null && [ -n "$rpm" ]; then
    missing=
    for p in $rpm; do rpm -q "$p" >/dev/null 2>&1 || missing="$missing $p"; done
    [ -z "$missing" ] || { say "installing$missing"; as_root dnf -q -y install $missing; }
else
    command -v cc >/dev/null || { say "A C compiler is missing. Install one, and the development files of OpenGL, X11, Xcursor, Xrandr, Xinerama, Xi and Xxf86vm."; exit 1; }
fi
