#!/usr/bin/env bash
# Installs what a fresh Debian machine with Go lacks. It does nothing where
# everything is there.
#   prepare.sh build   a C compiler, which the embedded database links with
#   prepare.sh test    besides: Python and boto3, the client the tests drive
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
command -v gcc >/dev/null && command -v g++ >/dev/null || packages+=(gcc g++)
if [ "${1:-build}" = test ]; then
	command -v python3 >/dev/null || packages+=(python3)
	python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
fi
if [ ${#packages[@]} -gt 0 ]; then
	run=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || { echo "prepare: install ${packages[*]} first" >&2; exit 1; }
		run=(sudo)
	fi
	echo "prepare: installing ${packages[*]}" >&2
	"${run[@]}" apt-get update -qq
	DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" ca-certificates >/dev/null
fi

if [ "${1:-build}" = test ]; then
	venv=bin/venv
	if ! "$venv/bin/python" -c 'import boto3' 2>/dev/null; then
		echo "prepare: installing boto3 and the AWS CLI into $venv" >&2
		python3 -m venv "$venv"
		"$venv/bin/pip" install -q -r test/clients/requirements.txt
	fi
fi
