//! Stdout for results, stderr for messages.

use std::io::{self, Read, Write};
use std::path::Path;

/// Writes results to stdout.
pub(crate) fn result(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Writes all that comes from `content` to stdout.
pub(crate) fn copy(mut content: impl Read) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    io::copy(&mut content, &mut out)?;
    out.flush()?;
    Ok(())
}

/// One line to stderr; when nobody can read it, nothing is to be done.
pub(crate) fn message(line: &str) {
    let _ = writeln!(io::stderr().lock(), "vidau: {line}");
}

/// Text to stderr, as it is.
pub(crate) fn report(mut text: impl Read) {
    let _ = io::copy(&mut text, &mut io::stderr().lock());
}

/// Whether the error is that the reader of stdout has gone.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io_errors = error.chain().filter_map(|e| e.downcast_ref::<io::Error>());
    io_errors
        .into_iter()
        .any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// A path as messages show it; `-` is stdin.
pub(crate) fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    }
}

/// A number with its thousands apart.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
