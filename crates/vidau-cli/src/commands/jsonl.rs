//! `vidau jsonl`: a filter for programs that hand pages through pipes.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::thread;

use anyhow::{Context, anyhow, bail};
use crossbeam_channel::{Receiver, Sender, bounded};
use serde::Serialize;
use serde_json::value::RawValue;
use vidau::formats::{Format, Record};
use vidau::{Restorer, Worker};

use crate::args::JsonlArgs;
use crate::batch::stats::Advice;
use crate::batch::whole::{self, About};
use crate::engine::Engine;
use crate::ledger::hash;
use crate::ledger::rows::{Row, Rows};
use crate::page::PageOptions;
use crate::{Outcome, size};

/// Name and version of the records' layout.
const SCHEMA: &str = "vidau.jsonl/1";

/// Where a record may hold its text.
const FIELDS: [(&str, Format); 5] = [
    ("text", Format::Text),
    ("hocr", Format::Hocr),
    ("alto", Format::Alto),
    ("page", Format::Page),
    ("tsv", Format::Tsv),
];

pub(crate) fn run(args: &JsonlArgs) -> anyhow::Result<Outcome> {
    let limit = size::parse("--max-record", &args.max_record)?;
    let engine = Engine::open::<&Path>(&args.engine, &[])?;
    let filter = Filter {
        restorer: &engine.restorer,
        model: engine.model_id()?,
        with_ledger: args.ledger,
        limit,
        record: args.record.into(),
    };
    let threads = match args.jobs {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let input = io::stdin().lock();
    if threads == 1 {
        filter.one_by_one(input)?;
    } else {
        filter.in_parallel(input, threads)?;
    }
    Ok(Outcome::Done)
}

struct Filter<'r> {
    restorer: &'r Restorer,
    model: String,
    with_ledger: bool,
    /// Most bytes of a record.
    limit: usize,
    record: Record,
}

/// A line of the input, and where its answer goes.
type Job = (Line, Sender<Vec<u8>>);

impl<'r> Filter<'r> {
    fn one_by_one(&self, mut input: impl BufRead) -> anyhow::Result<()> {
        let mut worker = self.restorer.worker();
        let mut output = io::stdout().lock();
        while let Some(line) = Line::read(&mut input, self.limit)? {
            output.write_all(&self.answer(&mut worker, line))?;
            output.flush()?;
        }
        Ok(())
    }

    /// As many lines are in work as there are threads, and twice as many wait.
    fn in_parallel(&self, mut input: impl BufRead, threads: usize) -> anyhow::Result<()> {
        let (jobs, taken) = bounded::<Job>(threads);
        let (order, answers) = bounded::<Receiver<Vec<u8>>>(2 * threads);
        thread::scope(|scope| {
            for _ in 0..threads {
                let taken = taken.clone();
                scope.spawn(move || {
                    let mut worker = self.restorer.worker();
                    for (line, answer) in taken {
                        // Nobody waits for it only when all is ending.
                        let _ = answer.send(self.answer(&mut worker, line));
                    }
                });
            }
            drop(taken);
            let writer = scope.spawn(move || -> io::Result<()> {
                let mut output = io::stdout().lock();
                for answer in answers {
                    let line = answer.recv().map_err(io::Error::other)?;
                    output.write_all(&line)?;
                    output.flush()?;
                }
                Ok(())
            });
            let mut read = || -> io::Result<()> {
                while let Some(line) = Line::read(&mut input, self.limit)? {
                    let (answer, answered) = bounded(1);
                    let is_taken =
                        order.send(answered).is_ok() && jobs.send((line, answer)).is_ok();
                    if !is_taken {
                        break;
                    }
                }
                Ok(())
            };
            let read = read();
            drop((order, jobs));
            let written = writer
                .join()
                .map_err(|_| anyhow!("the writer has failed"))?;
            // That nobody reads any more is known before what that led to.
            written?;
            Ok(read?)
        })
    }

    /// The line that a line becomes, with its end.
    fn answer(&self, worker: &mut Worker<'r>, line: Line) -> Vec<u8> {
        let mut id = None;
        let result = match line {
            Line::Whole(bytes) => self.restore(worker, &bytes, &mut id),
            Line::TooLong { start, length } => {
                id = id_at_start(&start);
                let limit = self.limit;
                Err(anyhow!(
                    "a record of {length} bytes, more than {limit}: split it, or raise --max-record"
                ))
            }
        };
        let mut answer = result.unwrap_or_else(|error| {
            let failed = Failed {
                schema: SCHEMA,
                id: id.as_deref(),
                error: format!("{error:#}"),
            };
            // Strings and what was JSON before are always JSON.
            serde_json::to_vec(&failed).unwrap_or_default()
        });
        answer.push(b'\n');
        answer
    }

    fn restore(
        &self,
        worker: &mut Worker<'r>,
        line: &[u8],
        id: &mut Option<Box<RawValue>>,
    ) -> anyhow::Result<Vec<u8>> {
        let text = std::str::from_utf8(line)
            .map_err(|e| anyhow!("not UTF-8 at byte {} of the record", e.valid_up_to()))?;
        let mut fields: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(text).context("no JSON object")?;
        *id = fields.remove("id");
        let mut found = FIELDS.iter().filter(|(name, _)| fields.contains_key(*name));
        let (Some(&(name, format)), None) = (found.next(), found.next()) else {
            bail!("one of the fields text, hocr, alto, page, tsv is expected, and only one");
        };
        let raw = fields.remove(name).context("no text")?;
        let text: String = serde_json::from_str(raw.get())
            .map_err(|_| anyhow!("the field {name} is no string"))?;
        // These are written anew; an earlier run's would be wrong.
        for written in WRITTEN {
            fields.remove(written);
        }
        let input = hash(text.as_bytes());
        let about = About {
            name,
            input: &input,
            model: &self.model,
            review_below: None,
        };
        let options = PageOptions {
            format: Some(format),
            record: self.record,
            max_size: self.limit,
            ..PageOptions::default()
        };
        let text = text.into_bytes();
        let whole = whole::restore(self.restorer, worker, about, text, &options)?;
        let mut rows = Rows::default();
        let ledger = self.with_ledger.then(|| Ledger {
            input: &input,
            output: hash(&whole.output),
            model: &self.model,
            format: format.name(),
            changes: whole.edits.iter().map(|e| rows.row(e)).collect(),
        });
        let answer = Answer {
            schema: SCHEMA,
            id: id.as_deref(),
            rest: &fields,
            text: BTreeMap::from([(name, std::str::from_utf8(&whole.output)?)]),
            words: whole.stats.words,
            changes: whole.stats.changes,
            flags: whole.stats.flags,
            confidence: whole.stats.confidence(),
            advice: whole.stats.advice,
            ledger,
        };
        Ok(serde_json::to_vec(&answer)?)
    }
}

/// Fields of an answer beside those that are passed on.
const WRITTEN: [&str; 7] = [
    "schema",
    "words",
    "changes",
    "flags",
    "confidence",
    "advice",
    "ledger",
];

#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    id: Option<&'a RawValue>,
    /// What else the record holds is passed on.
    #[serde(flatten)]
    rest: &'a BTreeMap<String, Box<RawValue>>,
    #[serde(flatten)]
    text: BTreeMap<&'static str, &'a str>,
    words: u64,
    changes: u64,
    flags: u64,
    confidence: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<Advice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<Ledger<'a>>,
}

#[derive(Serialize)]
struct Failed<'a> {
    schema: &'static str,
    id: Option<&'a RawValue>,
    error: String,
}

#[derive(Serialize)]
struct Ledger<'a> {
    input: &'a str,
    output: String,
    model: &'a str,
    format: &'static str,
    /// As in the ledgers of `vidau batch`.
    changes: Vec<Row<'a>>,
}

/// As much of a record that is too long as is kept, for its id.
const START: usize = 1 << 16;

/// A line without its end.
#[derive(Debug, PartialEq)]
enum Line {
    Whole(Vec<u8>),
    TooLong { start: Vec<u8>, length: u64 },
}

impl Line {
    /// The next line; of one that is longer than `limit`, the rest is passed
    /// over.
    fn read(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Self>> {
        let mut line = Vec::new();
        let read = input
            .by_ref()
            .take(limit as u64 + 1)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(Self::Whole(line)));
        }
        if line.len() <= limit {
            return Ok(Some(Self::Whole(line)));
        }
        let mut length = line.len() as u64;
        line.truncate(START);
        line.shrink_to_fit();
        loop {
            let buffer = input.fill_buf()?;
            let end = buffer.iter().position(|&b| b == b'\n');
            let (passed, used) = match end {
                Some(end) => (end, end + 1),
                None => (buffer.len(), buffer.len()),
            };
            length += passed as u64;
            let is_end = end.is_some() || buffer.is_empty();
            input.consume(used);
            if is_end {
                return Ok(Some(Self::TooLong {
                    start: line,
                    length,
                }));
            }
        }
    }
}

/// The id of a record of which only the start is there, if it comes first.
fn id_at_start(start: &[u8]) -> Option<Box<RawValue>> {
    let rest = start.trim_ascii_start().strip_prefix(b"{")?;
    let rest = rest.trim_ascii_start().strip_prefix(b"\"id\"")?;
    let rest = rest.trim_ascii_start().strip_prefix(b":")?;
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Box<RawValue>>();
    values.next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8], limit: usize) -> Vec<Line> {
        let mut input = io::BufReader::with_capacity(3, input);
        std::iter::from_fn(|| Line::read(&mut input, limit).unwrap()).collect()
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_end_where_they_end() {
        assert_eq!(lines(b"", 9), []);
        assert_eq!(lines(b"\n", 9), [whole("")]);
        assert_eq!(lines(b"a\n\nb", 9), [whole("a"), whole(""), whole("b")]);
        assert_eq!(lines(b"1234\n5678", 4), [whole("1234"), whole("5678")]);
        let long = |start: &str, length| Line::TooLong {
            start: start.as_bytes().to_vec(),
            length,
        };
        assert_eq!(
            lines(b"12345678\n1\n12345", 4),
            [long("12345", 8), whole("1"), long("12345", 5)]
        );
    }

    #[test]
    fn an_id_is_found_in_half_a_record() {
        let id = |start: &str| id_at_start(start.as_bytes()).map(|id| id.get().to_owned());
        assert_eq!(
            id("{\"id\": \"a\\\"b\", \"te"),
            Some("\"a\\\"b\"".to_owned())
        );
        assert_eq!(id(" { \"id\" :17,\"te"), Some("17".to_owned()));
        assert_eq!(id("{\"text\": \"abc"), None);
        assert_eq!(id("{\"id\": \"abc"), None);
        assert_eq!(id(""), None);
    }
}
