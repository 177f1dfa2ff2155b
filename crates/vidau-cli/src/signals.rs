//! Ending on SIGINT and SIGTERM without leaving half a step behind.

use std::sync::{Mutex, MutexGuard, PoisonError};

static WRITING: Mutex<()> = Mutex::new(());

/// Holds off the end of the program until the guard is dropped: a file and
/// its ledger are then either both written or neither, and no temporary file
/// stays.
pub(crate) fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on SIGINT ends the program with 130 and SIGTERM with 143, but
/// never while [`writing`] is held.
#[cfg(unix)]
pub(crate) fn exit_between_writes() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Without the handler the system's default ends the program at once:
    // worse, but no reason not to work.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let _guard = writing();
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system's default stands.
#[cfg(not(unix))]
pub(crate) fn exit_between_writes() {}
