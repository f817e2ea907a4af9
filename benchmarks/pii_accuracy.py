"""Accuracy of the personal-information detector: labelled spans, made-up Chinese.

    python benchmarks/pii_accuracy.py labelled SPANS.json
    python benchmarks/pii_accuracy.py chinese [--people N]

`labelled` reads presidio-research's format and prints precision, recall and F1 by entity; a span
counts as found when one of its entity overlaps it. `chinese` writes people made by Faker (zh_CN)
into sentences without blanks and prints the recall of each kind.
"""

import argparse
import collections
import json
import random
from pathlib import Path

import pyarrow as pa

from datagov.detect.pii import PiiDetector

ENTITIES = ("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PERSON", "PHONE_NUMBER")
ENTITIES = (*ENTITIES, "US_SSN")


def labelled(options):
    rows = json.loads(Path(options.path).read_text("utf-8"))
    found = collections.defaultdict(list)
    for span in PiiDetector().detect([row["full_text"] for row in rows]).to_pylist():
        found[span["cell"], span["category"]].append((span["start"], span["end"]))
    print(f"{'entity':16}  gold  found  precision  recall     F1")
    for entity in ENTITIES:
        hit = missed = right = wrong = 0
        for cell, row in enumerate(rows):
            gold = [
                (s["start_position"], s["end_position"])
                for s in row["spans"]
                if s["entity_type"] == entity
            ]
            ours = found[cell, entity]
            hit += sum(any(overlap(g, o) for o in ours) for g in gold)
            missed += sum(not any(overlap(g, o) for o in ours) for g in gold)
            right += sum(any(overlap(g, o) for g in gold) for o in ours)
            wrong += sum(not any(overlap(g, o) for g in gold) for o in ours)
        precision = right / max(1, right + wrong)
        recall = hit / max(1, hit + missed)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        measures = f"{precision:10.3f} {recall:7.3f} {f1:6.3f}"
        print(f"{entity:16} {hit + missed:5d} {right + wrong:6d} {measures}")


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


SENTENCES = {
    "CN_RESIDENT_ID": [
        "他的身份证是{}请核对",
        "公民身份号码{}，",
        "身份证号：{}。",
        "{}是本人证件号",
    ],
    "CN_MOBILE": ["请拨打{}联系", "手机号{}，", "电话：{}。", "他的号码是{}哦"],
    "CREDIT_CARD": ["银行卡{}已冻结", "卡号：{}。", "信用卡{}到期"],
    "EMAIL_ADDRESS": ["邮箱{}收到", "发到{}，谢谢", "联系：{}。"],
    "CN_BANK_CARD": ["银联卡{}已冻结", "卡号：{}。"],
    "CN_VEHICLE_PLATE": ["车牌{}违停", "他开{}走了"],
    "PERSON": ["姓名：{}，", "{}先生您好", "患者{}，男，"],
    "CN_ADDRESS": ["住在{}。", "地址：{}，"],
}


def chinese(options):
    from faker import Faker

    fake = Faker("zh_CN")
    fake.seed_instance(7)
    random.seed(7)
    makers = {
        "CN_RESIDENT_ID": fake.ssn,
        "CN_MOBILE": fake.phone_number,
        "CREDIT_CARD": fake.credit_card_number,
        "EMAIL_ADDRESS": fake.ascii_free_email,
        "CN_BANK_CARD": union_pay,
        "CN_VEHICLE_PLATE": fake.license_plate,
        "PERSON": fake.name,
        "CN_ADDRESS": lambda: fake.address().split(" ")[0],
    }
    detector = PiiDetector()
    for entity, make in makers.items():
        values = [make() for _ in range(options.people)]
        texts = [random.choice(SENTENCES[entity]).format(value) for value in values]
        spans = detector.detect(pa.array(texts, pa.large_string())).to_pylist()
        covered = set()
        for span in spans:
            start = texts[span["cell"]].index(values[span["cell"]])
            end = start + len(values[span["cell"]])
            if span["category"] == entity and span["start"] <= start and span["end"] >= end:
                covered.add(span["cell"])
        print(f"{entity:18} recall {len(covered) / len(texts):.3f} of {len(texts)}")
        for cell in [i for i in range(len(texts)) if i not in covered][: options.show]:
            print("    ", texts[cell])


def union_pay():
    digits = "62" + "".join(random.choice("0123456789") for _ in range(random.choice((13, 16))))
    odd = sum(int(d) for d in digits[-2::-2])
    even = sum(sum(divmod(2 * int(d), 10)) for d in digits[::-2])
    return digits + str(-(odd + even) % 10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("labelled")
    command.add_argument("path")
    command.set_defaults(run=labelled)
    command = commands.add_parser("chinese")
    command.add_argument("--people", type=int, default=2000)
    command.add_argument("--show", type=int, default=0, help="missed sentences to print by kind")
    command.set_defaults(run=chinese)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
