//! Engine, worker, results.

mod damage;
mod restorer;
mod results;
mod worker;
mod write;

pub use restorer::{Restorer, RestorerBuilder};
pub use results::{
    Alternative, Correction, OwnedAlternative, OwnedCorrection, OwnedRestored, Reason, Restored,
};
pub use worker::Worker;
