//! Settings by name and text, as operators say them: `GUSTNADO_HEAD_TIME=5s`. Pure: it must not know
//! where they come from, nor what they are for.

use std::{ffi::OsString, time::Duration};

use crate::limits::{Kind, Limits};

/// Begins the name of each.
const PREFIX: &str = "GUSTNADO_";

/// What was set, and what could not be.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// How many workers to start.
    pub(crate) workers: Option<usize>,
    /// In how many processes.
    pub(crate) processes: Option<usize>,
    /// Bounds, by name.
    limits: Vec<(&'static str, Value)>,
    /// Variables that set nothing, with what is wrong with each.
    /// By name.
    pub(crate) problems: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Time(Duration),
    Number(u64),
}

impl Settings {
    /// Reads those of the variables that are ours.
    pub(crate) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut settings = Self::default();
        let ours = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with(PREFIX) && !is_of_kubernetes(name));
        for (name, value) in ours {
            if let Err(problem) = settings.set(&name, value) {
                let problems = &mut settings.problems;
                let at = problems.partition_point(|(other, _)| *other < name);
                problems.insert(at, (name, problem));
            }
        }
        settings
    }

    fn set(&mut self, name: &str, value: OsString) -> Result<(), String> {
        let value = value.into_string().map_err(|_| "is not UTF-8".to_owned())?;
        let wrong = |what: String| format!("{value:?} is no {what}");
        let force = match name {
            "GUSTNADO_WORKERS" => Some(&mut self.workers),
            "GUSTNADO_PROCESSES" => Some(&mut self.processes),
            _ => None,
        };
        if let Some(force) = force {
            let count = count(&value).map_err(wrong)?;
            *force = Some(usize::try_from(count).map_err(|_| wrong("such number".into()))?);
            return Ok(());
        }
        let mut limits = Limits::default();
        let mut bounds = limits.by_name().into_iter();
        let Some((field, mut bound)) = bounds.find(|(field, _)| variable(field) == name) else {
            return Err(unknown(name));
        };
        let parsed = match bound.kind() {
            Kind::Time => time(&value).map(Value::Time),
            Kind::Bytes => bytes(&value).map(Value::Number),
            Kind::Count => count(&value).map(Value::Number),
        };
        let parsed = parsed.map_err(wrong)?;
        if let Value::Number(number) = parsed
            && !bound.set_number(number)
        {
            return Err(format!("{value:?} is more than it can be"));
        }
        self.limits.push((field, parsed));
        tracing::info!(name, value, "set by the environment");
        Ok(())
    }

    /// Puts the bounds that were set in the place of others.
    pub(crate) fn apply(&self, limits: &mut Limits) {
        for (name, mut bound) in limits.by_name() {
            for (_, value) in self.limits.iter().filter(|(set, _)| *set == name) {
                match *value {
                    Value::Time(time) => bound.set_time(time),
                    Value::Number(number) => _ = bound.set_number(number),
                }
            }
        }
    }
}

/// Kubernetes sets variables that say where a service is, by the name of the service. One may be
/// named `gustnado`.
fn is_of_kubernetes(name: &str) -> bool {
    let ends = ["_SERVICE_HOST", "_PORT"];
    ends.iter().any(|end| name.ends_with(end))
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_")
}

/// The variable that sets a bound.
fn variable(field: &str) -> String {
    format!("{PREFIX}{}", field.to_uppercase())
}

fn unknown(name: &str) -> String {
    let mut limits = Limits::default();
    let fields = limits.by_name().into_iter().map(|(field, _)| field);
    let known = fields.chain(["workers", "processes"]).map(variable);
    let nearest = known.map(|known| (distance(&known, &name.to_uppercase()), known));
    let nearest = nearest.min();
    match nearest {
        Some((distance, known)) if distance <= 3 => {
            format!("is no setting; did you mean {known}?")
        }
        _ => "is no setting; there is one for each of the limits, and GUSTNADO_WORKERS".to_owned(),
    }
}

/// How many characters have to be put in, taken out or replaced (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, a) in one.bytes().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (left, b) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[left + 1];
            row[left + 1] = replaced.min(diagonal + 1).min(row[left] + 1);
        }
    }
    row[other.len()]
}

fn time(text: &str) -> Result<Duration, String> {
    let expected = || "time: one is written 250ms, 10s, 5m or 1h".to_owned();
    let (number, unit) = split(text).ok_or_else(expected)?;
    let of = |millis: u64| number.checked_mul(millis).map(Duration::from_millis);
    let time = match unit {
        "ms" => of(1),
        "s" => of(1000),
        "m" => of(60_000),
        "h" => of(3_600_000),
        "" if number == 0 => of(0),
        _ => None,
    };
    time.ok_or_else(expected)
}

fn bytes(text: &str) -> Result<u64, String> {
    let expected = || "number of bytes: one is written 65536, 64KiB or 16MiB".to_owned();
    let (number, unit) = split(text).ok_or_else(expected)?;
    let factor = match &*unit.to_ascii_lowercase() {
        "" | "b" => 1,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return Err(expected()),
    };
    number.checked_mul(factor).ok_or_else(expected)
}

fn count(text: &str) -> Result<u64, String> {
    let number = split(text).filter(|(_, unit)| unit.is_empty());
    let number = number.map(|(number, _)| number);
    number.ok_or_else(|| "number: one is written 1000".to_owned())
}

/// A number and what stands behind it.
fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Settings {
        Settings::read(
            variables
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        )
    }

    #[test]
    fn times_are_read() {
        let millis = |millis| Some(Duration::from_millis(millis));
        let table = [
            ("250ms", millis(250)),
            ("10s", millis(10_000)),
            (" 10 s ", millis(10_000)),
            ("5m", millis(300_000)),
            ("1h", millis(3_600_000)),
            ("0", millis(0)),
            ("10", None),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("1d", None),
            ("18446744073709551615h", None),
            ("99999999999999999999s", None),
        ];
        for (text, expected) in table {
            assert_eq!(time(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_read() {
        let table = [
            ("0", Some(0), Some(0)),
            ("65536", Some(65_536), Some(65_536)),
            ("64KiB", Some(65_536), None),
            ("64 kib", Some(65_536), None),
            ("16MiB", Some(16 << 20), None),
            ("1GiB", Some(1 << 30), None),
            ("12B", Some(12), None),
            ("64KB", None, None),
            ("64K", None, None),
            ("-1", None, None),
            ("1e3", None, None),
            ("", None, None),
            ("18446744073709551615GiB", None, None),
        ];
        for (text, size, number) in table {
            assert_eq!(bytes(text).ok(), size, "{text}");
            assert_eq!(count(text).ok(), number, "{text}");
        }
    }

    #[test]
    fn each_bound_has_a_variable_that_sets_it_alone() {
        let mut names = Limits::default();
        for (name, bound) in names.by_name() {
            let text = match bound.kind() {
                Kind::Time => "17ms",
                Kind::Bytes | Kind::Count => "17",
            };
            let settings = read(&[(&*variable(name), text)]);
            assert_eq!(settings.problems, [], "{name}");
            let mut limits = Limits::default();
            settings.apply(&mut limits);
            let before = format!("{:?}", Limits::default());
            let after = format!("{limits:?}");
            let changed = before.split(", ").zip(after.split(", "));
            let changed: Vec<_> = changed.filter(|(one, other)| one != other).collect();
            let [(_, now)] = changed[..] else {
                panic!("{name} sets {changed:?}");
            };
            assert!(now.contains(&format!("{name}: 17")), "{name} sets {now}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        let settings = read(&[
            ("GUSTNADO_HEAD_TIME", "5 parsecs"),
            ("GUSTNADO_BODY", "64KB"),
            ("GUSTNADO_HEADERS", "many"),
            ("GUSTNADO_STREAMS", "4294967296"),
            ("GUSTNADO_HEAD_TIMES", "5s"),
            ("GUSTNADO_COLOUR", "blue"),
            ("GUSTNADO_WORKERS", "-1"),
            ("GUSTNADO_workers", "1"),
            ("GUSTNADO_PROCESS", "1"),
            ("GUSTNADO_IDLE_TIME", "5s"),
            ("HEAD_TIME", "nonsense"),
            ("GUSTNADO_SERVICE_HOST", "10.0.0.1"),
            ("GUSTNADO_APP_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("GUSTNADO_PORT", "tcp://10.0.0.1:80"),
        ]);
        let told: Vec<String> = settings
            .problems
            .iter()
            .map(|(name, problem)| format!("{name} {problem}"))
            .collect();
        let expected = [
            "GUSTNADO_BODY \"64KB\" is no number of bytes: one is written 65536, 64KiB or 16MiB",
            "GUSTNADO_COLOUR is no setting; there is one for each of the limits, and GUSTNADO_WORKERS",
            "GUSTNADO_HEADERS \"many\" is no number: one is written 1000",
            "GUSTNADO_HEAD_TIME \"5 parsecs\" is no time: one is written 250ms, 10s, 5m or 1h",
            "GUSTNADO_HEAD_TIMES is no setting; did you mean GUSTNADO_HEAD_TIME?",
            "GUSTNADO_PROCESS is no setting; did you mean GUSTNADO_PROCESSES?",
            "GUSTNADO_STREAMS \"4294967296\" is more than it can be",
            "GUSTNADO_WORKERS \"-1\" is no number: one is written 1000",
            "GUSTNADO_workers is no setting; did you mean GUSTNADO_WORKERS?",
        ];
        assert_eq!(told, expected);
        let mut limits = Limits::default();
        settings.apply(&mut limits);
        assert_eq!(limits.idle_time, Duration::from_secs(5));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_told() {
        use std::os::unix::ffi::OsStringExt;
        let value = OsString::from_vec(vec![0xff]);
        let settings = Settings::read([("GUSTNADO_BODY".into(), value)]);
        let problem = ("GUSTNADO_BODY".to_owned(), "is not UTF-8".to_owned());
        assert_eq!(settings.problems, [problem]);
    }

    #[test]
    fn names_are_as_far_apart_as_typing_errors() {
        let table = [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "ab", 1),
            ("ab", "xabc", 2),
            ("", "abc", 3),
        ];
        for (one, other, expected) in table {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
