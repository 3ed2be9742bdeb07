#!/usr/bin/env bash
# Installs the clients, each group into a folder of its own with a file `installed`, or with a file `missing` that says
# what this machine lacks. Does nothing where that is done. Arguments: the folder for all of them, the Maven that runs.
set -euo pipefail
home=$1
maven=$2
here=$(cd "$(dirname "$0")" && pwd)
# What earlier runs left.
rm -rf "$home/work" "$home"/sessions-*
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

if ! command -v chromium >/dev/null && command -v apt-get >/dev/null; then
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive \
    "${as_root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-liberation
fi

for requirements in "$here"/python/*.txt; do
  if begin "python/$(basename "$requirements" .txt)" python3.11 "$requirements"; then
    python3.11 -m venv "$folder"
    "$folder/bin/pip" install --quiet --no-cache-dir --no-deps --disable-pip-version-check -r "$requirements"
    done_with
  fi
done

if begin node npm "$here"/node/package*.json; then
  cp "$here"/node/package*.json "$folder"
  (cd "$folder" && npm ci --ignore-scripts --loglevel=error --no-audit --no-fund)
  # The newest of these want a newer Node.js than distributions have: it comes with them.
  node=$(command -v "$folder"/node_modules/node-linux-*/bin/node || command -v node)
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$node" >"$folder/run"
  chmod +x "$folder/run"
  done_with
fi
# Beside the libraries that they import.
cp "$here"/node/*.mjs "$home/node"
if begin chromium npm "$here"/node/package.json && begin chromium chromium "$here"/node/package.json; then
  done_with
fi

if begin claude npm "$here"/claude/package*.json; then
  cp "$here"/claude/package*.json "$folder"
  (cd "$folder" && npm ci --ignore-scripts --loglevel=error --no-audit --no-fund)
  # The program itself, which a script of the package would copy.
  printf '#!/bin/sh\nexec "%s" "$@"\n' "$folder"/node_modules/@anthropic-ai/claude-code-linux-*/claude >"$folder/run"
  chmod +x "$folder/run"
  done_with
fi

for module in openai-v1 openai-v3 sashabaranov; do
  if begin "go/$module" go "$here/go/$module"/* "$here"/go/wire/*; then
    if ! (cd "$here/go/$module" && GOTOOLCHAIN=local go list -m >/dev/null 2>&1); then
      echo "Go here is too old" >"$folder/missing"
      continue
    fi
    (cd "$here/go/$module" && GOTOOLCHAIN=local go build -o "$folder/client" .)
    done_with
  fi
done

# Each with the libraries that its pom.xml names. The programs are compiled again each time.
for pom in "$here"/java/*/pom.xml; do
  module=$(basename "$(dirname "$pom")")
  if begin "java/$module" javac "$pom"; then
    "$maven" -B -q -f "$pom" dependency:copy-dependencies "-DoutputDirectory=$folder/lib"
    done_with
  fi
  if [[ -f $home/java/$module/installed ]]; then
    rm -rf "$home/java/$module/classes"
    javac -nowarn -d "$home/java/$module/classes" -cp "$home/java/$module/lib/*" \
      "$here"/java/wire/*.java "$here/java/$module"/*.java
  fi
done
