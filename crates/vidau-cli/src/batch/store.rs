//! The output folder. Every file is written under another name, synced and
//! renamed; no link is followed on the way, so nothing is written outside,
//! whatever happens to the folder meanwhile.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, bail};
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

/// What is kept beside the outputs: journal, ledgers, files being written.
pub(crate) const FOLDER: &str = ".vidau";
const TEMPORARY: &str = "tmp";

/// The output folder, locked.
pub(crate) struct Store {
    root: Dir,
    own: Dir,
    temporary: Dir,
    next: AtomicU64,
    _lock: File,
}

impl Store {
    /// Opens or makes the folder; refused while another batch writes to it.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let open = || -> io::Result<(Dir, Dir)> {
            std::fs::create_dir_all(path)?;
            let root = Dir::open_ambient_dir(path, ambient_authority())?;
            let own = open_or_create(&root, OsStr::new(FOLDER))?;
            Ok((root, own))
        };
        let (root, own) = open().with_context(|| format!("{shown}: cannot be written to"))?;
        let lock = lock(&own, &shown.to_string())?;
        let clear = || -> io::Result<Dir> {
            // What a run that was killed was writing; nobody else is, now.
            if own.symlink_metadata(TEMPORARY).is_ok() {
                own.remove_dir_all(TEMPORARY)?;
            }
            own.create_dir(TEMPORARY)?;
            own.open_dir_nofollow(TEMPORARY)
        };
        let temporary = clear().with_context(|| format!("{shown}: cannot be written to"))?;
        Ok(Self {
            root,
            own,
            temporary,
            next: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// The folder for what is kept beside the outputs.
    pub(crate) fn own(&self) -> &Dir {
        &self.own
    }

    /// The folder itself.
    pub(crate) fn outputs(&self) -> &Dir {
        &self.root
    }

    /// Writes a whole file.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.temporary()?;
        file.write_all(bytes)?;
        self.commit(file, path)?;
        self.sync_folder(path)
    }

    /// A file that goes again unless it is committed.
    pub(crate) fn temporary(&self) -> io::Result<Temporary<'_>> {
        let name = self.next.fetch_add(1, Ordering::Relaxed).to_string();
        let file = self.temporary.create(&name)?.into_std();
        Ok(Temporary {
            folder: &self.temporary,
            name,
            file,
        })
    }

    /// Gives the file its name in the output folder.
    pub(crate) fn commit(&self, file: Temporary<'_>, path: &Path) -> io::Result<()> {
        let (folder, name) = folder_of(&self.root, path, true)?;
        file.commit(&folder, name)
    }

    /// Gives the file its name in the folder beside the outputs.
    pub(crate) fn commit_own(&self, file: Temporary<'_>, path: &Path) -> io::Result<()> {
        let (folder, name) = folder_of(&self.own, path, true)?;
        file.commit(&folder, name)
    }

    /// Removes a file from the folder beside the outputs, if it is there.
    pub(crate) fn remove_own(&self, path: &Path) -> io::Result<()> {
        let gone = folder_of(&self.own, path, false).and_then(|(f, name)| f.remove_file(name));
        match gone {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Puts the names in the folder of `path` on the disk.
    pub(crate) fn sync_folder(&self, path: &Path) -> io::Result<()> {
        sync(&folder_of(&self.root, path, false)?.0)
    }

    /// The same for the folder beside the outputs.
    pub(crate) fn sync_own_folder(&self, path: &Path) -> io::Result<()> {
        match folder_of(&self.own, path, false) {
            Ok((folder, _)) => sync(&folder),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Size of an output, if it is there and a file.
    pub(crate) fn size_of(&self, path: &Path) -> Option<u64> {
        let (folder, name) = folder_of(&self.root, path, false).ok()?;
        let metadata = folder.symlink_metadata(name).ok()?;
        metadata.is_file().then(|| metadata.len())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Nothing hangs on it: the next run clears it as well.
        let _ = self.own.remove_dir_all(TEMPORARY);
    }
}

/// A file being written.
pub(crate) struct Temporary<'s> {
    folder: &'s Dir,
    name: String,
    file: File,
}

impl Temporary<'_> {
    fn commit(self, folder: &Dir, name: &OsStr) -> io::Result<()> {
        self.file.sync_all()?;
        self.folder.rename(&self.name, folder, name)
    }
}

impl Write for Temporary<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        // After a commit there is nothing under this name.
        let _ = self.folder.remove_file(&self.name);
    }
}

/// Opens a file below `root` for reading. No link is followed, and a pipe
/// put in its place does not block.
pub(crate) fn open(root: &Dir, path: &Path) -> io::Result<File> {
    let (folder, name) = folder_of(root, path, false)?;
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    Ok(folder.open_with(name, &options)?.into_std())
}

/// The folder that holds `path`, walked down name by name, and the last name.
fn folder_of<'p>(root: &Dir, path: &'p Path, create: bool) -> io::Result<(Dir, &'p OsStr)> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "no path below the folder");
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            _ => return Err(invalid()),
        }
    }
    let last = names.pop().ok_or_else(invalid)?;
    let mut folder = root.try_clone()?;
    for name in names {
        folder = if create {
            open_or_create(&folder, name)?
        } else {
            folder.open_dir_nofollow(name)?
        };
    }
    Ok((folder, last))
}

fn open_or_create(folder: &Dir, name: &OsStr) -> io::Result<Dir> {
    match folder.open_dir_nofollow(name) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    match folder.create_dir(name) {
        Ok(()) => sync(folder)?,
        // Another thread was faster.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(e),
    }
    folder.open_dir_nofollow(name)
}

fn sync(folder: &Dir) -> io::Result<()> {
    if cfg!(unix) {
        folder.open(".")?.sync_all()?;
    }
    Ok(())
}

/// The lock goes with the process, however it ends.
fn lock(own: &Dir, shown: &str) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    options.follow(FollowSymlinks::No);
    let open = own.open_with("lock", &options);
    let mut file = open
        .with_context(|| format!("{shown}: cannot be locked"))?
        .into_std();
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            bail!(
                "{shown}: another vidau batch (process {}) is writing there; \
                 wait for it or name another folder",
                holder.trim()
            );
        }
        Err(TryLockError::Error(e)) => {
            return Err(e).with_context(|| format!("{shown}: cannot be locked"));
        }
    }
    // Only for the message above.
    let mut note = || -> io::Result<()> {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        writeln!(file, "{}", std::process::id())
    };
    note().with_context(|| format!("{shown}: cannot be written to"))?;
    Ok(file)
}

/// Path of a file's ledger beside the outputs.
pub(crate) fn ledger_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".ledger.zst");
    Path::new("ledger").join(name)
}

/// Path of a file's review page beside the outputs.
pub(crate) fn review_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".html");
    Path::new("review").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(store: &Store, path: &str, text: &str) -> io::Result<()> {
        let mut file = store.temporary()?;
        file.write_all(text.as_bytes())?;
        store.commit(file, Path::new(path))
    }

    #[test]
    fn a_file_has_its_name_only_once_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("out")).unwrap();
        let mut dropped = store.temporary().unwrap();
        dropped.write_all(b"half").unwrap();
        drop(dropped);
        put(&store, "a/b/c.txt", "whole").unwrap();
        put(&store, "a/b/c.txt", "again").unwrap();
        store.sync_folder(Path::new("a/b/c.txt")).unwrap();
        assert_eq!(store.size_of(Path::new("a/b/c.txt")), Some(5));
        assert_eq!(store.size_of(Path::new("a/b")), None);
        assert_eq!(store.size_of(Path::new("a/x/c.txt")), None);
        let left = std::fs::read_dir(dir.path().join("out/.vidau/tmp")).unwrap();
        assert_eq!(left.count(), 0);
        assert!(put(&store, "../x", "").is_err());
        assert!(put(&store, "a/b", "").is_err(), "a folder has the name");
    }

    #[test]
    fn a_second_batch_is_refused_until_the_first_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let first = Store::open(dir.path()).unwrap();
        let error = Store::open(dir.path()).err().unwrap().to_string();
        assert!(error.contains("another vidau batch"), "{error}");
        drop(first);
        Store::open(dir.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = dir.path().join("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        std::fs::write(elsewhere.join("x.txt"), "x").unwrap();
        let store = Store::open(&dir.path().join("out")).unwrap();
        std::os::unix::fs::symlink(&elsewhere, dir.path().join("out/a")).unwrap();
        assert!(put(&store, "a/x.txt", "changed").is_err());
        assert_eq!(std::fs::read(elsewhere.join("x.txt")).unwrap(), b"x");
        let out = Dir::open_ambient_dir(dir.path().join("out"), ambient_authority()).unwrap();
        assert!(open(&out, Path::new("a/x.txt")).is_err());
        let top = Dir::open_ambient_dir(dir.path(), ambient_authority()).unwrap();
        assert!(open(&top, Path::new("elsewhere/x.txt")).is_ok());
    }
}
