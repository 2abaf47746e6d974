"""Verifies a ledger exported as NDJSON: sequence numbers, hashes and the chain. Usage: verify_ledger.py ledger.ndjson

An entry's canonical form is the 16 fields below in UTF-8, each followed by a line feed; an absent value is an empty string.
Its hash is SHA-256 over the previous entry's hash (32 zero bytes for the first entry) and the canonical form.
A reseller's export also lists draws. Their salt, lot, quantity, cost and currency, each followed by a line feed and ordered
by lot, hash to the commitment. Without the salts, the commitment reveals nothing about them.
Lines with "archived" come first: entries that are in an archive file instead, and the hashes before and after them.
"""
import hashlib
import json
import sys


def digest(prefix, texts):
    return hashlib.sha256(prefix + "".join(f"{text}\n" for text in texts).encode("utf-8")).hexdigest()


def canonical(e):
    fields = ["version", "customer", "sequence", "kind", "occurred", "recorded", "token", "environment", "converter", "quantity",
              "source", "request", "reference", "flags", "corrects", "commitment"]
    return ["" if e[field] is None else e[field] for field in fields]


sequence, head, gaps = 0, "0" * 64, []
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    if "archived" in entry:
        gaps.append(entry)
        continue
    while gaps and gaps[0]["first"] == sequence + 1 and gaps[0]["previous"] == head:
        gap = gaps.pop(0)
        print(f"Entries {gap['first']} to {gap['last']} are in {gap['archived']}")
        sequence, head = gap["last"], gap["hash"]
    if entry["sequence"] != sequence + 1:
        sys.exit(f"FAULT: entry {sequence + 1} is missing, {entry['sequence']} follows")
    if entry["previous"] != head or digest(bytes.fromhex(head), canonical(entry)) != entry["hash"]:
        sys.exit(f"FAULT: the chain breaks at entry {entry['sequence']}")
    draws = sorted(entry.get("draws") or [], key=lambda draw: draw["lot"])
    if draws and digest(b"", [d[k] for d in draws for k in ("salt", "lot", "quantity", "cost", "currency")]) != entry["commitment"]:
        sys.exit(f"FAULT: the draws of entry {entry['sequence']} do not match its commitment")
    sequence, head = entry["sequence"], entry["hash"]
print(f"{sequence} entries are in order. The last hash is {head}")
