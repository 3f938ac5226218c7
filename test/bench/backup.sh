#!/bin/bash
# A simple script that backs up a running guest. Arguments: domain, its disk's file, destination, temporary overlay.
set -euo pipefail
virsh snapshot-create-as "$1" backup --disk-only --atomic --quiesce --no-metadata \
  --diskspec "vda,snapshot=external,file=$4"
qemu-img convert -O qcow2 "$2" "$3"
virsh blockcommit "$1" vda --base "$2" --active --wait --pivot
[[ $(virsh domblklist "$1") == *" $2"* ]]
rm -f "$4"
