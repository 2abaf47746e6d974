"""Checks a ledger exported as NDJSON: numbers without gaps, every hash, and the chain. Usage: verify_ledger.py ledger.ndjson

An entry's canonical form is the 16 texts below, each followed by one line feed, in UTF-8; an absent value is an empty text.
Its hash is SHA-256 over the 32 bytes of the previous hash and the canonical form. Before the first entry come 32 zero bytes.
The reseller's own export has draws: their salts, lots, quantities, costs and currencies, each followed by a line feed and
ordered by lot, hash to the commitment. Without the salts the commitment tells nothing of them.
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


sequence, head = 0, "0" * 64
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    if entry["sequence"] != sequence + 1:
        sys.exit(f"FAULT: entry {sequence + 1} is missing, {entry['sequence']} follows")
    if entry["previous"] != head or digest(bytes.fromhex(head), canonical(entry)) != entry["hash"]:
        sys.exit(f"FAULT: the chain breaks at entry {entry['sequence']}")
    draws = sorted(entry.get("draws") or [], key=lambda draw: draw["lot"])
    if draws and digest(b"", [d[k] for d in draws for k in ("salt", "lot", "quantity", "cost", "currency")]) != entry["commitment"]:
        sys.exit(f"FAULT: the draws of entry {entry['sequence']} are not those it commits to")
    sequence, head = entry["sequence"], entry["hash"]
print(f"{sequence} entries are in order. The last hash is {head}")
