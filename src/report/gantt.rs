//! Bars on a time axis, in text: what happens when, and what decides. Nothing is said by colour.
//!
//! `█` is a step that delays everything if it is late, `▒` one that has slack, and `░` after it is the slack. A screen
//! that shows ASCII only has `#`, `=` and `-` for them.

use std::fmt::Write as _;

use super::Screen;
use crate::units::Seconds;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    /// What it stands for.
    pub label: String,
    /// When it begins.
    pub from: Seconds,
    /// When it ends.
    pub to: Seconds,
    /// How much later it could end; nothing is drawn of what decides.
    pub slack: Seconds,
    /// Whether a delay of it delays what is looked at.
    pub decides: bool,
}

/// Columns where nobody says how many there are, and the most that are of use.
const WIDTH: usize = 80;
const WIDEST: usize = 160;

/// What is left at the right for the mark of the last tick.
const END: usize = 6;

/// Distances of ticks that people can read: minutes, then hours, then days.
const TICKS: [u64; 19] = [
    10, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800,
    604_800, 2_419_200,
];

/// Bars below each other over their axis.
pub(super) fn draw(bars: &[Bar], screen: &Screen, out: &mut String) {
    let end = bars.iter().map(|bar| (bar.to + bar.slack).0).max().unwrap_or(0).max(1);
    let columns = screen.width.unwrap_or(WIDTH).clamp(40, WIDEST);
    let longest = bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0);
    let times: Vec<String> = bars.iter().map(|bar| format!("{}-{}", bar.from.mark(), bar.to.mark())).collect();
    let time = times.iter().map(String::len).max().unwrap_or(0);
    // A third of the line is for the bars, whatever the names are.
    let label = longest.min(columns.saturating_sub(columns / 3 + time + 6 + END)).max(8);
    let room = columns.saturating_sub(label + time + 6 + END).max(8);
    let scale = Scale { end, room };
    for (bar, times) in bars.iter().zip(&times) {
        let name = shortened(&bar.label, label);
        let line = format!("  {name:label$}  {times:>time$}  {}", scale.bar(bar));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    let margin = " ".repeat(label + time + 6);
    let (ticks, names) = scale.axis();
    let _ = writeln!(out, "{margin}{ticks}\n{margin}{}", names.trim_end());
}

/// The time axis.
struct Scale {
    end: u64,
    room: usize,
}

impl Scale {
    /// The column of a moment.
    fn column(&self, time: u64) -> usize {
        let column = u128::from(time) * self.room as u128 / u128::from(self.end);
        usize::try_from(column).unwrap_or(self.room).min(self.room)
    }

    fn bar(&self, bar: &Bar) -> String {
        let from = self.column(bar.from.0);
        if bar.from == bar.to {
            return format!("{}│", " ".repeat(from.min(self.room - 1)));
        }
        let from = from.min(self.room - 1);
        let to = self.column(bar.to.0).max(from + 1);
        let latest = if bar.decides { to } else { self.column((bar.to + bar.slack).0).max(to) };
        let sign = if bar.decides { "█" } else { "▒" };
        format!("{}{}{}", " ".repeat(from), sign.repeat(to - from), "░".repeat(latest - to))
    }

    /// The line of the axis, and the marks below it.
    fn axis(&self) -> (String, String) {
        let most = (self.room / 9).max(1) as u64;
        let distance = TICKS.iter().copied().find(|tick| self.end / tick <= most).unwrap_or(self.end.max(1));
        let mut line: Vec<char> = vec!['─'; self.room + 1];
        let mut names = String::new();
        let mut time = 0;
        while time <= self.end {
            let column = self.column(time);
            if let Some(slot) = line.get_mut(column) {
                *slot = '┴';
            }
            let gap = column.saturating_sub(names.chars().count());
            let mark = Seconds(time).mark();
            if names.is_empty() || gap > 0 && column + mark.len() <= self.room + END {
                let _ = write!(names, "{}{mark}", " ".repeat(gap));
            }
            time += distance;
        }
        (line.into_iter().collect(), names)
    }
}

/// A text of at most so many letters, with what tells most: its beginning and its end.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= most || most < 5 {
        return text.chars().take(most).collect();
    }
    let tail = (most - 1) * 2 / 3;
    let head = most - 1 - tail;
    let (first, last) = (letters.get(..head), letters.get(letters.len() - tail..));
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    format!("{}~{}", first.iter().collect::<String>(), last.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Style;

    fn bars() -> Vec<Bar> {
        let bar = |label: &str, from: u64, to: u64, slack: u64| Bar {
            label: label.to_owned(),
            from: Seconds(60 * from),
            to: Seconds(60 * to),
            slack: Seconds(60 * slack),
            decides: slack == 0,
        };
        vec![
            bar("db detect", 0, 5, 0),
            bar("db promote", 5, 7, 53),
            bar("web cutover", 60, 60, 0),
            bar("web start", 5, 60, 0),
        ]
    }

    fn drawn(width: Option<usize>, ascii: bool) -> String {
        let screen = Screen { style: Style::Plain, width, ascii };
        let mut out = String::new();
        draw(&bars(), &screen, &mut out);
        screen.shown(&out).into_owned()
    }

    #[test]
    fn bars_are_drawn_to_scale() {
        let expected = [
            "  db detect    0:00-0:05  ████",
            "  db promote   0:05-0:07      ▒░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░",
            "  web cutover  1:00-1:00                                                 │",
            "  web start    0:05-1:00      ████████████████████████████████████████████",
            "                          ┴───────────┴───────────┴───────────┴───────────┴",
            "                          0:00        0:15        0:30        0:45        1:00",
        ];
        assert_eq!(drawn(Some(80), false).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_width_is_kept_and_every_sign_has_one_in_ascii() {
        for width in 40..200 {
            let (text, ascii) = (drawn(Some(width), false), drawn(Some(width), true));
            assert!(ascii.is_ascii(), "{ascii}");
            assert_eq!(text.chars().count(), ascii.len());
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(longest <= width, "{width}: {longest}\n{text}");
        }
        assert_eq!(drawn(None, false), drawn(Some(80), false));
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(shortened("components.orders-database transfer", 20), "compone~ase transfer");
        assert_eq!(shortened("db", 20), "db");
    }

    #[test]
    fn any_length_of_time_has_an_axis() {
        for end in [0, 1, 59, 3_600, 86_400, 40_000_000, u64::MAX / 2] {
            let bar = Bar { label: "x".into(), from: Seconds(0), to: Seconds(end), slack: Seconds(0), decides: true };
            let mut out = String::new();
            draw(&[bar], &Screen::PLAIN, &mut out);
            assert_eq!(out.lines().count(), 3, "{out}");
        }
    }
}
