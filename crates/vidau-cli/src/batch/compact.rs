//! The ledger of one file, small: a header, a row for each change, a trailer
//! that says that it is whole. Compressed with zstd.

use std::io::{self, Write};

use serde::Serialize;

use super::journal::Name;

/// Name and version of the ledger's layout.
const SCHEMA: &str = "vidau.compact-ledger/1";
const LEVEL: i32 = 9;

/// A ledger being written.
pub(crate) struct CompactLedger<W: Write> {
    out: zstd::Encoder<'static, W>,
    /// End of the last change in the input.
    at: u64,
    rows: u64,
}

#[derive(Serialize)]
struct Header<'a> {
    schema: &'a str,
    #[serde(flatten)]
    name: &'a Name,
    /// BLAKE3 of the input.
    input: &'a str,
    model: &'a str,
}

#[derive(Serialize)]
struct Trailer<'a> {
    /// BLAKE3 of the output.
    output: &'a str,
    rows: u64,
}

impl<W: Write> CompactLedger<W> {
    pub(crate) fn new(out: W, name: &Name, input: &str, model: &str) -> io::Result<Self> {
        let mut out = zstd::Encoder::new(out, LEVEL)?;
        let header = Header {
            schema: SCHEMA,
            name,
            input,
            model,
        };
        serde_json::to_writer(&mut out, &header)?;
        out.write_all(b"\n")?;
        Ok(Self {
            out,
            at: 0,
            rows: 0,
        })
    }

    /// A change of `before`, which starts at byte `start` of the input.
    pub(crate) fn push(
        &mut self,
        start: u64,
        before: &str,
        after: &str,
        confidence: f32,
        flagged: bool,
    ) -> io::Result<()> {
        let percent = (confidence * 100.0).round() as u8;
        let row = (start - self.at, before, after, percent, u8::from(flagged));
        serde_json::to_writer(&mut self.out, &row)?;
        self.out.write_all(b"\n")?;
        self.at = start + before.len() as u64;
        self.rows += 1;
        Ok(())
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes the trailer and gives back what was written to.
    pub(crate) fn finish(mut self, output: &str) -> io::Result<W> {
        let rows = self.rows;
        serde_json::to_writer(&mut self.out, &Trailer { output, rows })?;
        self.out.write_all(b"\n")?;
        self.out.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn rows_lead_from_the_input_to_the_output_and_back() {
        let name = Name::of(Path::new("a.txt"));
        let input = "Thuc hién cong";
        let output = "Thực hiện cong";
        let mut ledger = CompactLedger::new(Vec::new(), &name, "i", "m").unwrap();
        ledger.push(0, "Thuc", "Thực", 0.987, false).unwrap();
        ledger.push(5, "hién", "hiện", 0.5, true).unwrap();
        assert_eq!(ledger.rows(), 2);
        let bytes = ledger.finish("o").unwrap();
        let text = String::from_utf8(zstd::decode_all(&bytes[..]).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"schema":"vidau.compact-ledger/1","path":"a.txt","input":"i","model":"m"}"#,
                r#"[0,"Thuc","Thực",99,0]"#,
                r#"[1,"hién","hiện",50,1]"#,
                r#"{"output":"o","rows":2}"#,
            ]
        );
        let (mut forth, mut from) = (String::new(), 0);
        let (mut back, mut to) = (String::new(), 0);
        for line in &lines[1..3] {
            let (gap, before, after, _, _): (usize, String, String, u8, u8) =
                serde_json::from_str(line).unwrap();
            forth += &(input[from..from + gap].to_owned() + &after);
            back += &(output[to..to + gap].to_owned() + &before);
            from += gap + before.len();
            to += gap + after.len();
        }
        assert_eq!(forth + &input[from..], output);
        assert_eq!(back + &output[to..], input);
    }
}
