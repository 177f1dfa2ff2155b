//! Labels of lists: a) b) c) d) đ) e), the order in which Vietnamese official
//! papers count (Nghị định 30/2020/NĐ-CP, appendix I). Engines lose the bar of
//! đ and read c as ¢ or €; the label before tells.

/// What a label is taken for.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    last: Option<char>,
}

impl Labels {
    /// Forgets the list, at the start of a document.
    pub(crate) fn clear(&mut self) {
        self.last = None;
    }

    /// Reads the label `read` (what stands before the bracket at the start of
    /// a line); gives what it is if that is something else.
    pub(crate) fn read(&mut self, read: &str) -> Option<&'static str> {
        let mut chars = read.chars();
        let (Some(label), None) = (chars.next(), chars.next()) else {
            self.last = None;
            return None;
        };
        let (is, repaired) = match (self.last, label) {
            (Some('d'), 'd') => ('đ', Some("đ")),
            (Some('b'), '¢' | '€' | 'e' | 'o') => ('c', Some("c")),
            (Some('c'), 'đ') => ('d', None),
            _ => (label, None),
        };
        self.last = Some(is);
        repaired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_d_is_d_with_a_bar() {
        let mut labels = Labels::default();
        let read: Vec<_> = ["a", "b", "¢", "d", "d", "e"]
            .into_iter()
            .map(|l| labels.read(l).unwrap_or(l))
            .collect();
        assert_eq!(read, ["a", "b", "c", "d", "đ", "e"]);
    }

    #[test]
    fn a_new_list_starts_anew() {
        let mut labels = Labels::default();
        assert_eq!(labels.read("d"), None);
        assert_eq!(labels.read("a"), None);
        assert_eq!(labels.read("d"), None);
    }
}
