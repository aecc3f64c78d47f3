#!/usr/bin/env bash
# Installs what a fresh Debian machine with Go lacks. It does nothing where
# everything is there.
#   prepare.sh build   a C compiler, which the embedded database links with
#   prepare.sh test    besides: Python, and in bin/ the clients and servers that
#                      the tests work with
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
command -v gcc >/dev/null && command -v g++ >/dev/null || packages+=(gcc g++)
if [ "${1:-build}" = test ]; then
	command -v python3 >/dev/null || packages+=(python3)
	command -v strace >/dev/null || packages+=(strace) # records what a power failure may lose
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
	# What is installed is what is written: the stamp is a copy of the list.
	if ! cmp -s test/clients/requirements.txt "$venv/installed.txt"; then
		echo "prepare: installing boto3, the AWS CLI, Node and test servers into $venv" >&2
		python3 -m venv "$venv"
		"$venv/bin/pip" install -q -r test/clients/requirements.txt
		cp test/clients/requirements.txt "$venv/installed.txt"
	fi
	node=bin/node
	if ! cmp -s test/clients/node/package-lock.json "$node/installed.json"; then
		echo "prepare: installing the JavaScript client into $node" >&2
		mkdir -p "$node"
		cp test/clients/node/package.json test/clients/node/package-lock.json "$node/"
		PATH="$PWD/$venv/bin:$PATH" npm --prefix "$node" ci --ignore-scripts --no-audit --no-fund --silent
		cp test/clients/node/package-lock.json "$node/installed.json"
	fi
fi
