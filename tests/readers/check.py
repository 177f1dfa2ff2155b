"""Other readers of what vidau writes: schemas, and dinglehopper.

    python tests/readers/check.py VIDAU ALTO.XSD

The committed samples and what vidau makes of them are valid: PAGE by its schema
of 2019 (as `ocrd` carries it), ALTO by the one given. Schemas of ALTO differ in
their namespace and in what they allow beyond the older ones, so each file is
held against this one as if it were of its version. Of the samples, and of what
vidau makes of them, dinglehopper reads a text whose character error rate is the
one that `vidau eval` gives, to 0.1 points. Both take the text composed (NFC) and
its words joined by one blank.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import ocrd_validators
from dinglehopper.character_error_rate import character_error_rate
from dinglehopper.ocr_files import extract
from lxml import etree

FIXTURES = Path(__file__).parents[2] / "data" / "fixtures"
PAGE_SCHEMA = Path(ocrd_validators.__file__).with_name("page.xsd")
# Letters, words to part and to join, a word over a line's end: what Tesseract does not write.
LETTERS = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">
<Description><MeasurementUnit>pixel</MeasurementUnit></Description>
<Layout><Page ID="P" PHYSICAL_IMG_NR="1" WIDTH="900" HEIGHT="900"><PrintSpace HPOS="0" VPOS="0" WIDTH="900" HEIGHT="900">
<TextBlock ID="B" HPOS="0" VPOS="0" WIDTH="500" HEIGHT="60">
<TextLine ID="L1" HPOS="0" VPOS="0" WIDTH="500" HEIGHT="20">
<String ID="S1" HPOS="0" VPOS="0" WIDTH="80" HEIGHT="20" CONTENT="Thuchien" WC="0.5" CC="00000000"/><SP WIDTH="9" HPOS="80" VPOS="0"/>
<String ID="S2" HPOS="90" VPOS="0" WIDTH="40" HEIGHT="20" CONTENT="céng" WC="0.7"><Shape><Polygon POINTS="90,0 130,0 130,20 90,20"/></Shape><Glyph ID="G1" CONTENT="c" HPOS="90" VPOS="0" WIDTH="10" HEIGHT="20" GC="0.9"><Variant CONTENT="e" VC="0.1"/></Glyph></String><SP/>
<String ID="S3" HPOS="140" VPOS="0" WIDTH="30" HEIGHT="20" CONTENT="tac" CS="false"/><SP/>
<String ID="S4" HPOS="180" VPOS="0" WIDTH="30" HEIGHT="20" CONTENT="dan"/><SP/>
<String ID="S5" HPOS="220" VPOS="0" WIDTH="30" HEIGHT="20" CONTENT="van" SUBS_TYPE="HypPart1" SUBS_CONTENT="vandong"/><HYP CONTENT="-"/>
</TextLine>
<TextLine ID="L2" HPOS="0" VPOS="30" WIDTH="500" HEIGHT="20">
<String ID="S6" HPOS="0" VPOS="30" WIDTH="40" HEIGHT="20" CONTENT="dong" SUBS_TYPE="HypPart2" SUBS_CONTENT="vandong"/><SP/>
<String ID="S7" HPOS="50" VPOS="30" WIDTH="20" HEIGHT="20" CONTENT="nh"/><SP/>
<String ID="S8" HPOS="75" VPOS="30" WIDTH="25" HEIGHT="20" CONTENT="an"/><SP/>
<String ID="S9" HPOS="110" VPOS="30" WIDTH="30" HEIGHT="20" CONTENT="dan"/>
</TextLine>
</TextBlock></PrintSpace></Page></Layout></alto>
"""
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


def as_version_of(schema, path):
    """The file, its elements in the schema's namespace."""
    namespace = schema.getroot().get("targetNamespace")
    text = re.sub(rb'(?<=xmlns=")[^"]*/alto/ns-v\d#', namespace.encode(), path.read_bytes())
    return etree.ElementTree(etree.fromstring(text))


def validators(alto):
    page, alto = etree.XMLSchema(etree.parse(PAGE_SCHEMA)), etree.parse(alto)
    by_alto = etree.XMLSchema(alto)
    return {
        "page": lambda path: page.assertValid(etree.parse(path)),
        "alto": lambda path: by_alto.assertValid(as_version_of(alto, path)),
    }


def check_letters(vidau, validate, folder):
    sample = folder / "letters.alto.xml"
    sample.write_text(LETTERS, "utf-8")
    validate(sample)
    for record in RECORDS:
        made = folder / f"letters.{record}.alto.xml"
        subprocess.run([vidau, "restore", "-q", "--record", record, sample, "-o", made], check=True)
        words = [s.get("CONTENT") for s in etree.parse(made).iter("{*}String")]
        parted = record != "annotate"
        assert (words[:2] == ["Thực", "hiện"]) == parted, words
        validate(made)


def check(vidau, validate, folder):
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
                if record == "plain":
                    command.append("--provenance")
                subprocess.run(command, check=True)
                # In English there is nothing to restore.
                is_changed = made[record].read_bytes() != sample.read_bytes()
                assert is_changed or "english" in name, f"{sample.name}, {record}"
            cer = {}
            for record, path in made.items():
                validate[kind](path)
                valid += 1
                cer[record] = theirs(truth, path)
                own = ours(vidau, truth, path)
                said = f"{sample.name}, {record}: {cer[record]:.3f} by dinglehopper, {own:.3f} by vidau"
                assert abs(cer[record] - own) <= 0.1, said
                rates += 1
            # Beside what was read, a correction is not in the text.
            assert cer["annotate"] == cer["as it was read"], sample.name
            assert cer["plain"] == cer["replace"], sample.name
    print(f"{files} samples, {rates} error rates alike, {valid} files valid")


def main():
    vidau, alto = sys.argv[1:]
    validate = validators(alto)
    with tempfile.TemporaryDirectory() as folder:
        check_letters(vidau, validate["alto"], Path(folder))
        check(vidau, validate, Path(folder))


if __name__ == "__main__":
    main()
