#!/bin/sh
# Installs pilegate from its tar.gz on a box without dpkg, or another version over it: sh install.sh [remove|purge]
# PILEGATE_KEY=/path/pilegate.asc sh install.sh: installs only what that key signed (wants gpg).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=/usr/lib/pilegate
unit=/etc/systemd/system/pilegate.service
fail() {
  echo "$1" >&2
  exit 1
}

take_off() {
  rm -rf $home /usr/share/doc/pilegate
  rm -f /etc/systemd/system/pilegate.service.d/older-systemd.conf
  rmdir --ignore-fail-on-non-empty /etc/systemd/system/pilegate.service.d 2>/dev/null || true
  rm -f /usr/bin/pilegate /usr/share/man/man1/pilegate.1.gz "$unit" \
    /usr/share/bash-completion/completions/pilegate /usr/share/zsh/vendor-completions/_pilegate
}

case "${1:-install}" in install | remove | purge) ;; *)
  echo "usage: sh install.sh [remove|purge]" >&2
  exit 2
  ;;
esac
[ "$(id -u)" = 0 ] || fail "run as root: sudo sh install.sh"
for program in systemctl tar xz perl; do
  command -v $program >/dev/null || fail "pilegate needs $program on this box: install it first (xz may be in xz-utils)"
done

# What was cut off or changed on its way is not installed.
verify() {
  (cd "$here" && sha256sum --quiet --check SHA256SUMS) || fail "this archive is damaged: fetch it again"
  [ -n "${PILEGATE_KEY:-}" ] || return 0
  command -v gpg >/dev/null || fail "PILEGATE_KEY is set, and checking a signature needs gpg on this box: install it first"
  [ -e "$here/SHA256SUMS.asc" ] || fail "PILEGATE_KEY is set, and this archive is not signed"
  ring=$(mktemp -d)
  gpg --homedir "$ring" --batch --quiet --import "$PILEGATE_KEY" 2>/dev/null &&
    gpg --homedir "$ring" --batch --quiet --verify "$here/SHA256SUMS.asc" "$here/SHA256SUMS" 2>/dev/null && signed=yes || signed=no
  gpgconf --homedir "$ring" --kill all 2>/dev/null || true
  rm -rf "$ring"
  [ $signed = yes ] || fail "this archive is not signed by the key of $PILEGATE_KEY: nothing was changed"
}

case "${1:-install}" in
  install)
    verify
    # All of it lies beside the old one, and starts, before the old one goes.
    new=$(mktemp -d $home.XXXXXX)
    trap 'rm -rf "$new"' EXIT
    xz -dc "$here/data.tar.xz" | tar -x -C "$new"
    "$new$home/bin/node" --version >/dev/null ||
      fail "the runtime does not start here: it wants this processor's archive, glibc 2.28 (this box has $(getconf GNU_LIBC_VERSION 2>/dev/null || echo none)) and libstdc++ of GCC 5 or newer"
    # A config that is there is kept.
    mkdir -p /etc/pilegate
    [ -e /etc/pilegate/config.yaml ] || cp "$new/etc/pilegate/config.yaml" /etc/pilegate/
    take_off
    mv "$new$home" $home
    rm -r "$new/usr/share/lintian"
    cp -R "$new/usr/bin" "$new/usr/share" /usr/
    cp "$new/lib/systemd/system/pilegate.service" "$unit"
    sh $home/older-systemd
    systemctl daemon-reload
    systemctl try-restart --no-block pilegate.service
    if ! systemctl is-enabled --quiet pilegate.service 2>/dev/null; then
      echo "pilegate is installed, and does not start by itself yet. Next:"
      echo "  1. fill in /etc/pilegate/config.yaml"
      echo "  2. put the gate's key into /etc/pilegate/gate.key (chmod 600)"
      echo "  3. pilegate check && systemctl enable --now pilegate"
    fi
    ;;
  *)
    systemctl disable --now pilegate.service 2>/dev/null || true
    take_off
    systemctl daemon-reload
    if [ "$1" = purge ]; then rm -rf /var/lib/pilegate /var/lib/private/pilegate /etc/pilegate; fi
    ;;
esac
