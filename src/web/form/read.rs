//! From what was typed to values, or to problems in words; what was typed is always kept.

use std::collections::BTreeMap;

use civil::{Date, Instant};

use super::{Field, Form, Kind, Problems};
use crate::codes::Codes;

/// What came in, in order, exactly as typed.
#[derive(Clone, Debug, Default)]
pub struct Entry(pub Vec<(String, String)>);

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    Many(Vec<String>),
    Date(Date),
    At(Instant),
    Int(i64),
    Yes,
}

/// 入力値. What a form's fields hold after they were read; empty answers are absent.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Entry {
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    pub fn many(&self, name: &str) -> Vec<String> {
        let of = self.0.iter().filter(|(n, v)| n == name && !v.is_empty());
        of.map(|(_, v)| v.clone()).collect()
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(n, _)| n != name);
        self.0.push((name.to_owned(), value.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(n, v)| n.starts_with('_') || v.trim().is_empty())
    }
}

impl Form {
    pub fn read(&self, entry: &Entry, codes: &Codes) -> Result<Values, Problems> {
        let (mut values, mut problems) = (Values::default(), Problems::default());
        for field in &self.fields {
            match value(field, entry, codes) {
                Ok(Some(v)) => {
                    values.0.insert(field.name, v);
                }
                Ok(None) if field.required => problems.add(field.name, missing(field)),
                Ok(None) => {}
                Err(message) => problems.add(field.name, message),
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }
}

fn missing(f: &Field) -> String {
    match f.kind {
        Kind::Code(_) | Kind::Select(_) | Kind::Codes(_) | Kind::Record => {
            format!("{}を選んでください", f.label)
        }
        Kind::Yes => format!("「{}」を確かめて、印をつけてください", f.label),
        _ => format!("{}を入力してください", f.label),
    }
}

fn value(f: &Field, e: &Entry, codes: &Codes) -> Result<Option<Value>, String> {
    let raw = e.get(f.name);
    Ok(match f.kind {
        Kind::Date => date(f, e)?.map(Value::Date),
        Kind::DateTime => date_time(f, e)?.map(Value::At),
        Kind::Codes(list) => {
            let many = e.many(f.name);
            if let Some(odd) = many.iter().find(|v| !codes.has(list, v)) {
                return Err(not_listed(f, odd));
            }
            (!many.is_empty()).then_some(Value::Many(many))
        }
        Kind::Yes => (!raw.is_empty()).then_some(Value::Yes),
        _ if raw.is_empty() => None,
        Kind::Text(max) => Some(Value::Text(text(f, raw, max, false)?)),
        Kind::Long(max) => Some(Value::Text(text(f, raw, max, true)?)),
        Kind::Key(max) => Some(Value::Text(plain(f, raw, max, false)?)),
        Kind::Kana(max) => Some(Value::Text(kana(f, raw, max)?)),
        Kind::Phone => Some(Value::Text(phone(f, raw)?)),
        Kind::Time => Some(Value::Text(time(f, raw)?)),
        Kind::Number { min, max, unit } => Some(Value::Int(number(f, raw, min, max, unit)?)),
        Kind::Code(list) | Kind::Select(list) => {
            if !codes.has(list, raw) {
                return Err(not_listed(f, raw));
            }
            Some(Value::Text(raw.to_owned()))
        }
        Kind::Record | Kind::Client | Kind::Password => {
            if raw.chars().count() > 200 {
                return Err(format!("{}が長すぎます", f.label));
            }
            Some(Value::Text(raw.to_owned()))
        }
    })
}

fn not_listed(f: &Field, _odd: &str) -> String {
    format!("{}は、画面にあるものから選び直してください", f.label)
}

fn text(f: &Field, raw: &str, max: usize, lines: bool) -> Result<String, String> {
    if kana::contains_my_number(raw) {
        return Err(format!(
            "{}にマイナンバーらしい12桁の数字があります。この仕組みにはマイナンバーを入れられません。消してください",
            f.label
        ));
    }
    plain(f, raw, max, lines)
}

fn plain(f: &Field, raw: &str, max: usize, lines: bool) -> Result<String, String> {
    let n = raw.chars().count();
    if n > max {
        return Err(format!("{}は{max}文字までです（いま{n}文字）", f.label));
    }
    if raw.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'))) {
        return Err(format!("{}に使えない文字（制御文字）があります。打ち直してください", f.label));
    }
    Ok(raw.replace("\r\n", "\n"))
}

fn kana(f: &Field, raw: &str, max: usize) -> Result<String, String> {
    let raw = kana::half_to_full(&text(f, raw, max, false)?);
    if !kana::is_kana_reading(&raw) {
        return Err(format!("{}は、ひらがなかカタカナで入力してください", f.label));
    }
    Ok(kana::to_hiragana(&raw))
}

fn phone(f: &Field, raw: &str) -> Result<String, String> {
    let digits = kana::phone_key(raw);
    let shaped = raw.chars().all(|c| {
        let c = kana::digits_ascii(&c.to_string());
        c.chars().all(|c| c.is_ascii_digit() || "-ー－‐−()（） +＋.".contains(c))
    });
    if !shaped || !(10..=11).contains(&digits.len()) {
        return Err(format!("{}は、市外局番から10桁か11桁で入力してください", f.label));
    }
    Ok(kana::digits_ascii(raw))
}

fn time(f: &Field, raw: &str) -> Result<String, String> {
    let bad = || format!("{}は、9:05 のように0:00から23:59までで入力してください", f.label);
    let plain = kana::digits_ascii(raw).replace(['：', '時'], ":").replace('分', "");
    let (h, m) = match plain.split_once(':') {
        Some((h, m)) => (h.to_owned(), if m.is_empty() { "0".to_owned() } else { m.to_owned() }),
        None if plain.len() == 4 && plain.is_ascii() => {
            (plain[..2].to_owned(), plain[2..].to_owned())
        }
        None => return Err(bad()),
    };
    let h: u8 = h.trim().parse().map_err(|_| bad())?;
    let m: u8 = m.trim().parse().map_err(|_| bad())?;
    if h > 23 || m > 59 { Err(bad()) } else { Ok(format!("{h:02}:{m:02}")) }
}

fn number(f: &Field, raw: &str, min: i64, max: i64, unit: &str) -> Result<i64, String> {
    let plain = kana::digits_ascii(raw).replace([',', '，'], "");
    let plain = plain.trim().trim_end_matches(unit).trim();
    let n: i64 =
        plain.parse().map_err(|_| format!("{}は、数字（整数）で入力してください", f.label))?;
    if n < min || n > max {
        return Err(format!("{}は{min}から{max}{unit}までで入力してください", f.label));
    }
    Ok(n)
}

/// Era and three fields (`x_era x_y x_m x_d`), or one field in any notation (`x`).
fn date(f: &Field, e: &Entry) -> Result<Option<Date>, String> {
    let part = |p: &str| e.get(&format!("{}_{p}", f.name)).to_owned();
    let say = |m: String| format!("{}に、実際にある日付を入力してください。{m}", f.label);
    let whole = e.get(f.name);
    if !whole.is_empty() {
        return civil::parse_date(whole).map(Some).map_err(|x| say(x.to_string()));
    }
    civil::parse_era_parts(&part("era"), &part("y"), &part("m"), &part("d"))
        .map_err(|x| say(x.to_string()))
}

/// A date as above and `x_t` for the time of day.
fn date_time(f: &Field, e: &Entry) -> Result<Option<Instant>, String> {
    let whole = e.get(f.name);
    if let Ok(at) = civil::parse_datetime(whole) {
        return Ok(Some(Instant::from_civil(at)));
    }
    let Some(on) = date(f, e)? else { return Ok(None) };
    let raw = e.get(&format!("{}_t", f.name)).to_owned();
    if raw.is_empty() {
        return Err(format!("{}の時刻を入力してください（例 9:05）", f.label));
    }
    let t = time(f, &raw)?;
    let (h, m) = t.split_once(':').unwrap_or(("0", "0"));
    let at = on.at(h.parse().unwrap_or(0), m.parse().unwrap_or(0), 0, 0);
    Ok(Some(Instant::from_civil(at)))
}

impl Values {
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(Value::Text(t)) => t,
            _ => "",
        }
    }

    /// The text, or nothing where the field was left empty.
    pub fn opt(&self, name: &str) -> Option<String> {
        match self.0.get(name) {
            Some(Value::Text(t)) => Some(t.clone()),
            _ => None,
        }
    }

    pub fn many(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(Value::Many(m)) => m,
            _ => &[],
        }
    }

    pub fn date(&self, name: &str) -> Option<Date> {
        match self.0.get(name) {
            Some(Value::Date(d)) => Some(*d),
            _ => None,
        }
    }

    pub fn at(&self, name: &str) -> Option<Instant> {
        match self.0.get(name) {
            Some(Value::At(t)) => Some(*t),
            _ => None,
        }
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        match self.0.get(name) {
            Some(Value::Int(n)) => Some(*n),
            _ => None,
        }
    }

    /// The numbers given in fields that begin so: (the rest of the name, number).
    pub fn ints<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, i64)> {
        self.0.iter().filter_map(move |(name, value)| match value {
            Value::Int(n) => Some((name.strip_prefix(prefix)?, *n)),
            _ => None,
        })
    }

    pub fn yes(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Yes)
    }

    /// The answers of these fields alone: what goes into one row of several.
    pub fn only(&self, names: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(n, _)| names.contains(n));
        Self(kept.map(|(n, v)| (*n, v.clone())).collect())
    }

    pub fn put_text(&mut self, name: &'static str, text: &str) {
        self.0.insert(name, Value::Text(text.to_owned()));
    }

    pub fn put_yes(&mut self, name: &'static str) {
        self.0.insert(name, Value::Yes);
    }

    pub fn is_given(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// As the database keeps it: dates and instants as ISO text, numbers as integers, yes as 1.
    pub fn arg(&self, field: &Field) -> crate::store::Arg<'_> {
        use crate::store::Arg;
        let text = |t: String| Arg::Text(Some(t.into()));
        match (self.0.get(field.name), field.kind) {
            (Some(Value::Text(t)), _) => Arg::Text(Some(t.as_str().into())),
            (Some(Value::Many(m)), _) => text(m.join(",")),
            (Some(Value::Date(d)), _) => text(d.to_string()),
            (Some(Value::At(t)), _) => text(t.to_string()),
            (Some(Value::Int(n)), _) => Arg::Int(Some(*n)),
            (Some(Value::Yes), _) => Arg::Int(Some(1)),
            (None, Kind::Yes) => Arg::Int(Some(0)),
            (None, Kind::Number { .. }) => Arg::Int(None),
            (None, _) => Arg::Text(None),
        }
    }
}
