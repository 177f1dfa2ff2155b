//! Figures that say how good a restored text is: error rates against the
//! truth, harm done to what was right, and what kinds of errors are left.
//!
//! Pure functions over strings. A text is compared line by line, or as one
//! page where the lines of truth and reading do not pair up; the unit is the
//! token between white space.
//!
//! ```
//! use vidau::eval::{score, Units};
//! let s = score("Thực hiện\n", "Thuc hién\n", "Thực hiện\n", Units::Lines);
//! assert_eq!(s.score.raw.wer(), 100.0);
//! assert_eq!(s.score.restored.wer(), 0.0);
//! ```

mod align;
mod confidence;
mod distance;
mod kinds;
mod metrics;
mod report;
#[cfg(feature = "train")]
mod right;
mod score;
mod tokens;

pub use align::{Pair, align};
pub use confidence::{ConfidenceBin, ConfidenceFigures, Judgements, Mark};
pub use kinds::ErrorKind;
pub use metrics::{Counts, Harm, Rates, Score};
pub use report::{EVAL_SCHEMA, EvalReport, GroupReport, SideReport, TopError};
#[cfg(feature = "train")]
pub(crate) use right::right_bytes;
pub use score::{Scored, TokenError, Units, score, score_marked};
pub use tokens::strip_marks;
