//! Files that are replaced whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Replaces or creates the file at `path`: a temporary file in the same
/// folder, synced, takes its name. An existing file's permissions are kept
/// and a symbolic link is followed. Devices and pipes are written to.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let shown = path.display();
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e).with_context(|| format!("{shown}")),
    };
    if old.as_ref().is_some_and(|m| !m.is_file() && !m.is_dir()) {
        return fs::write(&target, bytes).with_context(|| format!("{shown}"));
    }
    if old.as_ref().is_some_and(|m| m.permissions().readonly()) {
        bail!("{shown}: read-only; allow writing (chmod u+w) or write elsewhere with -o");
    }
    let folder = folder_of(&target);
    let replace = || -> io::Result<()> {
        let mut temporary = new_file_in(&folder)?;
        temporary.write_all(bytes)?;
        if let Some(old) = &old {
            temporary.as_file().set_permissions(old.permissions())?;
        }
        temporary.as_file().sync_all()?;
        temporary.persist(&target).map_err(|e| e.error)?;
        sync_folder(&folder)
    };
    replace().with_context(|| format!("{shown}: not written"))
}

/// Appends to the file at `path` and syncs it.
pub(crate) fn append(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let append = || -> io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    append().with_context(|| format!("{}", path.display()))
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
