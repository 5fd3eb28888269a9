"""What schemathesis is told: most cases are about records that exist, and every answer is counted.

KAKEHASHI_KNOWN: a file with ids that exist, by name. KAKEHASHI_TOLD: where the counts go.
"""

import atexit
import collections
import json
import os
import random
import threading
import uuid

import schemathesis

with open(os.environ["KAKEHASHI_KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)
DICE = random.Random(int(os.environ["KAKEHASHI_SEED"]))
LOCK = threading.Lock()
STATUSES = collections.Counter()
BAD = []


def place(case):
    """Puts ids that exist into the address: a row together with the person it is about."""
    names, path = case.path_parameters, case.path.split("/")
    if "row" in names or "member" in names:
        name = "row" if "row" in names else "member"
        of = f"row {path[6 if path[5] == 'parts' else 5]}" if name == "row" else "member"
        if pairs := KNOWN.get(of):
            names["number"], names[name] = DICE.choice(pairs)
    elif "number" in names:
        names["number"] = DICE.choice(KNOWN["number"])[0]
    elif "id" in names and (ids := KNOWN.get(path[3])):
        names["id"] = DICE.choice(ids)
    elif "account" in names:
        names["account"] = DICE.choice(KNOWN["account"])


@schemathesis.hook
def map_case(context, case):
    with LOCK:
        if case.path_parameters and DICE.random() < 0.8:
            place(case)
        if case.headers and "Idempotency-Key" in case.headers and DICE.random() < 0.9:
            case.headers["Idempotency-Key"] = str(uuid.UUID(int=DICE.getrandbits(128)))
        if case.headers and "If-Match" in case.headers and DICE.random() < 0.8:
            case.headers["If-Match"] = DICE.choice(['"0"', '"1"', '"2"'])
        if isinstance(case.body, dict):
            for name, value in case.body.items():
                ids = KNOWN.get("field " + name)
                if ids and isinstance(value, str) and DICE.random() < 0.7:
                    case.body[name] = DICE.choice(ids)
    return case


@schemathesis.hook
def after_call(context, case, response):
    with LOCK:
        STATUSES[response.status_code] += 1
        if response.status_code >= 500 and len(BAD) < 200:
            body = response.request.body
            if isinstance(body, bytes):
                body = body.decode("utf-8", "replace")
            BAD.append(json.dumps([response.status_code, case.method, response.request.url,
                                   dict(response.request.headers), str(body)[:2000]]))


@atexit.register
def tell():
    """How many cases; how often each status; a line for each 5xx."""
    statuses = ", ".join(f"{status} {n} times" for status, n in sorted(STATUSES.items()))
    with open(os.environ["KAKEHASHI_TOLD"], "w", encoding="utf-8") as file:
        file.write("\n".join([str(sum(STATUSES.values())), statuses, *BAD]))
