//! The shortest way: a string in, a string out.
//!
//! ```sh
//! cargo run --release --example restore_string -- "Thuc hién cong tac dan van"
//! ```

use vidau::Restorer;

fn main() -> Result<(), vidau::Error> {
    let text = std::env::args().nth(1);
    let text = text.as_deref().unwrap_or("Thuc hién cong tac dan van");
    let restorer = Restorer::embedded()?;
    let mut worker = restorer.worker();
    println!("{}", worker.restore_str(text).text());
    Ok(())
}
