//! What the files say about a person, as the rows of the folder's forms.

use civil::{Date, Instant, SchoolGrade, school_grade_on};

use super::data::Ward;
use super::life::{Life, at};
use super::offsets;
use crate::web::Entry;

/// 台帳の一行: which part, from when, when it was typed in.
pub(super) struct Row {
    pub part: &'static str,
    pub from: Date,
    pub typed: Instant,
    pub entry: Entry,
}

/// Days after which a row cannot have been known.
const KNOWN_BY: &[&str] = &["checked_on", "issued_on", "diagnosed_on"];
/// Parts whose rows the files write out; the others are made from the short notations.
const WRITTEN: &[&str] = &[
    "contact",
    "caution",
    "whereabouts",
    "timetable",
    "carer",
    "sibling",
    "certificate",
    "diagnosis",
    "condition",
    "care",
    "device",
    "allergy",
];
const STREETS: &[(&str, &str)] = &[
    ("east", "若葉町"),
    ("west", "夕日台"),
    ("south", "港町"),
    ("north", "北の森"),
    ("central", "緑町"),
];

/// Name, birth and residence: what a person is enrolled with.
pub(super) fn basics(life: &Life<'_>, n: usize) -> [(&'static str, Entry); 3] {
    let c = life.client;
    let split = |text: &str| -> (String, String) {
        let (a, b) = text.split_once(' ').unwrap_or((text, ""));
        (a.to_owned(), b.to_owned())
    };
    let ((family, given), (family_kana, given_kana)) = (split(&c.name), split(&c.kana));
    let name = [
        ("family", family),
        ("given", given),
        ("family_kana", family_kana),
        ("given_kana", given_kana),
    ];
    let text = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
    let birth = [
        ("born_on", text(life.born)),
        ("expected_on", text(life.expected)),
        ("sex", c.sex.clone()),
        ("gestation_weeks", number(c.weeks)),
        ("birth_weight_g", number(c.weight)),
    ];
    let street = STREETS.iter().find(|(area, _)| *area == c.area).map_or("緑町", |s| s.1);
    let made = format!("みどり区{street}{}丁目{}番{}号", n % 4 + 1, n % 17 + 1, n % 9 + 1);
    let residence = [
        ("area", c.area.clone()),
        ("postal", format!("000-{:04}", 10 + n)),
        ("address", c.address.clone().unwrap_or(made)),
        ("building", c.building.clone().unwrap_or_default()),
    ];
    [("name", entry(&name)), ("birth", entry(&birth)), ("residence", entry(&residence))]
}

/// Everything else of the folder. `number_of` knows the numbers of siblings who are clients.
pub(super) fn rows(
    life: &Life<'_>,
    ward: &Ward,
    today: Date,
    number_of: impl Fn(&str) -> String,
) -> Result<Vec<Row>, String> {
    let mut all = carers(life, today)?;
    all.extend(physicians(life, ward));
    all.extend(schools(life, ward, today));
    if life.client.rows(ward, "whereabouts").is_empty() {
        let kind = if life.born.is_none() { "unborn" } else { "home" };
        all.push(row(life, "whereabouts", entry(&[("kind", kind.to_owned())])));
    }
    for part in WRITTEN {
        for table in life.client.rows(ward, part) {
            let written = written(life, part, table, today, &number_of);
            all.push(written.map_err(|why| format!("sample: {}: {why}", life.client.key))?);
        }
    }
    Ok(all)
}

fn entry(pairs: &[(&str, String)]) -> Entry {
    let given = pairs.iter().filter(|(_, v)| !v.is_empty());
    Entry(given.map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
}

fn row(life: &Life<'_>, part: &'static str, entry: Entry) -> Row {
    Row { part, from: life.enrolled, typed: life.entered, entry }
}

/// A row of the file: `@` marks a day, `#` the key of another person.
fn written(
    life: &Life<'_>,
    part: &'static str,
    table: &toml::Table,
    today: Date,
    number_of: impl Fn(&str) -> String,
) -> Result<Row, String> {
    let mut row = row(life, part, Entry::default());
    for (field, value) in table {
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Boolean(yes) => if *yes { "1" } else { "" }.to_owned(),
            other => other.to_string(),
        };
        let day = text.strip_prefix('@').map(|t| offsets::day(t, today)).transpose()?;
        if let Some(day) = day {
            let late = field == "from" || KNOWN_BY.contains(&field.as_str());
            if late && day > row.from {
                row.from = day;
                row.typed = row.typed.max(at(day, 16, 10));
            }
        }
        let other = text.strip_prefix('#').map(&number_of);
        let value = day.map(|d| d.to_string()).or(other).unwrap_or(text);
        if !value.is_empty() && field != "from" && field != "until" {
            row.entry.set(field, value);
        }
    }
    Ok(row)
}

/// 「姓 名 せい めい」, then how the person works, `night`, `apart`, when a leave ends (`+60d`) and a
/// telephone.
fn carers(life: &Life<'_>, today: Date) -> Result<Vec<Row>, String> {
    let c = life.client;
    let who = [
        ("mother", &c.mother),
        ("father", &c.father),
        ("grandmother", &c.grandmother),
        ("spouse", &c.wife),
    ];
    let mut rows = vec![];
    for (relation, text) in who {
        let words: Vec<&str> = text.as_deref().unwrap_or_default().split(' ').collect();
        let &[family, given, family_kana, given_kana, ref rest @ ..] = words.as_slice() else {
            continue;
        };
        let has = |word: &str| if rest.contains(&word) { "1" } else { "" }.to_owned();
        let phone = rest.iter().find(|w| w.starts_with('0')).copied().unwrap_or_default();
        let work = ["full", "part", "leave", "self", "none", "seeking"];
        let work = rest.iter().find(|w| work.contains(w)).copied().unwrap_or_default();
        let until = rest.iter().find(|w| w.starts_with('+'));
        let until = until.map(|w| offsets::day(w, today)).transpose()?;
        let parent = matches!(relation, "mother" | "father");
        let yes = |is: bool| if is { "1" } else { "" }.to_owned();
        let fields = [
            ("name", format!("{family} {given}")),
            ("kana", format!("{family_kana} {given_kana}")),
            ("relation", relation.to_owned()),
            ("guardian", yes(parent)),
            ("together", yes(!rest.contains(&"apart"))),
            ("night_care", has("night")),
            ("work", work.to_owned()),
            ("leave_until", until.map(|d| d.to_string()).unwrap_or_default()),
            ("phone", phone.to_owned()),
        ];
        rows.push(row(life, "carer", entry(&fields)));
        if rows.len() == 1 && c.rows_of_own("contact").is_empty() {
            let owner = if relation == "mother" { "母の携帯" } else { "家族" };
            let contact = [("owner", owner.to_owned()), ("phone", phone.to_owned())];
            rows.push(row(life, "contact", entry(&contact)));
        }
    }
    Ok(rows)
}

/// 「機関 診療科 医師 role 間隔」.
fn physicians(life: &Life<'_>, ward: &Ward) -> Vec<Row> {
    let mut rows = vec![];
    for text in &life.client.doctor {
        let mut words = text.splitn(5, ' ');
        let mut next = || words.next().unwrap_or_default().to_owned();
        let (key, department, name, role, interval) = (next(), next(), next(), next(), next());
        let Some(hospital) = ward.organisation(&key) else { continue };
        let fields = [
            ("hospital", hospital.name.clone()),
            ("department", department),
            ("name", name),
            ("role", role),
            ("phone", hospital.phone.clone()),
            ("interval", interval),
        ];
        rows.push(row(life, "physician", entry(&fields)));
    }
    rows
}

/// 「機関 kind flags」: nurse, accompany, planned, visits.
fn schools(life: &Life<'_>, ward: &Ward, today: Date) -> Vec<Row> {
    let mut rows = vec![];
    for text in &life.client.school {
        let words: Vec<&str> = text.split(' ').collect();
        let &[key, kind, ref flags @ ..] = words.as_slice() else { continue };
        let Some(school) = ward.organisation(key) else { continue };
        let yes = |word: &str| if flags.contains(&word) { "1" } else { "" }.to_owned();
        let attendance = ["planned", "visits", "absent"];
        let attendance =
            flags.iter().find(|f| attendance.contains(f)).copied().unwrap_or("attends");
        let grade = life.born.map(|b| school_grade_on(b, today)).filter(|g| {
            let before = matches!(g, SchoolGrade::BeforeSchool(1..=3));
            let pupil = !matches!(g, SchoolGrade::BeforeSchool(_) | SchoolGrade::After);
            let services = ["child_development", "after_school", "day_care"];
            (before || pupil) && attendance != "planned" && !services.contains(&kind)
        });
        let fields = [
            ("kind", kind.to_owned()),
            ("place", school.name.clone()),
            ("grade", grade.map(SchoolGrade::label).unwrap_or_default()),
            ("attendance", attendance.to_owned()),
            ("nurse", yes("nurse")),
            ("accompany", yes("accompany")),
        ];
        rows.push(row(life, "enrolment", entry(&fields)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::clients::parts;
    use crate::codes::Codes;
    use crate::sample::luck::Luck;

    #[test]
    fn every_row_is_read_by_the_form_of_its_part() {
        let (ward, codes) = (Ward::read().unwrap(), Codes::official().unwrap());
        let today = date(2026, 11, 21);
        let mut n = 0;
        for (at, life) in Life::all(&ward, today, &mut Luck::new(1)).unwrap().iter().enumerate() {
            let rows = rows(life, &ward, today, |_| "M-00013".into()).unwrap();
            let basics = basics(life, at).map(|(part, entry)| (part, entry));
            let all = rows.into_iter().map(|r| (r.part, r.entry)).chain(basics);
            for (part, entry) in all {
                let form = &parts::find(part).unwrap().form;
                let bad = form.read(&entry, &codes).err();
                assert_eq!(bad, None, "{} {part}", life.client.key);
                let known = |name: &str| form.field(name).is_some();
                let odd = entry.0.iter().find(|(name, _)| !known(name));
                assert_eq!(odd, None, "{} {part}", life.client.key);
                n += 1;
            }
        }
        assert!(n > 900, "{n}");
    }
}
