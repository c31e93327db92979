#!/usr/bin/env bash
# Builds libtrust and installs it: install.sh PREFIX [cargo options, such as --no-default-features for a library without the compiler]
set -euo pipefail
if [ $# -lt 1 ]; then
    echo "usage: install.sh PREFIX [cargo options]" >&2
    exit 2
fi
prefix=$(mkdir -p "$1" && cd "$1" && pwd)
shift
cd "$(dirname "$0")"
profile=${TRUST_PROFILE:-release}
cargo build --locked -p libtrust --lib --profile "$profile" "$@"
root=$(cargo locate-project --workspace --message-format plain)
target=${CARGO_TARGET_DIR:-$(dirname "$root")/target}
built=$target/$([ "$profile" = dev ] && echo debug || echo "$profile")
version=$(cargo pkgid -p libtrust)
version=${version##*[@#]}
mkdir -p "$prefix/lib/pkgconfig" "$prefix/include"
install -m 644 include/trust.h "$prefix/include/trust.h"
for library in libtrust.so libtrust.dylib libtrust.a; do
    if [ -f "$built/$library" ]; then
        install -m 755 "$built/$library" "$prefix/lib/$library"
    fi
done
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" libtrust.pc.in > "$prefix/lib/pkgconfig/libtrust.pc"
echo "installed libtrust $version in $prefix"
