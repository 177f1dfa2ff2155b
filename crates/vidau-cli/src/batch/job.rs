//! One file of the batch: read, restored, written, on record.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use cap_std::fs::Dir;
use vidau::formats::{Encoding, Format};
use vidau::{Restorer, Worker};

use super::journal::{Name, Past, Record, Status};
use super::stats::Stats;
use super::store::{self, Store};
use super::walk;
use super::whole::{self, About};
use super::written::{Output, Written};
use crate::input::of_kind;
use crate::ledger::{self, rows};
use crate::limit::{GivenUp, Limit};
use crate::page::{PageOptions, too_large};
use crate::parts::{self, Hashed, Parts, WHOLE};
use crate::signals;

/// Of files above this one at a time is in memory.
const LARGE: u64 = 1 << 22;
/// As much of a file as tells what it is.
const HEAD: u64 = 8192;

/// What the threads share.
pub(crate) struct Shop<'a> {
    pub(crate) restorer: &'a Restorer,
    pub(crate) input: Dir,
    pub(crate) store: &'a Store,
    pub(crate) model: String,
    pub(crate) rules: Rules,
    pub(crate) large: Mutex<()>,
    /// Set when no file is to be begun any more.
    pub(crate) stop: Arc<AtomicBool>,
}

/// What is done again, and what is too much.
pub(crate) struct Rules {
    /// Program, model and options.
    pub(crate) config: String,
    pub(crate) force: bool,
    pub(crate) retry_failed: bool,
    /// Largest file that has to be held whole.
    pub(crate) max_size: u64,
    /// Longest time for one file.
    pub(crate) timeout: Duration,
    /// Files less sure than this get a review page.
    pub(crate) review_below: Option<f64>,
    pub(crate) options: PageOptions,
}

/// What came of a file.
pub(crate) enum Verdict<'s> {
    /// It was restored, and is to be given its name.
    Ready(Box<Record>, Box<Written<'s>>),
    Failed(Box<Record>),
    /// An earlier run did it, or failed at the same bytes.
    Kept {
        is_failed: bool,
    },
    /// No OCR text.
    Companion,
    /// The batch is to end; nothing was written.
    Dropped,
}

/// Why a file was not done.
pub(crate) enum Failure {
    /// For a reason of its own; the others go on.
    File(anyhow::Error),
    /// The output cannot be written to; nothing can be done any more.
    Output(anyhow::Error),
    /// The batch is to end.
    Stopped,
    Companion,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast_ref() {
            Some(GivenUp::Stopped) => Self::Stopped,
            _ => Self::File(error),
        }
    }
}

impl From<GivenUp> for Failure {
    fn from(error: GivenUp) -> Self {
        anyhow::Error::new(error).into()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::File(reading(error))
    }
}

/// A restored file.
struct Done<'s> {
    written: Written<'s>,
    format: Format,
    stats: Stats,
}

/// Does a file, unless `past` says that it is done. An error means that the
/// output cannot be written to any more.
pub(crate) fn process<'s>(
    shop: &'s Shop<'_>,
    worker: &mut Worker<'s>,
    path: &Path,
    target: &Path,
    past: Option<Past>,
) -> anyhow::Result<Verdict<'s>> {
    let mut job = Job {
        shop,
        name: Name::of(path),
        path,
        past,
        input: None,
    };
    let result = job.run(worker, target);
    let hex = |hash: blake3::Hash| hash.to_hex().to_string();
    let mut record = Box::new(Record {
        name: job.name,
        status: Status::Done,
        input: job.input.map(hex),
        output: None,
        output_size: 0,
        config: shop.rules.config.clone(),
        format: None,
        stats: None,
        review: false,
        error: None,
    });
    Ok(match result {
        Ok(Some(done)) => {
            record.output = Some(hex(done.written.hash()));
            record.output_size = done.written.size();
            record.format = Some(done.format.name().to_owned());
            record.stats = Some(done.stats);
            record.review = done.written.has_review();
            Verdict::Ready(record, Box::new(done.written))
        }
        Ok(None) => {
            let is_failed = past.is_some_and(|p| p.status == Status::Failed);
            Verdict::Kept { is_failed }
        }
        Err(Failure::Companion) => Verdict::Companion,
        Err(Failure::Stopped) => Verdict::Dropped,
        Err(Failure::Output(error)) => return Err(error.context(record.name.path)),
        Err(Failure::File(error)) => {
            record.fail(&error);
            Verdict::Failed(record)
        }
    })
}

/// Gives a restored file its name; from then on it is there, whatever
/// happens.
pub(crate) fn name(
    mut record: Box<Record>,
    written: Written<'_>,
    path: &Path,
) -> anyhow::Result<Box<Record>> {
    let _guard = signals::writing();
    match written.name(path) {
        Ok(()) => {}
        Err(Failure::Output(error)) => return Err(error.context(record.name.path)),
        Err(Failure::File(error)) => record.fail(&error),
        Err(Failure::Companion | Failure::Stopped) => {}
    }
    Ok(record)
}

/// The record of a file that was refused before it was opened.
pub(crate) fn refused(path: &Path, reason: &str, config: &str) -> Box<Record> {
    Box::new(Record {
        name: Name::of(path),
        status: Status::Failed,
        input: None,
        output: None,
        output_size: 0,
        config: config.to_owned(),
        format: None,
        stats: None,
        review: false,
        error: Some(reason.to_owned()),
    })
}

/// A file that is to be restored, open.
pub(crate) struct Opened {
    pub(crate) file: File,
    size: u64,
    format: Format,
    /// None: one older than Unicode, told when all of it is read.
    encoding: Option<Encoding>,
}

impl Opened {
    fn is_in_parts(&self) -> bool {
        self.format == Format::Text && self.encoding == Some(Encoding::Utf8) && self.size > WHOLE
    }
}

/// Opens a file and says what it is, by its first bytes.
pub(crate) fn examine(
    root: &Dir,
    path: &Path,
    target: &Path,
    rules: &Rules,
) -> Result<Opened, Failure> {
    let mut file = store::open(root, target)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(anyhow!("no file any more").into());
    }
    let size = metadata.len();
    if size == 0 {
        return Err(anyhow!("empty: read it again, or take it away").into());
    }
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let encoding = encoding_of(&head, rules.options.encoding);
    let is_wide = matches!(encoding, Some(Encoding::Utf16Le | Encoding::Utf16Be));
    if !is_wide && head.contains(&0) {
        if path.extension().is_none() {
            return Err(Failure::Companion);
        }
        return Err(anyhow!("binary data, no text").into());
    }
    // Characters cut off at the end do not matter here.
    let text = match encoding {
        Some(wide) if is_wide => wide.decode(&head).unwrap_or_default(),
        _ => String::from_utf8_lossy(&head),
    };
    let format = match rules.options.format.or_else(|| Format::detect(&text)) {
        // A table or markup by its name, but not one that is known.
        Some(Format::Text) if walk::may_be_other(path) && path.extension().is_some() => {
            return Err(Failure::Companion);
        }
        Some(format) => format,
        None if walk::may_be_other(path) => return Err(Failure::Companion),
        None => return Err(anyhow!("markup in a format that is not known").into()),
    };
    let opened = Opened {
        file,
        size,
        format,
        encoding,
    };
    if size > rules.max_size && !opened.is_in_parts() {
        return Err(too_large(rules.max_size).into());
    }
    Ok(opened)
}

/// As the first bytes tell, where none is asked for.
fn encoding_of(head: &[u8], asked: Option<Encoding>) -> Option<Encoding> {
    if let Some(asked) = asked {
        return Some(of_kind(asked, head));
    }
    let detected = Encoding::detect(head);
    // A character may be cut off at the end.
    let is_utf8 = !std::str::from_utf8(head).is_err_and(|e| e.error_len().is_some());
    (detected != Encoding::Utf8 || is_utf8).then_some(detected)
}

impl Rules {
    /// Whether what an earlier run made of these bytes stands.
    pub(crate) fn keeps(
        &self,
        past: Option<Past>,
        input: &blake3::Hash,
        size: Option<u64>,
    ) -> bool {
        let Some(past) = past.filter(|p| !self.force && p.is_of(input, &self.config)) else {
            return false;
        };
        match past.status {
            Status::Done => size == Some(past.output_size),
            Status::Failed => !self.retry_failed,
        }
    }
}

struct Job<'j, 's> {
    shop: &'s Shop<'s>,
    name: Name,
    path: &'j Path,
    past: Option<Past>,
    /// Hash of the input once it is known.
    input: Option<blake3::Hash>,
}

impl<'s> Job<'_, 's> {
    /// `None`: there was nothing to do.
    fn run(&mut self, worker: &mut Worker<'s>, target: &Path) -> Result<Option<Done<'s>>, Failure> {
        let opened = examine(&self.shop.input, self.path, target, &self.shop.rules)?;
        if opened.is_in_parts() {
            return self.in_parts(worker, opened.file);
        }
        let Opened {
            file, size, format, ..
        } = opened;
        let _one = (size > LARGE).then(|| {
            self.shop
                .large
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        });
        let mut bytes = Vec::with_capacity(size as usize);
        // It may have grown meanwhile.
        let most = size.max(self.shop.rules.max_size);
        file.take(most).read_to_end(&mut bytes)?;
        let hash = blake3::hash(&bytes);
        self.input = Some(hash);
        if self.is_kept(&hash) {
            return Ok(None);
        }
        let mut options = self.shop.rules.options.clone();
        options.format = options.format.or(Some(format));
        options.limit = self.limit();
        let input = hash.to_hex();
        let about = About {
            name: &self.name.path,
            input: &input,
            model: &self.shop.model,
            review_below: self.shop.rules.review_below,
        };
        let page = whole::restore(self.shop.restorer, worker, about, bytes, &options)?;

        let mut output = Output::new(self.shop.store, &page.file)?;
        output.write(&page.output)?;
        output.edits(page.edits.into_iter())?;
        if let Some(review) = &page.review {
            output.review(review)?;
        }
        Ok(Some(Done {
            written: output.finish()?,
            format,
            stats: page.stats,
        }))
    }

    /// A text that is too long to be held: read once for its hash and whether
    /// it is sound, once more to be restored.
    fn in_parts(
        &mut self,
        worker: &mut Worker<'s>,
        mut file: File,
    ) -> Result<Option<Done<'s>>, Failure> {
        let hash = self.check(&mut file)?;
        self.input = Some(hash);
        if self.is_kept(&hash) {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(0))?;

        let limit = self.limit();
        let mut stats = Stats::default();
        let input = hash.to_hex();
        let header = ledger::File::plain(&self.name.path, &input, &self.shop.model);
        let mut output = Output::new(self.shop.store, &header)?;
        let mut reader = Hashed::new(file);
        let mut failure = None;
        let result = whole::guarded(self.shop.restorer, worker, &self.name.path, |worker| {
            let record = self.shop.rules.options.record;
            parts::restore(
                worker,
                &self.name.path,
                &mut reader,
                record,
                &mut |start, part| {
                    limit.check()?;
                    stats.add(part.words, &part.findings);
                    let mut step = || {
                        output.write(&part.output)?;
                        output.edits(rows::edits(part, start))
                    };
                    step().map_err(|e| {
                        failure = Some(e);
                        anyhow!("not written")
                    })
                },
            )
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        result?;
        if reader.hash() != hash {
            return Err(anyhow!("changed while it was read; run again").into());
        }
        stats.advise();
        Ok(Some(Done {
            written: output.finish()?,
            format: Format::Text,
            stats,
        }))
    }

    /// The hash of a text, all of which has to be one.
    fn check(&self, file: &mut File) -> Result<blake3::Hash, Failure> {
        let name = &self.name.path;
        let limit = Limit::until(&self.shop.stop);
        let mut reader = Hashed::new(file);
        let mut parts = Parts::new(name, &mut reader);
        while let Some((start, text)) = parts.next().map_err(|e| whole::without(name, e))? {
            limit.check()?;
            if let Some(nul) = text.find('\0') {
                let byte = start + nul as u64;
                return Err(anyhow!("binary data at byte {byte}, no text").into());
            }
        }
        Ok(reader.hash())
    }

    fn is_kept(&self, input: &blake3::Hash) -> bool {
        let size = self.past.and_then(|_| self.shop.store.size_of(self.path));
        self.shop.rules.keeps(self.past, input, size)
    }

    /// From now on.
    fn limit(&self) -> Limit {
        Limit::until(&self.shop.stop).within(self.shop.rules.timeout)
    }
}

fn reading(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!("gone since its folder was listed"),
        io::ErrorKind::NotADirectory => anyhow!("its folder is none any more"),
        _ => anyhow::Error::new(error).context("cannot be read"),
    }
}
