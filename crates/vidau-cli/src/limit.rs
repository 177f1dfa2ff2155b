//! When to give a file up.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the work on a file may go on; by default as long as it takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limit {
    /// Since when, and how long.
    time: Option<(Instant, Duration)>,
    stop: Option<Arc<AtomicBool>>,
}

/// Why a file was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GivenUp {
    /// All work is to end.
    Stopped,
    /// It took longer than this.
    Late(Duration),
}

impl Limit {
    /// Until `stop` is set.
    pub(crate) fn until(stop: &Arc<AtomicBool>) -> Self {
        Self {
            time: None,
            stop: Some(Arc::clone(stop)),
        }
    }

    /// And no longer than `time` from now.
    pub(crate) fn within(self, time: Duration) -> Self {
        Self {
            time: Some((Instant::now(), time)),
            ..self
        }
    }

    pub(crate) fn check(&self) -> Result<(), GivenUp> {
        if self
            .stop
            .as_ref()
            .is_some_and(|s| s.load(Ordering::Relaxed))
        {
            return Err(GivenUp::Stopped);
        }
        match self.time {
            Some((since, time)) if since.elapsed() >= time => Err(GivenUp::Late(time)),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for GivenUp {}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => write!(f, "interrupted"),
            Self::Late(time) => write!(
                f,
                "took more than {} s: split it, or give it a longer --timeout and --retry-failed",
                time.as_secs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_when_told_and_when_the_time_is_over() {
        assert_eq!(Limit::default().check(), Ok(()));
        let stop = Arc::default();
        let limit = Limit::until(&stop);
        assert_eq!(limit.check(), Ok(()));
        assert_eq!(limit.clone().within(Duration::MAX).check(), Ok(()));
        let late = limit.clone().within(Duration::ZERO).check();
        assert_eq!(late, Err(GivenUp::Late(Duration::ZERO)));
        stop.store(true, Ordering::Relaxed);
        assert_eq!(limit.check(), Err(GivenUp::Stopped));
    }
}
