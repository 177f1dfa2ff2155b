//! The file's own account of the programs that made it.

use super::entities::escape;
use super::splice::{Edit, Ids};
use super::xml::{Dialect, Event, Walker};
use super::{Format, Scan, Splice, hocr};

impl Splice {
    /// Has the file say that a program changed it, if it is changed and has a
    /// place for that: `meta name="ocr-system"` of hOCR 1.2; of ALTO a
    /// `postProcessingStep` in `OCRProcessing`, or one more `Processing` (4.1
    /// on); a `MetadataItem` of PAGE 2018 on. A file that lacks the element
    /// stays as it is. The edit is part of the change that comes first.
    pub fn add_provenance(&mut self, scan: &Scan<'_>, software: &str, version: &str) {
        let Some(change) = self.edits.first().map(|e| e.change) else {
            return;
        };
        let Some((at, text)) = step(scan, &escape(software), &escape(version)) else {
            return;
        };
        let place = self.edits.partition_point(|e| e.range.end <= at);
        let is_free = self.edits.get(place).is_none_or(|e| e.range.start >= at);
        if is_free {
            let range = at..at;
            let edit = Edit {
                range,
                text,
                change,
            };
            self.edits.insert(place, edit);
        }
    }
}

/// Where the file tells of programs, and what is to be put there.
fn step(scan: &Scan<'_>, software: &str, version: &str) -> Option<(usize, String)> {
    let file = scan.file;
    let dialect = match scan.format {
        Format::Text | Format::Tsv => return None,
        Format::Hocr => hocr::dialect(file),
        Format::Alto | Format::Page => Dialect::Xml,
    };
    let mut walker = Walker::new(file, dialect);
    let mut has_items = false;
    while let Ok(Some(event)) = walker.next() {
        match event {
            Event::Open(tag) => {
                let name = tag.name(file);
                if walker.level() == 1 {
                    let mut values = walker.attributes().iter().map(|a| &file[a.value.clone()]);
                    has_items = values.any(is_with_items);
                }
                let is_meta = scan.format == Format::Hocr && name.eq_ignore_ascii_case("meta");
                if is_meta && walker.value("name") == Some("ocr-system") {
                    let end = walker.attribute("content")?.value.end;
                    return Some((end, format!("; {software} {version}")));
                }
                // What tells of programs stands before the text.
                if name.eq_ignore_ascii_case("body") || name == "Layout" || name == "Page" {
                    return None;
                }
            }
            Event::Close { range, .. } => {
                let name = file[range.clone()]
                    .trim_start_matches("</")
                    .trim_end_matches('>')
                    .trim();
                let (prefix, local) = match name.rsplit_once(':') {
                    Some((_, local)) => (&name[..name.len() - local.len()], local),
                    None => ("", name),
                };
                let programs = |p: &str| {
                    format!(
                        "<{p}processingSoftware><{p}softwareName>{software}</{p}softwareName>\
                         <{p}softwareVersion>{version}</{p}softwareVersion></{p}processingSoftware>"
                    )
                };
                let p = prefix;
                match (scan.format, local) {
                    (Format::Alto, "OCRProcessing") => {
                        let programs = programs(p);
                        let text =
                            format!("<{p}postProcessingStep>{programs}</{p}postProcessingStep>");
                        return Some((range.start, text));
                    }
                    (Format::Alto, "Processing") => {
                        let id = Ids::of(file, scan.format).suffixed("processing", 2);
                        let programs = programs(p);
                        let text = format!(
                            "<{p}Processing ID=\"{id}\">\
                             <{p}processingCategory>contentModification</{p}processingCategory>\
                             {programs}</{p}Processing>"
                        );
                        return Some((range.end, text));
                    }
                    (Format::Page, "Metadata") if has_items => {
                        let text = format!(
                            "<{p}MetadataItem type=\"processingStep\" \
                             name=\"post-correction\" value=\"{software} {version}\"/>"
                        );
                        return Some((range.start, text));
                    }
                    _ => {}
                }
            }
            Event::Text(_) | Event::Cdata => {}
        }
    }
    None
}

/// Whether it is the namespace of a PAGE that knows `MetadataItem`, whose year
/// ends it: `.../pagecontent/2019-07-15`.
fn is_with_items(namespace: &str) -> bool {
    let date = namespace.rsplit_once("/pagecontent/").map(|n| n.1);
    let year = date.and_then(|d| d.get(..4)?.parse::<u32>().ok());
    year.is_some_and(|y| y >= 2018)
}
