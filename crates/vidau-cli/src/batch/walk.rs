//! Which files there are to do.

use std::collections::HashSet;
use std::fs::FileType;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, ensure};
use ignore::overrides::OverrideBuilder;
use ignore::{DirEntry, WalkBuilder};

use super::store;
use crate::args::BatchArgs;

/// What the walk met; paths are relative to the input folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// To be read; it may still turn out to be no text. `target` is the file
    /// itself where links lead to it.
    File { path: PathBuf, target: PathBuf },
    /// No OCR text by its name: left alone.
    Companion(PathBuf),
    /// A symbolic link that was not followed.
    Link(PathBuf),
    /// What cannot be done, and why.
    Refused { path: PathBuf, reason: String },
}

/// The input folder and what of it is wanted.
pub(crate) struct Walk {
    root: PathBuf,
    /// Names of files; read once, as a pipe gives them only once.
    list: Option<Vec<u8>>,
    globs: Vec<String>,
    hidden: bool,
    no_ignore: bool,
    follow: bool,
}

impl Walk {
    /// Checks the folders, so that nothing is read that is being written.
    pub(crate) fn new(args: &BatchArgs) -> anyhow::Result<Self> {
        let shown = args.input.display();
        let root = std::fs::canonicalize(&args.input).with_context(|| shown.to_string())?;
        ensure!(
            root.is_dir(),
            "{shown}: not a folder; for single files use vidau restore"
        );
        let output = real(&args.output);
        ensure!(
            !output.starts_with(&root),
            "{}: lies inside the input folder; name one outside {shown}",
            args.output.display()
        );
        ensure!(
            !root.starts_with(&output),
            "{}: contains the input folder; name another",
            args.output.display()
        );
        let walk = Self {
            root,
            list: args.file_list.as_deref().map(read_list).transpose()?,
            globs: args.glob.clone(),
            hidden: args.hidden,
            no_ignore: args.no_ignore,
            follow: args.follow,
        };
        walk.overrides()?;
        Ok(walk)
    }

    /// The input folder, its links resolved.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Tells `visit` of everything there is, in the order of the names, until
    /// it says false.
    pub(crate) fn run(&self, visit: &mut dyn FnMut(Found) -> bool) -> anyhow::Result<()> {
        match &self.list {
            Some(names) => self.listed(names, visit),
            None => self.tree(visit),
        }
    }

    fn overrides(&self) -> anyhow::Result<ignore::overrides::Override> {
        let mut builder = OverrideBuilder::new(&self.root);
        for glob in &self.globs {
            builder
                .add(glob)
                .with_context(|| format!("--glob {glob}"))?;
        }
        Ok(builder.build()?)
    }

    fn tree(&self, visit: &mut dyn FnMut(Found) -> bool) -> anyhow::Result<()> {
        let refused: Arc<Mutex<Vec<Found>>> = Arc::default();
        let take = |refused: &Mutex<Vec<Found>>| {
            std::mem::take(&mut *refused.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let mut builder = WalkBuilder::new(&self.root);
        builder
            .hidden(!self.hidden)
            .follow_links(self.follow)
            .overrides(self.overrides()?)
            .sort_by_file_name(std::cmp::Ord::cmp);
        if self.no_ignore {
            builder
                .ignore(false)
                .parents(false)
                .git_ignore(false)
                .git_global(false)
                .git_exclude(false);
        }
        let (root, out) = (self.root.clone(), Arc::clone(&refused));
        // A folder is refused here, before the walk goes down into it.
        builder.filter_entry(move |entry| {
            let is_own = entry.file_name() == store::FOLDER && entry.depth() == 1;
            let leaves = entry.path_is_symlink() && leaves(&root, entry.path());
            if leaves && entry.file_type().is_some_and(|t| t.is_dir()) {
                let mut refused = out.lock().unwrap_or_else(PoisonError::into_inner);
                refused.push(refusal(relative(&root, entry.path()), LEAVES));
                return false;
            }
            !is_own
        });
        for entry in builder.build() {
            for found in take(&refused) {
                if !visit(found) {
                    return Ok(());
                }
            }
            let found = match entry {
                Ok(entry) if entry.depth() == 0 => continue,
                Ok(entry) => self.classify(&entry),
                Err(error) => Some(self.walk_error(&error)),
            };
            if let Some(found) = found
                && !visit(found)
            {
                return Ok(());
            }
        }
        for found in take(&refused) {
            visit(found);
        }
        Ok(())
    }

    fn walk_error(&self, error: &ignore::Error) -> Found {
        let (path, reason) = parts(error, &self.root);
        Found::Refused {
            path: relative(&self.root, &path),
            reason,
        }
    }

    fn classify(&self, entry: &DirEntry) -> Option<Found> {
        let path = relative(&self.root, entry.path());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            return None;
        }
        if kind.is_symlink() {
            return Some(Found::Link(path));
        }
        Some(self.by_kind(path, kind))
    }

    fn by_kind(&self, path: PathBuf, kind: FileType) -> Found {
        if !kind.is_file() {
            return refusal(path, &format!("{}, not a file", special(kind)));
        }
        if is_companion(&path) {
            return Found::Companion(path);
        }
        if is_reserved(&path) {
            return refusal(
                path,
                "its name in the output belongs to the report; rename it",
            );
        }
        if !self.follow {
            let target = path.clone();
            return Found::File { path, target };
        }
        // What is opened later is the file itself, by a path without links.
        match std::fs::canonicalize(self.root.join(&path)) {
            Ok(real) => match real.strip_prefix(&self.root) {
                Ok(inside) => Found::File {
                    target: inside.to_owned(),
                    path,
                },
                Err(_) => refusal(path, LEAVES),
            },
            Err(e) => refusal(path, &e.to_string()),
        }
    }

    fn listed(&self, names: &[u8], visit: &mut dyn FnMut(Found) -> bool) -> anyhow::Result<()> {
        let separator = if names.contains(&0) { 0 } else { b'\n' };
        let overrides = self.overrides()?;
        let mut met = HashSet::new();
        for line in names.split(|&b| b == separator) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            let Some(path) = self.inside(line) else {
                let path = PathBuf::from(String::from_utf8_lossy(line).into_owned());
                if !visit(refusal(path, LEAVES)) {
                    break;
                }
                continue;
            };
            if overrides.matched(&path, false).is_ignore() || !met.insert(path.clone()) {
                continue;
            }
            if !visit(self.named(path)) {
                break;
            }
        }
        Ok(())
    }

    fn named(&self, path: PathBuf) -> Found {
        let whole = self.root.join(&path);
        let kind = match std::fs::symlink_metadata(&whole) {
            Ok(metadata) => metadata.file_type(),
            Err(e) => return refusal(path, &e.to_string()),
        };
        if !kind.is_symlink() {
            return self.by_kind(path, kind);
        }
        if !self.follow {
            return Found::Link(path);
        }
        match std::fs::metadata(&whole) {
            Ok(metadata) => self.by_kind(path, metadata.file_type()),
            Err(e) => refusal(path, &e.to_string()),
        }
    }

    /// A listed name as a path below the input folder; none if it leads
    /// elsewhere.
    fn inside(&self, line: &[u8]) -> Option<PathBuf> {
        let path = path_of(line);
        let path = if path.is_absolute() {
            path.strip_prefix(&self.root).ok()?.to_owned()
        } else {
            path
        };
        let mut inside = PathBuf::new();
        for component in path.components() {
            match component {
                Component::Normal(name) => inside.push(name),
                Component::CurDir => {}
                _ => return None,
            }
        }
        (!inside.as_os_str().is_empty()).then_some(inside)
    }
}

const LEAVES: &str = "leads out of the input folder";

fn refusal(path: PathBuf, reason: &str) -> Found {
    Found::Refused {
        path,
        reason: reason.to_owned(),
    }
}

fn read_list(list: &Path) -> anyhow::Result<Vec<u8>> {
    let mut names = Vec::new();
    if list.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut names)
    } else {
        std::fs::File::open(list).and_then(|mut f| f.read_to_end(&mut names))
    }
    .with_context(|| list.display().to_string())?;
    Ok(names)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The path without links as far as it exists.
fn real(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for parent in path.ancestors() {
        if let Ok(found) = std::fs::canonicalize(parent) {
            let rest = path.strip_prefix(parent).unwrap_or(Path::new(""));
            return found.join(rest);
        }
    }
    path
}

fn leaves(root: &Path, path: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|real| !real.starts_with(root))
}

fn relative(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

/// The path that an error of the walk is about, and what is wrong with it.
fn parts(error: &ignore::Error, root: &Path) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => (path.clone(), parts(err, root).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            parts(err, root)
        }
        ignore::Error::Loop { child, .. } => {
            let reason = "a link that leads in a circle".to_owned();
            (child.clone(), reason)
        }
        other => (root.to_owned(), other.to_string()),
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        k if k.is_fifo() => "a pipe",
        k if k.is_socket() => "a socket",
        k if k.is_block_device() || k.is_char_device() => "a device",
        k if k.is_dir() => "a folder",
        _ => "something else",
    }
}

#[cfg(not(unix))]
fn special(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else {
        "something else"
    }
}

/// Endings of files that hold OCR text; those without an ending are looked
/// into.
const TEXT: [&str; 12] = [
    "alto", "hocr", "htm", "html", "ocr", "page", "pagexml", "text", "tsv", "txt", "xhtml", "xml",
];

fn is_companion(path: &Path) -> bool {
    let Some(ending) = path.extension() else {
        return false;
    };
    let ending = ending.to_string_lossy().to_ascii_lowercase();
    TEXT.binary_search(&ending.as_str()).is_err()
}

/// Whether a file without a known format may be something else than OCR
/// text: then it is a companion, too.
pub(crate) fn may_be_other(path: &Path) -> bool {
    let ending = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        None => true,
        Some(e) => ["htm", "html", "tsv", "xhtml", "xml"].contains(&e),
    }
}

fn is_reserved(path: &Path) -> bool {
    path == Path::new(super::REPORT_JSON) || path == Path::new(super::REPORT_HTML)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_sorted_for_the_search() {
        assert!(TEXT.is_sorted());
        for name in ["a.txt", "a.HOCR", "b/a.xml", "README"] {
            assert!(!is_companion(Path::new(name)), "{name}");
        }
        for name in ["a.tif", "a.PDF", "a.txt.gz", "mets.json"] {
            assert!(is_companion(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_yet_is_found_through_its_parents() {
        let dir = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(dir.path()).unwrap();
        assert_eq!(real(&dir.path().join("a/b")), root.join("a/b"));
    }
}
