#!/bin/sh
# Makes dist/trust-language.vsix: fetches the npm packages, bundles the client, packs the extension.
set -eu
cd "$(dirname "$0")"
npm ci --no-audit --no-fund
npm run package
