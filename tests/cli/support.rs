//! Running the program in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A little text with its marks.
pub(crate) const TRUTH: &str = "\
ỦY BAN NHÂN DÂN HUYỆN
Về việc tăng cường công tác dân vận

Thực hiện chương trình làm việc năm 2015, ngày 27/4/2015
Ban Thường vụ giao các chi bộ trực thuộc triển khai thực hiện.
";

/// The same without.
pub(crate) const STRIPPED: &str = "\
UY BAN NHAN DAN HUYEN
Ve viec tang cuong cong tac dan van

Thuc hien chuong trinh lam viec nam 2015, ngay 27/4/2015
Ban Thuong vu giao cac chi bo truc thuoc trien khai thuc hien.
";

/// A folder that goes when the test ends.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        path
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Names of the files in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder");
        let mut names: Vec<String> = entries
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vidau"));
        command.args(args).current_dir(self.0.path());
        command
    }

    /// Runs the program with nothing on stdin.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, b"")
    }

    pub(crate) fn run_with(&self, args: &[&str], stdin: &[u8]) -> Run {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut pipe = child.stdin.take().expect("stdin");
        let stdin = stdin.to_vec();
        // Written beside, or a long text would block both sides.
        let writer = std::thread::spawn(move || {
            let _ = pipe.write_all(&stdin);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer ends");
        Run(output)
    }
}

/// What came of a run.
pub(crate) struct Run(Output);

impl Run {
    pub(crate) fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub(crate) fn stdout(&self) -> &[u8] {
        &self.0.stdout
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("UTF-8 on stdout")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("UTF-8 on stderr")
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "{}", self.stderr());
        self
    }

    /// A failure with one line that says all of these.
    #[track_caller]
    pub(crate) fn expect_error(self, code: i32, parts: &[&str]) -> Self {
        let run = self.expect(code);
        let stderr = run.stderr();
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        for part in parts {
            assert!(stderr.contains(part), "{part} is not in: {stderr}");
        }
        run
    }
}
