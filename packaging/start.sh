#!/bin/sh
# install.sh, upgrade.sh and rollback.sh are this one file: find a Python, let deploy.py do what the name says.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$python" ] && "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec "$python" "$here/deploy.py" "$(basename "$0" .sh)" "$@"
done
echo "需要 Python 3.11 或更高版本，并带 venv（Debian、Ubuntu：python3-venv） / Python 3.11 or newer with venv is needed (Debian, Ubuntu: python3-venv)" >&2
exit 2
