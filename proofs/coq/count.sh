#!/bin/bash
# Which certificates of claims the extracted checker accepts: all dimensions that each certificate states, or why not.
#
#   allocert verify proofs --certificate certificates --elementary
#   make -C proofs/coq extracted
#   proofs/coq/count.sh certificates
#
# Environment: ALLOCERT, the program (allocert); SECONDS_EACH, processor time for a certificate (60).

set -u
folder=${1:?usage: count.sh FOLDER}
allocert=${ALLOCERT:-allocert}
checker=$(dirname "$0")/extracted/allocert-extracted
plain=$(mktemp) && json=$(mktemp) || exit 1
trap 'rm -f "$plain" "$json"' EXIT

# The steps that are answers and have no proof, by rule; nothing if all have.
missing() { grep -o '"why":"\([^"\\]\|\\.\)*","kind":"answer"' "$1" | sed 's/"why":"\(.*\)","kind.*/\1/; s/it rests on step [0-9]*/it rests on a step/; s/no dimensions of .*: /no dimensions: /' | sort | uniq -c | sort -rn | head -2 | sed 's/^ *[0-9]* //' | paste -sd ';'; }

accepted=0 all=0
for certificate in "$folder"/*.cert; do
  all=$((all + 1)) name=$(basename "$certificate" .cert)
  why=
  if ! "$allocert" coq "$certificate" --json > "$json" 2> /dev/null; then
    why=$(missing "$json")
    why=${why:-not exported}
  fi
  if [ -z "$why" ] && ! grep -q '"proved":\["' "$json"; then why="it states no dimension"; fi
  if [ -z "$why" ]; then
    "$allocert" coq "$certificate" --plain > "$plain" 2> /dev/null
    (ulimit -t "${SECONDS_EACH:-60}"; "$checker" "$plain") > "$json" 2>&1
    case $? in
      0) accepted=$((accepted + 1)); continue ;;
      1) why="rejected" ;;
      3) why="too large for its stack" ;;
      137 | 152) why="over ${SECONDS_EACH:-60} s" ;;
      *) why="the checker cannot be run: make -C proofs/coq extracted" ;;
    esac
  fi
  echo "$name: $why"
done
echo "$accepted of $all certificates are accepted"
