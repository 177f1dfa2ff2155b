#!/usr/bin/env python3
"""The job on a cluster of two executors, one of which is killed.

    test.py VIDAU [--records N]

Needs pyspark and Java. Two executors of one core each restore pages made of
data/fixtures; in the middle one of them gets kill -9. As many records must
come out as went in, each once, and to the byte what one process makes of them.
"""

import argparse
import gzip
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parents[1] / "data" / "fixtures"


def make_tree(tree, records):
    """Pages in several formats, no two alike."""
    sources = sorted(FIXTURES.glob("*.ocr.txt"))
    markup = sorted(FIXTURES.glob("*.hocr")) + sorted(FIXTURES.glob("*.alto.xml"))
    for i in range(records):
        if i % 50 == 7:
            source = markup[i // 50 % len(markup)]
            name, text = f"p{i:06}{source.suffix}", source.read_text("utf-8")
        else:
            lines = sources[i % len(sources)].read_text("utf-8").splitlines()
            start = i % max(1, len(lines) - 12)
            name, text = f"p{i:06}.txt", "\n".join([f"So {i}"] + lines[start : start + 12]) + "\n"
        path = tree / f"{i % 10}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def processes():
    """Id, parent and command line of every process."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield int(entry.name), parent, command
        except (OSError, ValueError):
            continue  # It has ended meanwhile.


def busy_seconds(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def executor_at_work(vidau, root):
    """An executor, started by `root`, whose filter has been at it for a while."""
    by_id = {pid: (parent, command) for pid, parent, command in processes()}

    def above(pid):
        while pid in by_id:
            yield pid, by_id[pid][1]
            pid = by_id[pid][0]

    for pid, (_, command) in sorted(by_id.items()):
        if not command.startswith(f"{vidau} jsonl") or busy_seconds(pid) < 1.0:
            continue
        line = list(above(pid))
        if root not in (p for p, _ in line):
            continue
        for parent, command in line:
            if "CoarseGrainedExecutorBackend" in command:
                return parent
    return None


def run_job(vidau, parts, out, log):
    import pyspark

    env = dict(os.environ)
    env["SPARK_HOME"] = str(pathlib.Path(pyspark.__file__).parent)
    # Executors take the system's Python otherwise.
    env["PYSPARK_PYTHON"] = env["PYSPARK_DRIVER_PYTHON"] = sys.executable
    env["SPARK_LOCAL_IP"] = "127.0.0.1"
    command = [
        f"{env['SPARK_HOME']}/bin/spark-submit",
        "--master", "local-cluster[2,1,1024]",
        "--conf", "spark.ui.enabled=false",
        "--conf", "spark.driver.memory=1g",
        str(HERE / "restore.py"), "--vidau", str(vidau), f"file://{parts}", f"file://{out}",
    ]  # fmt: skip
    with open(log, "wb") as file:
        return subprocess.Popen(
            command, env=env, cwd=out.parent, stdout=file, stderr=subprocess.STDOUT
        )


def records_of(folder):
    assert (folder / "_SUCCESS").exists(), f"{folder} is not complete"
    records = []
    for part in sorted(folder.glob("part-*")):
        records += [json.loads(line) for line in gzip.open(part)]
    return records


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vidau", type=pathlib.Path)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--no-kill", action="store_true")
    args = parser.parse_args()
    vidau = args.vidau.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tree, parts, out = folder / "tree", folder / "parts", folder / "out"
        make_tree(tree, args.records)
        # Small parts, so that there are more tasks than executors.
        size = sum(p.stat().st_size for p in tree.rglob("*") if p.is_file())
        pack = [sys.executable, HERE / "pages.py", "pack", tree, parts]
        subprocess.run([*pack, "--part-mb", str(size / 6e6)], check=True)

        started = time.monotonic()
        job = run_job(vidau, parts, out, folder / "log")
        killed = None
        while job.poll() is None:
            if killed is None and not args.no_kill:
                killed = executor_at_work(vidau, job.pid)
                if killed is not None:
                    os.kill(killed, signal.SIGKILL)
            time.sleep(0.1)
            if time.monotonic() - started > 1800:
                job.terminate()
        seconds = time.monotonic() - started
        log = (folder / "log").read_text(errors="replace")
        assert job.returncode == 0, log[-5000:]
        if not args.no_kill:
            assert killed is not None, "no executor was caught at work; give more --records"
            assert "ExecutorLostFailure" in log or "Lost executor" in log, log[-5000:]

        lines = b"".join(gzip.open(p).read() for p in sorted(parts.glob("part-*.gz")))
        ids = [json.loads(line)["id"] for line in lines.splitlines()]
        assert len(ids) == len(set(ids)) == args.records

        single = [vidau, "jsonl", "--ledger", "-j", "0"]
        alone = subprocess.run(single, input=lines, stdout=subprocess.PIPE, check=True).stdout
        pages, ledger = {}, {}
        for line in alone.splitlines():
            record = json.loads(line)
            rows = record.pop("ledger")
            pages[record["id"]] = record
            if rows["changes"]:
                ledger[record["id"]] = {"id": record["id"], **rows}

        made = records_of(out / "pages")
        assert len(made) == args.records, f"{len(made)} of {args.records}"
        assert {r["id"] for r in made} == set(ids)
        assert all(r == pages[r["id"]] for r in made), "not what one process makes"
        rows = records_of(out / "ledger")
        assert len(rows) == len(ledger)
        assert all(r == ledger[r["id"]] for r in rows)
        counts = json.loads((out / "counts.json").read_text())
        assert counts["read"] == counts["records"] == args.records, counts
        assert not (out / "unsplit").exists()

        # The same files as from a batch over the tree.
        unpack = [sys.executable, HERE / "pages.py", "unpack", out / "pages", folder / "back"]
        subprocess.run(unpack, check=True)
        batch = [vidau, "batch", tree, "-o", folder / "batch", "-q"]
        subprocess.run(batch, check=True)
        for path in (p for p in tree.rglob("*") if p.is_file()):
            name = path.relative_to(tree)
            same = (folder / "back" / name).read_bytes() == (folder / "batch" / name).read_bytes()
            assert same, f"{name} differs from the batch's"
        how = f"executor {killed} killed" if killed else "nothing killed"
        print(f"{args.records} records in, as many out, all as alone; {how}; {seconds:.0f} s")


if __name__ == "__main__":
    main()
