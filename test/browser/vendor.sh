#!/usr/bin/env bash
# Fetches axe-core, which finds what people who do not see a page would miss, into
# testdata/axe. The version and its hash stand here: another one is another commit.
# It is for tests alone and is not in the program. Its licence, MPL-2.0, stays beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

package=axe-core@4.14.1
sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm pack --silent --pack-destination "$tmp" "$package" >/dev/null
echo "$sha512  $(echo "$tmp"/*.tgz)" | sha512sum --check --quiet
mkdir -p testdata/axe
tar -xzf "$tmp"/*.tgz -C testdata/axe --strip-components 1 package/axe.min.js package/LICENSE
