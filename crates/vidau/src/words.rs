//! Words by number.

/// The words of a model, one after the other in one text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Words {
    /// Adds the lines of `text`.
    pub(crate) fn extend(&mut self, text: &str) {
        self.text.reserve(text.len());
        for line in text.lines() {
            self.push(line);
        }
    }

    /// Adds one word.
    pub(crate) fn push(&mut self, word: &str) {
        self.text.push_str(word);
        self.ends.push(self.text.len() as u32);
    }

    /// Forgets all words.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = match number {
            0 => 0,
            _ => self.ends[number - 1],
        };
        self.text.get(start as usize..end as usize)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_numbers() {
        let mut words = Words::default();
        assert!(words.is_empty());
        words.extend("thực\n\nhiện\n");
        words.extend("tốt");
        let all: Vec<_> = (0..5).map(|n| words.get(n)).collect();
        assert_eq!(
            all,
            [Some("thực"), Some(""), Some("hiện"), Some("tốt"), None]
        );
        assert_eq!(words.len(), 4);
    }
}
