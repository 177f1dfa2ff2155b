//! What an engine thought of each letter of a word, as readings of the word.

/// As many readings of a word as are worth a look.
const MOST: usize = 8;

/// Choices for the glyphs of a word, in order.
#[derive(Debug, Default)]
pub(super) struct Glyphs {
    glyphs: Vec<Vec<(String, Option<f32>)>>,
}

impl Glyphs {
    pub(super) fn begin_glyph(&mut self) {
        self.glyphs.push(Vec::new());
    }

    /// Another choice for the glyph begun last.
    pub(super) fn begin_choice(&mut self, confidence: Option<f32>) {
        if let Some(glyph) = self.glyphs.last_mut() {
            glyph.push((String::new(), confidence));
        }
    }

    pub(super) fn put_choice(&mut self, text: &str) {
        if let Some(choice) = self.glyphs.last_mut().and_then(|g| g.last_mut()) {
            choice.0.push_str(text);
        }
    }

    /// The readings that differ from the word in one glyph, surest first.
    pub(super) fn readings(self, word: &str) -> Vec<(String, f32)> {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() != self.glyphs.len() {
            return Vec::new();
        }
        let mut readings = Vec::new();
        for (i, choices) in self.glyphs.iter().enumerate() {
            for (text, confidence) in choices {
                let mut read = text.chars();
                let is_other = read.next() != Some(letters[i]) || read.next().is_some();
                let confidence = confidence.unwrap_or(0.0);
                if is_other && confidence > 0.0 {
                    let mut reading: String = letters[..i].iter().collect();
                    reading += text;
                    reading.extend(&letters[i + 1..]);
                    readings.push((reading, confidence));
                }
            }
        }
        readings.sort_by(|a, b| b.1.total_cmp(&a.1));
        readings.truncate(MOST);
        readings
    }
}
