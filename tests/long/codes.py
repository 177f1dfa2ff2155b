#!/usr/bin/env python3
"""Document codes with Đ, from print over Tesseract to the restored text.

    codes.py [-n 300] [--seed 1] [--vidau target/release/vidau] [--least 95] [--show]

Makes codes of the types and organs that crates/vidau/src/rules/codes.rs lists, each in a sentence
that names its type as such papers do, typesets them like data/fixtures/make.py, reads the pages
with Tesseract's eng and vie, restores them, and counts the codes that are exact among those whose
digits were kept. Exits with 1 when less than --least per cent are (needs Pillow, numpy, Tesseract).
"""
import argparse
import importlib.util
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("make", ROOT / "data/fixtures/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

# What the type of each abbreviation is called before its number.
NAMES = {
    "QĐ": "Quyết định", "NĐ": "Nghị định", "HĐ": "Hợp đồng", "CĐ": "Công điện", "ĐA": "Đề án",
    "QyĐ": "Quy định", "QĐi": "Quy định", "GĐĐ": "Giấy đi đường", "QĐNS": "Quyết định",
    "NQ": "Nghị quyết", "CT": "Chỉ thị", "KH": "Kế hoạch", "TB": "Thông báo", "BC": "Báo cáo",
    "TT": "Thông tư", "CV": "Công văn", "TTr": "Tờ trình", "HD": "Hướng dẫn", "KL": "Kết luận",
    "QC": "Quy chế", "CTr": "Chương trình", "BB": "Biên bản",
}
# Types and organs; what the list has beyond these are codes of units and departments.
PARTY = {"ĐU", "ĐUK", "BCSĐ", "ĐĐ", "ĐTN", "TWĐTN", "TW", "TU", "HU", "ĐB", "BĐNTW"}
SENTENCES = [
    "Căn cứ {name} số {code} ngày {day} tháng {month} năm {year} của cơ quan có thẩm quyền;",
    "Thực hiện {name} số {code} ngày {day}/{month}/{year} về việc phân công nhiệm vụ.",
    "Theo {name} số {code}, các đơn vị trực thuộc báo cáo kết quả trước ngày {day} tháng {month}.",
    "{name} số {code} ngày {day}/{month}/{year} hết hiệu lực kể từ ngày ký văn bản này.",
    "Số: {code}",
]


def lists():
    """The abbreviations of codes.rs: with Đ, without."""
    source = (ROOT / "crates/vidau/src/rules/codes.rs").read_text(encoding="utf8")

    def of(name):
        return re.findall(r'"([^"]+)"', re.search(rf"const {name}[^=]*=\s*\[(.*?)\];", source, re.S)[1])

    return of("WITH_D_STROKE"), of("WITHOUT")


def codes(rng, count):
    """(name of the type, code, year), no two with the same digits."""
    stroke, without = lists()
    types = [t for t in stroke + without if t in NAMES]
    organs = [o for o in stroke if o not in NAMES and len(o) > 1] + \
        [o for o in without if o not in NAMES and len(o) > 1 and o.isupper()]
    seen, made = set(), []
    while len(made) < count:
        kind, organ = rng.choice(types), rng.choice(organs)
        # Half have Đ in the type, half in the organ, a few in both; common ones are common.
        if rng.random() < 0.4:
            kind = rng.choice(["QĐ", "NĐ", "QĐ", "HĐ", "CĐ", "QyĐ", "ĐA"])
        elif rng.random() < 0.6:
            organ = rng.choice([o for o in organs if o in stroke])
        number, year = rng.randint(1, 3999), rng.randint(1985, 2025)
        if organ in PARTY:
            code = f"{number}-{kind}/{organ}"
        elif rng.random() < 0.5:
            code = f"{number}/{year}/{kind}-{organ}"
        else:
            code = f"{number}/{kind}-{organ}"
        if "Đ" in code and number not in seen:
            seen.add(number)
            made.append((NAMES[kind], code, year))
    return made


def page_text(rng, made):
    lines = []
    for name, code, year in made:
        # Without its name, HD or DA could be either: only named ones are fair.
        parts = set(re.split(r"[-/]", code))
        open_types = parts & {"HĐ", "ĐA", "CĐ", "HD", "DA"}
        sentence = rng.choice(SENTENCES[:-1] if open_types else SENTENCES)
        lines.append(sentence.format(name=name, code=code, year=year, day=rng.randint(13, 28),
                                     month=rng.randint(1, 12)))
    return "\n".join(lines)


def digits(text):
    return re.match(r"[\d/]*\d", text)[0]


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("-n", type=int, default=300)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--vidau", default=ROOT / "target/release/vidau")
    args.add_argument("--least", type=float, default=95)
    args.add_argument("--show", action="store_true", help="print what is not exact")
    args.add_argument("--keep", type=Path, help="folder for the pairs that were read")
    args = args.parse_args()
    rng = random.Random(args.seed)
    made = codes(rng, args.n)
    failed = False
    counts = {lang: [0, 0, 0] for lang in ("eng", "vie")}
    for at in range(0, len(made), 18):
        some = made[at:at + 18]
        dial = make.SCAN | dict(seed=1000 + args.seed + at, skew=rng.uniform(-0.5, 0.5),
                                dpi=rng.choice([180, 200, 250]))
        page = make.typeset(page_text(rng, some), dial)
        with tempfile.TemporaryDirectory() as tmp:
            png = Path(tmp, "page.png")
            make.degrade(page.image, dial).save(png, dpi=(dial["dpi"],) * 2)
            for lang, count in counts.items():
                hocr, _ = make.tesseract(png, lang)
                rows = make.pair(page, dial, make.hocr_lines(hocr))
                read = "".join(r + "\n" for _, r, _ in rows)
                run = subprocess.run([args.vidau, "restore", "--no-config"], input=read, text=True,
                                     encoding="utf8", capture_output=True, check=True)
                lines = run.stdout.splitlines()
                if args.keep:
                    base = f"codes{at:03}.{lang}"
                    truth = "".join(t + "\n" for t, _, _ in rows)
                    (args.keep / f"{base}.truth.txt").write_text(truth, encoding="utf8")
                    (args.keep / f"{base}.ocr.txt").write_text(read, encoding="utf8")
                for _, code, _ in some:
                    k = next(k for k, row in enumerate(rows) if code in row[0].replace(",", "")
                             .replace(".", "").split())
                    words = [w.strip(",.;:()“”\"") for w in rows[k][1].split()]
                    was = [w for w in words if re.match(rf"{re.escape(digits(code))}(?!\d)", w)]
                    count[0] += 1
                    if not was:
                        continue
                    count[1] += 1
                    now = [w.strip(",.;:()“”\"") for w in lines[k].split()]
                    if code in now:
                        count[2] += 1
                    elif args.show:
                        got = [w for w in now if w.startswith(digits(code))]
                        print(f"{lang} {code}: read {was[0]}, restored {' '.join(got)}")
    for lang, (all_codes, kept, exact) in counts.items():
        share = 100 * exact / max(kept, 1)
        failed |= share < args.least
        print(f"{lang}: {all_codes} codes, digits kept in {kept}, of these exact {exact} ({share:.1f} %)")
    sys.exit(failed)


if __name__ == "__main__":
    main()
