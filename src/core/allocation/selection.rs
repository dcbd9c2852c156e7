//! One axis of a tensor in NumPy's indexing: a place, or a slice.

/// What selects places along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One place, from the end if negative.
    At(i64),
    /// `start:stop:step`, clipped to the axis.
    Slice {
        /// The first place, if it is said.
        start: Option<i64>,
        /// The place after the last, if it is said.
        stop: Option<i64>,
        /// From one place to the next; 1 if it is not said.
        step: Option<i64>,
    },
}

impl Selection {
    /// The whole axis.
    pub const ALL: Selection = Selection::Slice { start: None, stop: None, step: None };

    /// Reads `3`, `-1`, `:`, `1:`, `::2`.
    pub fn read(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok();
        if !text.contains(':') {
            return number(text).map(Selection::At);
        }
        let optional = |text: &str| if text.is_empty() { Some(None) } else { number(text).map(Some) };
        let bounds = text.split(':').map(optional).collect::<Option<Vec<_>>>()?;
        match bounds[..] {
            [start, stop] => Some(Selection::Slice { start, stop, step: None }),
            [start, stop, step] => Some(Selection::Slice { start, stop, step }),
            _ => None,
        }
    }

    /// The places that it selects on an axis, in its order; nothing for a place out of range, or a step of 0.
    pub fn places(self, length: usize) -> Option<Vec<usize>> {
        let size = i64::try_from(length).ok()?;
        let from_start = |place: i64| if place < 0 { place.saturating_add(size) } else { place };
        match self {
            Selection::At(place) => {
                let found = from_start(place);
                (0..size).contains(&found).then(|| vec![found as usize])
            }
            Selection::Slice { start, stop, step } => {
                let step = step.unwrap_or(1);
                let (lowest, highest) = if step > 0 { (0, size) } else { (-1, size - 1) };
                let clip = |place: i64| from_start(place).clamp(lowest, highest);
                let (first, end) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
                let (start, stop) = (start.map_or(first, clip), stop.map_or(end, clip));
                let inside = |place: &i64| if step > 0 { *place < stop } else { *place > stop };
                let next = |place: &i64| place.checked_add(step);
                let places = std::iter::successors(Some(start), next).take_while(inside);
                (step != 0).then(|| places.map(|place| place as usize).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str, length: usize) -> Option<Vec<usize>> {
        Selection::read(text)?.places(length)
    }

    #[test]
    fn selects_as_numpy_does() {
        for (text, expected) in [
            ("2", vec![2]),
            ("-1", vec![4]),
            (":", vec![0, 1, 2, 3, 4]),
            ("1:-1", vec![1, 2, 3]),
            ("-9:2", vec![0, 1]),
            ("3:99", vec![3, 4]),
            ("::2", vec![0, 2, 4]),
            ("::-2", vec![4, 2, 0]),
            ("3:0:-1", vec![3, 2, 1]),
            ("2::-1", vec![2, 1, 0]),
            ("99:-99:-3", vec![4, 1]),
            ("2:1", vec![]),
        ] {
            assert_eq!(places(text, 5), Some(expected), "{text}");
        }
        for text in ["5", "-6", "::0", "", "a", "1:2:3:4", "99999999999999999999"] {
            assert_eq!(places(text, 5), None, "{text}");
        }
        assert_eq!(places("::9223372036854775807", 3), Some(vec![0]));
        assert_eq!(places("-9223372036854775808:", 3), Some(vec![0, 1, 2]));
    }
}
