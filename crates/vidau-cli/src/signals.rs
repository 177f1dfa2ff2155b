//! Ending on SIGINT and SIGTERM without leaving half a step behind.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

static WRITING: RwLock<()> = RwLock::new(());
static IS_AWAITED: AtomicBool = AtomicBool::new(false);
static RECEIVED: AtomicU8 = AtomicU8::new(0);

/// Holds off the end of the program until the guard is dropped: a file and
/// its ledger are then either both written or neither, and no temporary file
/// stays. Several threads may hold one.
pub(crate) fn writing() -> RwLockReadGuard<'static, ()> {
    WRITING.read().unwrap_or_else(PoisonError::into_inner)
}

/// From here on the first signal is only noted, for [`received`]; a second
/// one ends the program.
pub(crate) fn note_the_first() {
    IS_AWAITED.store(true, Ordering::SeqCst);
}

/// The signal that came, if one did.
pub(crate) fn received() -> Option<u8> {
    Some(RECEIVED.load(Ordering::SeqCst)).filter(|&signal| signal > 0)
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
        for signal in signals.forever() {
            let is_first = RECEIVED.swap(signal as u8, Ordering::SeqCst) == 0;
            if is_first && IS_AWAITED.load(Ordering::SeqCst) {
                continue;
            }
            let _guard = WRITING.write().unwrap_or_else(PoisonError::into_inner);
            std::process::exit(128 + signal);
        }
    });
}

/// Elsewhere the system's default stands.
#[cfg(not(unix))]
pub(crate) fn exit_between_writes() {}
