#!/bin/bash
# A simple script that moves a running guest's disk. Arguments: domain, destination.
set -euo pipefail
saved=$(mktemp)
trap 'rm -f "$saved"' EXIT
virsh dumpxml --inactive --security-info "$1" >"$saved"
virsh blockcopy "$1" vda "$2" --shallow --transient-job --wait --pivot
[[ $(virsh domblklist "$1") == *" $2"* ]]
[[ $(virsh dumpxml --inactive "$1") == *"'$2'"* ]]
