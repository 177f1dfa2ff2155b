//! Files that are replaced whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Replaces or creates the file at `path`: a temporary file in the same
/// folder, synced, takes its name. An existing file's permissions are kept
/// and a symbolic link is followed. Devices and pipes are written to.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_from(path, bytes)
}

/// The same with all that comes from `content`.
pub(crate) fn write_from(path: &Path, mut content: impl Read) -> anyhow::Result<()> {
    let shown = path.display();
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e).with_context(|| format!("{shown}")),
    };
    if old.as_ref().is_some_and(|m| !m.is_file() && !m.is_dir()) {
        let mut copy = || {
            io::copy(
                &mut content,
                &mut OpenOptions::new().write(true).open(&target)?,
            )
        };
        return copy().map(drop).with_context(|| format!("{shown}"));
    }
    check_writable(&target)?;
    let folder = folder_of(&target);
    let mut replace = || -> io::Result<()> {
        let mut temporary = new_file_in(&folder)?;
        io::copy(&mut content, &mut temporary)?;
        if let Some(old) = &old {
            temporary.as_file().set_permissions(old.permissions())?;
        }
        temporary.as_file().sync_all()?;
        temporary.persist(&target).map_err(|e| e.error)?;
        sync_folder(&folder)
    };
    replace().with_context(|| format!("{shown}: not written"))
}

/// Refuses a file that its owner has marked read-only: a rename would not ask.
pub(crate) fn check_writable(path: &Path) -> anyhow::Result<()> {
    if fs::metadata(path).is_ok_and(|m| m.permissions().readonly()) {
        bail!(
            "{}: read-only; allow writing (chmod u+w) or write elsewhere with -o",
            path.display()
        );
    }
    Ok(())
}

/// Appends lines to the file at `path` and syncs it; where that fails, the
/// file is as it was. A last line that was cut off is ended first.
pub(crate) fn append(path: &Path, content: impl Read) -> anyhow::Result<()> {
    let append = || -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        let metadata = file.metadata()?;
        let is_cut_off = metadata.is_file() && metadata.len() > 0 && last_byte(path)? != b'\n';
        let end: &[u8] = if is_cut_off { b"\n" } else { b"" };
        let written = io::copy(&mut end.chain(content), &mut file).and_then(|_| file.sync_all());
        if written.is_err() && metadata.is_file() {
            file.set_len(metadata.len())?;
        }
        written
    };
    append().with_context(|| format!("{}", path.display()))
}

fn last_byte(path: &Path) -> io::Result<u8> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

/// Where what is put aside for `path` is to lie: where there is no room, there
/// is none for the file either. `None` for what is no file.
pub(crate) fn folder_for(path: &Path) -> Option<PathBuf> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_other = fs::metadata(&target).is_ok_and(|m| !m.is_file());
    let folder = folder_of(&target);
    let mut above = folder.ancestors();
    above.find(|f| f.is_dir() && !is_other).map(Path::to_owned)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn new_file_in(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".vidau-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What any new file gets, less the user's mask.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The new name is on the disk only when the folder is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
