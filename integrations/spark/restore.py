"""Restores a dataset of pages on Spark.

    spark-submit restore.py --vidau /opt/vidau/vidau INPUT OUTPUT

INPUT is JSON lines as pages.py writes them. OUTPUT must not be there yet; it
gets pages/ (the records, restored), ledger/ (what was changed in each) and
counts.json, which is written last. Records that cannot be restored are in
pages/ with an error, so that as many come out as went in.
"""

import argparse
import json
import shlex
import sys

from pyspark.sql import SparkSession

SETTINGS = {
    # The second version moves a task's files while others still run: a job
    # that dies leaves half an output.
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "1",
    # A second copy of a slow task would only cost time.
    "spark.speculation": "false",
}


def split(line):
    """A restored record without its ledger, the ledger, and its figures."""
    record = json.loads(line)
    ledger = record.pop("ledger", None)
    page = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    row = None
    if ledger and ledger["changes"]:
        row = json.dumps({"id": record["id"], **ledger}, ensure_ascii=False, separators=(",", ":"))
    return page, row


def figures(line):
    record = json.loads(line)
    failed = "error" in record
    return [1, int(failed)] + [0 if failed else record[f] for f in ("words", "changes", "flags")]


def delete(spark, path):
    path = spark._jvm.org.apache.hadoop.fs.Path(path)
    path.getFileSystem(spark._jsc.hadoopConfiguration()).delete(path, True)


def put(spark, path, text):
    path = spark._jvm.org.apache.hadoop.fs.Path(path)
    out = path.getFileSystem(spark._jsc.hadoopConfiguration()).create(path, False)
    out.write(bytearray(text.encode()))
    out.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--vidau", default="vidau", help="the program, on every executor")
    parser.add_argument("--options", default="", help="more options for vidau jsonl")
    parser.add_argument("--partitions", type=int, default=0, help="default: one a part of INPUT")
    args = parser.parse_args()

    builder = SparkSession.builder.appName("vidau")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    sc = spark.sparkContext
    codec = "org.apache.hadoop.io.compress.GzipCodec"

    pages = sc.textFile(args.input)
    if args.partitions:
        pages = pages.repartition(args.partitions)
    command = f"{shlex.quote(args.vidau)} jsonl --ledger {args.options}"
    # Without checkCode a filter that crashes would lose its records unseen.
    restored = pages.pipe(command, checkCode=True)
    # On the disk before it is split, so that no page is restored twice.
    whole = f"{args.output}/unsplit"
    restored.saveAsTextFile(whole, codec)

    both = sc.textFile(whole).map(split)
    both.map(lambda b: b[0]).saveAsTextFile(f"{args.output}/pages", codec)
    both.map(lambda b: b[1]).filter(lambda row: row is not None).saveAsTextFile(
        f"{args.output}/ledger", codec
    )
    total = (
        sc.textFile(f"{args.output}/pages")
        .map(figures)
        .fold([0] * 5, lambda a, b: [x + y for x, y in zip(a, b)])
    )
    counts = dict(zip(("records", "failed", "words", "changes", "flags"), total))
    counts = {"schema": "vidau.spark-counts/1", "read": sc.textFile(args.input).count(), **counts}
    if counts["read"] != counts["records"]:
        sys.exit(f"{counts['read']} records were read, {counts['records']} written")
    delete(spark, whole)
    put(spark, f"{args.output}/counts.json", json.dumps(counts) + "\n")
    print(json.dumps(counts))
    spark.stop()


if __name__ == "__main__":
    main()
