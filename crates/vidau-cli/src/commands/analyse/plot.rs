//! Curves as SVG.

use std::fmt::Write;

/// Curves over one pair of axes.
pub(super) struct Plot<'p> {
    pub(super) title: &'p str,
    pub(super) x: Axis<'p>,
    pub(super) y: Axis<'p>,
    /// Where a perfect curve would be: y = x.
    pub(super) has_diagonal: bool,
    pub(super) curves: Vec<Curve<'p>>,
}

pub(super) struct Axis<'p> {
    pub(super) label: &'p str,
    pub(super) from: f64,
    pub(super) to: f64,
    /// Each decade as wide as the next.
    pub(super) is_log: bool,
}

pub(super) struct Curve<'p> {
    pub(super) name: &'p str,
    pub(super) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// The edges of what is inside the axes.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 530.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 350.0;
/// Told apart by colour-blind people, too (Okabe and Ito 2008).
const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

impl Axis<'_> {
    /// Where a value is on the way from one end to the other.
    fn place(&self, value: f64) -> f64 {
        let (from, to, value) = match self.is_log {
            true => (self.from.log10(), self.to.log10(), value.log10()),
            false => (self.from, self.to, value),
        };
        (value - from) / (to - from)
    }

    /// Values that have a line: 1, 2, 5 of each decade, or about six.
    fn ticks(&self) -> Vec<f64> {
        let is_inside = |v: &f64| (self.from..=self.to).contains(v);
        if self.is_log {
            let decades = self.from.log10().floor() as i32..=self.to.log10().ceil() as i32;
            let all = decades.flat_map(|d| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(d)));
            return all.filter(is_inside).collect();
        }
        let step = nice((self.to - self.from) / 6.0);
        let first = (self.from / step).ceil() as i64;
        let all = (first..).map(|k| k as f64 * step);
        all.take_while(|v| *v <= self.to + step / 1e6).collect()
    }
}

/// The least of 1, 2, 5 times a power of ten that is not below.
pub(super) fn nice(value: f64) -> f64 {
    let decade = 10f64.powf(value.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0].into_iter();
    let least = factors.map(|f| f * decade).find(|v| *v >= value * 0.999);
    least.unwrap_or(value)
}

impl Plot<'_> {
    pub(super) fn to_svg(&self) -> String {
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        let middle = (LEFT + RIGHT) / 2.0;
        text(&mut out, (middle, 14.0), "middle", self.title);
        text(&mut out, (middle, BOTTOM + 38.0), "middle", self.x.label);
        text(&mut out, (LEFT - 45.0, TOP - 10.0), "start", self.y.label);
        for v in self.x.ticks() {
            let x = self.at((v, self.y.from)).0;
            line(&mut out, (x, TOP), (x, BOTTOM), "stroke=\"#ddd\"");
            text(&mut out, (x, BOTTOM + 18.0), "middle", &number(v));
        }
        for v in self.y.ticks() {
            let y = self.at((self.x.from, v)).1;
            line(&mut out, (LEFT, y), (RIGHT, y), "stroke=\"#ddd\"");
            text(&mut out, (LEFT - 6.0, y + 4.0), "end", &number(v));
        }
        if self.has_diagonal {
            let (from, to) = (self.x.from.max(self.y.from), self.x.to.min(self.y.to));
            let style = "stroke=\"#888\" stroke-dasharray=\"5 4\"";
            line(&mut out, self.at((from, from)), self.at((to, to)), style);
        }
        for (curve, k) in self.curves.iter().zip(0..) {
            let colour = COLOURS[k % COLOURS.len()];
            let points: Vec<_> = curve.points.iter().map(|&p| self.at(p)).collect();
            let path: Vec<String> = points
                .iter()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            // A second round of colours is dashed.
            let dashes = ["", " stroke-dasharray=\"6 3\""][k / COLOURS.len() % 2];
            let _ = writeln!(
                out,
                "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes} \
                 points=\"{}\"/>",
                path.join(" ")
            );
            for (x, y) in points {
                let _ = writeln!(
                    out,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>"
                );
            }
            let y = TOP + 14.0 + 20.0 * k as f64;
            let style = format!("stroke=\"{colour}\" stroke-width=\"2\"{dashes}");
            line(
                &mut out,
                (RIGHT + 15.0, y - 4.0),
                (RIGHT + 37.0, y - 4.0),
                &style,
            );
            text(&mut out, (RIGHT + 43.0, y), "start", curve.name);
        }
        out + "</svg>\n"
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            LEFT + (RIGHT - LEFT) * self.x.place(x),
            BOTTOM + (TOP - BOTTOM) * self.y.place(y),
        )
    }
}

fn line(out: &mut String, from: (f64, f64), to: (f64, f64), style: &str) {
    let _ = writeln!(
        out,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {style}/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, content: &str) {
    let content = content
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>"
    );
}

/// As short as it can be.
fn number(value: f64) -> String {
    let rounded = format!("{value:.2}");
    let short = rounded.trim_end_matches('0').trim_end_matches('.');
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let axis = |from, to, is_log| Axis {
            label: "",
            from,
            to,
            is_log,
        };
        assert_eq!(
            axis(0.0, 6.0, false).ticks(),
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
        assert_eq!(
            axis(40.0, 100.0, false).ticks(),
            [40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]
        );
        assert_eq!(axis(0.7, 12.0, true).ticks(), [1.0, 2.0, 5.0, 10.0]);
    }

    #[test]
    fn points_lie_where_they_belong() {
        let plot = Plot {
            title: "a < b",
            x: Axis {
                label: "x",
                from: 1.0,
                to: 100.0,
                is_log: true,
            },
            y: Axis {
                label: "y",
                from: 0.0,
                to: 4.0,
                is_log: false,
            },
            has_diagonal: false,
            curves: vec![Curve {
                name: "c",
                points: vec![(1.0, 0.0), (10.0, 4.0)],
            }],
        };
        let svg = plot.to_svg();
        assert!(svg.contains("points=\"60.0,350.0 295.0,40.0\""), "{svg}");
        assert!(svg.contains("a &lt; b"));
    }
}
