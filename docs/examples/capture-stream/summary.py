"""Counts what ``swapin eval - --json`` prints: verdicts by outcome and value."""

import json
import sys
from collections import Counter

counts, bad, facts = Counter(), 0, Counter()
for line in sys.stdin:
    verdict = json.loads(line)
    if "error" in verdict:
        bad += 1
        continue
    counts.update(verdict["outcomes"].items())
    facts.update(
        fact
        for one in verdict["explanation"]["outcomes"]
        if one["outcome"] == "write"
        for fact in one.get("settled_by", ())
    )

for (outcome, value), count in sorted(counts.items()):
    if outcome != "path":
        print(f"{count:6}  {outcome:16}  {value}")
print(f"{bad:6}  bad lines")
for fact, count in facts.most_common(5):
    print(f"{count:6}  writes would need {fact}")
