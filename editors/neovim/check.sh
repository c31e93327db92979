#!/bin/sh
# Runs Neovim (0.11 or newer) without a screen, with the configuration of docs/editors.md as it stands there, on an example.
#
#   editors/neovim/check.sh        # NVIM=nvim TRUSTC=trustc name the programs
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/config/nvim"
ln -s "$(command -v "${TRUSTC:-trustc}")" "$work/bin/trustc"
cp -r "$top/examples/partner-federation" "$work/policies"
awk '/^## /{on = /^## Neovim/} on && /^```$/{code = 0} code{print} on && /^```lua$/{code = 1}' \
    "$top/docs/editors.md" >"$work/config/nvim/init.lua"
export PATH="$work/bin:$PATH" POLICY="$work/policies/federation.trust"
export XDG_CONFIG_HOME="$work/config" XDG_CACHE_HOME="$work/cache" XDG_DATA_HOME="$work/data" XDG_STATE_HOME="$work/state"
"${NVIM:-nvim}" --headless -c "luafile $top/editors/neovim/check.lua"
