#!/usr/bin/env bash
# Builds the Debian packages: systemd/package/build.sh FOLDER ARCHITECTURE...
# BUILD is the command that builds the program. The same commit gives the same bytes: no
# time but the commit's goes in.
set -euo pipefail
export LC_ALL=C TZ=UTC
out=$(mkdir -p "$1" && cd "$1" && pwd)
shift
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The versions must rise: a tag is one, and what comes before the first counts by the
# commit's time. ~ sorts before everything in Debian. A clone would shorten the hash as
# it likes.
version() {
	local tag changed=
	git diff --quiet HEAD -- || changed=+changed
	if tag=$(git describe --tags --abbrev=10 --match 'v[0-9]*' 2>/dev/null); then
		echo "$(sed -E 's/^v//; s/-([0-9]+)-(g[0-9a-f]+)$/+\1.\2/; s/-/~/g' <<<"$tag")$changed"
	else
		echo "0~$(git log -1 --abbrev=10 --date=format-local:%Y%m%d%H%M%S --format=%cd.%h)$changed"
	fi
}

# licenses is what the licences of the libraries within ask for: themselves.
licenses() {
	local list='{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}'
	echo "Readyshelf contains Go and these modules. What follows are their licences."
	sed 's/^/    /' "$(go env GOROOT)/LICENSE"
	GOOS=linux GOARCH=arm64 go list -deps -f "$list" ./cmd/readyshelf | sort -u | while read -r path release dir; do
		printf '\n%s %s\n\n' "$path" "$release"
		find "$dir" -maxdepth 2 -type f \( -ipath "$dir/licen[cs]e*" -o -ipath "$dir/copying*" -o -ipath "$dir/notice*" \) |
			sort | grep . | xargs sed 's/^/    /' # none at all is an error
	done
}

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
VERSION=$(version)
STAGE=$(mktemp -d)
trap 'rm -rf "$STAGE"' EXIT
export SOURCE_DATE_EPOCH VERSION STAGE ARCH

gzip -9n >"$STAGE/changelog.gz" <<END
readyshelf ($VERSION) stable; urgency=medium

  * See CHANGELOG.md of the sources.

 -- The Readyshelf authors <readyshelf@users.noreply.github.com>  $(date -R -d "@$SOURCE_DATE_EPOCH")
END
licenses | gzip -9n >"$STAGE/licenses.gz"
go run ./cmd/readyshelf manual 1 | gzip -9n >"$STAGE/readyshelf.1.gz"
go run ./cmd/readyshelf manual 5 | gzip -9n >"$STAGE/readyshelf.toml.5.gz"

declare -A goarch=([amd64]=amd64 [arm64]=arm64 [armhf]=arm)
nfpm=$(go -C systemd/package tool -n nfpm)
for ARCH in "$@"; do
	eval "GOOS=linux GOARCH=${goarch[$ARCH]} GOARM=7 $BUILD -o \"\$STAGE/readyshelf\" ./cmd/readyshelf"
	deb=$out/readyshelf_${VERSION}_$ARCH.deb
	"$nfpm" package --config systemd/package/nfpm.yaml --packager deb --target "$deb"
done
