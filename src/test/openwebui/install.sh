#!/usr/bin/env bash
# Puts Open WebUI into a virtual environment, and Chromium on a Debian machine that has none.
# Arguments: the environment's folder, Open WebUI's version. Does nothing where that is done.
set -euo pipefail
venv=$1
version=$2
here=$(cd "$(dirname "$0")" && pwd)

if ! command -v chromium >/dev/null; then
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive \
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-liberation
fi

wanted="$version $(sha256sum <"$here/requirements.txt")"
if [[ -f $venv/installed && $(<"$venv/installed") == "$wanted" ]]; then
  exit 0
fi
python=$(command -v python3.11) || {
  echo "Open WebUI needs Python 3.11 for its pinned libraries" >&2
  exit 1
}
rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --no-cache-dir --no-deps \
  -r "$here/requirements.txt" "open-webui==$version"
echo "$wanted" >"$venv/installed"
