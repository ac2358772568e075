#!/bin/sh
# Installs pilegate from its tar.gz on a box without dpkg: sh install.sh [remove|purge]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "run as root: sudo sh install.sh" >&2; exit 1; }
units=/etc/systemd/system

case "${1:-install}" in
  install)
    was_enabled=no
    systemctl is-enabled --quiet pilegate.service 2>/dev/null && was_enabled=yes
    rm -rf /usr/lib/pilegate
    mkdir -p /usr/lib /usr/bin /etc/pilegate /usr/share/doc
    cp -a "$here/root/usr/lib/pilegate" /usr/lib/pilegate
    cp -a "$here/root/usr/bin/pilegate" /usr/bin/pilegate
    cp -a "$here/root/usr/share/." /usr/share/
    cp "$here/root/lib/systemd/system/pilegate.service" "$units/pilegate.service"
    # A config that is there is kept.
    [ -e /etc/pilegate/config.yaml ] || cp "$here/root/etc/pilegate/config.yaml" /etc/pilegate/config.yaml
    systemctl daemon-reload
    if [ "$was_enabled" = yes ]; then
      systemctl restart pilegate.service
    else
      echo "pilegate is installed, and not started yet. Next:"
      echo "  1. fill in /etc/pilegate/config.yaml"
      echo "  2. put the gate's key into /etc/pilegate/gate.key (chmod 600)"
      echo "  3. pilegate check && systemctl enable --now pilegate"
    fi
    ;;
  remove | purge)
    systemctl disable --now pilegate.service 2>/dev/null || true
    rm -rf /usr/lib/pilegate /usr/bin/pilegate "$units/pilegate.service" /usr/share/doc/pilegate
    if [ "$1" = purge ]; then rm -rf /var/lib/pilegate /var/lib/private/pilegate /etc/pilegate; fi
    systemctl daemon-reload
    ;;
  *)
    echo "usage: sh install.sh [remove|purge]" >&2
    exit 2
    ;;
esac
