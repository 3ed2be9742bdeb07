#!/usr/bin/env bash
# Installs the clients, each group into a folder of its own with a file `installed`, or with a file `missing` that says
# what this machine lacks. Does nothing where that is done. Argument: the folder for all of them.
set -euo pipefail
home=$1
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$home/work"
home=$(cd "$home" && pwd)

# Whether a folder is to be filled: its tool is there, and its versions are not those that it was made of.
# Arguments: the folder, the tool, the files that name versions.
begin() {
  folder=$home/$1
  if ! command -v "$2" >/dev/null; then
    rm -rf "$folder"
    mkdir -p "$folder"
    echo "no $2 here" >"$folder/missing"
    return 1
  fi
  wanted=$(cat "${@:3}" | sha256sum)
  if [[ -f $folder/installed && $(<"$folder/installed") == "$wanted" ]]; then
    return 1
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
}

done_with() {
  echo "$wanted" >"$folder/installed"
}

for requirements in "$here"/python/*.txt; do
  if begin "python/$(basename "$requirements" .txt)" python3.11 "$requirements"; then
    python3.11 -m venv "$folder"
    "$folder/bin/pip" install --quiet --no-cache-dir --no-deps --disable-pip-version-check -r "$requirements"
    done_with
  fi
done

if begin node npm "$here"/node/package*.json; then
  cp "$here"/node/package*.json "$folder"
  (cd "$folder" && npm ci --silent --no-audit --no-fund)
  # The newest of these want a newer Node.js than distributions have: it comes with them.
  node=$(command -v "$folder"/node_modules/node-linux-*/bin/node || command -v node)
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$node" >"$folder/run"
  chmod +x "$folder/run"
  done_with
fi
# Beside the libraries that they import.
cp "$here"/node/*.mjs "$home/node"
