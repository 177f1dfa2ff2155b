//! Measures language models: `eval_lm BEAM MODEL[,MODEL...] TEXT...`; in a
//! text called `~FILE` lines that follow each other are one paragraph.

use vidau::lm::NgramModel;
use vidau::lm::train::evaluate::evaluate;
use vidau::model::container::Container;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [beam, models, texts @ ..] = &args[..] else {
        return Err("BEAM MODELS TEXT... are wanted".into());
    };
    for path in models.split(',') {
        let container = Container::open(path, std::fs::read(path)?.into())?;
        container.verify()?;
        let model = NgramModel::open(&container)?;
        print!("{path} {} n-grams:", model.ngrams());
        for text in texts {
            let (file, wrapped) = match text.strip_prefix('~') {
                Some(file) => (file, true),
                None => (&text[..], false),
            };
            let text = std::fs::read_to_string(file)?;
            let result = evaluate(&model, &text, wrapped, beam.parse()?);
            print!(
                "  {:.2}% ppl {:.1} ({} of {} wrong)",
                100.0 * result.accuracy(),
                result.perplexity(),
                result.words - result.right,
                result.words,
            );
        }
        println!();
    }
    Ok(())
}
