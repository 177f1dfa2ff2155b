"""Other readers of what vidau writes: PAGE against its schema, and dinglehopper.

    python tests/readers/check.py VIDAU

The committed samples of PAGE and what vidau makes of them are valid by the
schema of 2019 (as `ocrd` carries it). Of the samples of ALTO and PAGE, and of
what vidau makes of them, dinglehopper reads a text whose character error rate
is the one that `vidau eval` gives, to 0.1 points. Both take the text composed
(NFC) and its words joined by one blank.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import ocrd_validators
from dinglehopper.character_error_rate import character_error_rate
from dinglehopper.ocr_files import extract
from lxml import etree

FIXTURES = Path(__file__).parents[2] / "data" / "fixtures"
SCHEMA = Path(ocrd_validators.__file__).with_name("page.xsd")
FORMATS = {".alto.xml": "alto", ".alto2.xml": "alto", ".page.xml": "page"}
RECORDS = ["replace", "annotate", "plain"]


def text(path):
    return " ".join(extract(str(path)).text.split())


def theirs(truth, path):
    return 100 * character_error_rate(text(truth), text(path))


def ours(vidau, truth, path):
    """The error rate of a file as it stands; what it is restored to is not asked for."""
    command = [vidau, "eval", "--page", "--json", truth, path, truth]
    report = subprocess.run(command, check=True, capture_output=True).stdout
    return json.loads(report)["total"]["raw"]["cer"]


def check(vidau, schema, folder):
    files = rates = valid = 0
    for suffix, kind in FORMATS.items():
        samples = sorted(FIXTURES.glob(f"*{suffix}"))
        assert samples, f"no samples *{suffix}"
        for sample in samples:
            files += 1
            name = sample.name.removesuffix(suffix)
            truth = FIXTURES / f"{name}.truth.txt"
            made = {"as it was read": sample}
            for record in RECORDS:
                made[record] = folder / f"{name}.{record}{suffix}"
                command = [vidau, "restore", "-q", "--record", record, sample, "-o", made[record]]
                subprocess.run(command, check=True)
                # In English there is nothing to restore.
                is_changed = made[record].read_bytes() != sample.read_bytes()
                assert is_changed or "english" in name, f"{sample.name}, {record}"
            cer = {}
            for record, path in made.items():
                if kind == "page":
                    schema.assertValid(etree.parse(path))
                    valid += 1
                cer[record] = theirs(truth, path)
                own = ours(vidau, truth, path)
                said = f"{sample.name}, {record}: {cer[record]:.3f} by dinglehopper, {own:.3f} by vidau"
                assert abs(cer[record] - own) <= 0.1, said
                rates += 1
            # Beside what was read, a correction is not in the text.
            assert cer["annotate"] == cer["as it was read"], sample.name
            assert cer["plain"] == cer["replace"], sample.name
    print(f"{files} samples, {rates} error rates alike, {valid} files of PAGE valid")


def main():
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    with tempfile.TemporaryDirectory() as folder:
        check(sys.argv[1], schema, Path(folder))


if __name__ == "__main__":
    main()
