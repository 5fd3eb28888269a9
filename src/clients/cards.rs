//! The folder as cards: one a subject, its lines in words, what runs out soon marked.

use super::custody;
use super::facts::{Due, Folder, due};
use super::parts::PartRow;
use super::power::{self, Device};
use super::who::era;

/// 台帳のカード. Where `seen` is false the consent does not cover it.
#[derive(Clone, Debug, Default)]
pub struct Card {
    pub id: &'static str,
    pub title: &'static str,
    /// The parts it is made of, each with the words of its link.
    pub parts: Vec<(&'static str, &'static str)>,
    pub seen: bool,
    pub lines: Vec<Line>,
}

/// カードの一行.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub head: String,
    pub sub: Vec<String>,
    /// (chip class, words)
    pub chip: Option<(&'static str, String)>,
}

/// 注意. One box of the strip on top.
#[derive(Clone, Debug)]
pub struct Alert {
    pub bad: bool,
    pub key: &'static str,
    pub what: String,
    pub sub: String,
}

pub fn care(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("care", r, field);
        let times = t("times_a_day");
        let times = if times.is_empty() { times } else { format!("1日{times}") };
        let mark = |field: &str, words: &str| mark(r, field, words);
        let sub = [times, mark("always", "常時・継続"), mark("night", "夜間も"), t("settings")];
        Line { head: t("kind"), sub: kept(sub), chip: None }
    };
    card(f, "care", "医療的ケア", "care", &[("care", "医療的ケア")], line)
}

pub fn devices(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("device", r, field);
        let minutes = power::minutes(&Device::of(r));
        let battery = minutes.map_or_else(
            || "電池の時間は未登録".to_owned(),
            |m| format!("電池で{}", power::hours(m)),
        );
        let checked = t("checked_on");
        let checked = if checked.is_empty() { checked } else { format!("{checked}確認") };
        let supplier = format!("{} {}", t("supplier"), t("supplier_phone"));
        let sub = [t("watts"), battery, checked, supplier.trim().to_owned(), t("settings")];
        let chip = minutes.is_none().then(|| ("ask", "電池を確かめる".to_owned()));
        Line { head: join([t("kind"), t("model")]), sub: kept(sub), chip }
    };
    let mut card = card(f, "devices", "医療機器と電源", "care", &[("device", "機器と電源")], line);
    // What keeps somebody breathing stands first.
    let first = f.of("device").iter().position(|r| r.raw("kind") == "ventilator");
    if let Some(at) = first {
        card.lines[..=at].rotate_right(1);
    }
    card
}

pub fn family(f: &Folder) -> Card {
    let carer = |r: &PartRow| {
        let t = |field: &str| Folder::text("carer", r, field);
        let guardian = mark(r, "guardian", "保護者");
        let leave = t("leave_until");
        let leave = if leave.is_empty() { leave } else { format!("休業は{leave}まで") };
        let night = mark(r, "night_care", "夜間のケアをしている");
        let work = t("work");
        let work = if work.is_empty() { work } else { format!("仕事 {work}") };
        let custody = t("custody");
        let custody = if custody.is_empty() { custody } else { format!("親権 {custody}") };
        let sub = [guardian, custody, night, work, leave, t("phone"), t("note")];
        let chip = match custody::is_barred(r) {
            true => Some(("bad", "情報を伝えない".to_owned())),
            false => chip(r.raw("leave_until"), f, "休業が終わった", "休業の終わりまで"),
        };
        Line { head: join([t("relation"), t("name")]), sub: kept(sub), chip }
    };
    let sibling = |r: &PartRow| {
        let t = |field: &str| Folder::text("sibling", r, field);
        let age =
            r.raw("born_on").parse().map_or_else(|_| String::new(), |b| civil::age_text(b, f.on));
        let sub = kept([age, t("place")]);
        Line { head: format!("きょうだい {}", t("name")), sub, chip: None }
    };
    let links = [("carer", "保護者・介護者"), ("sibling", "きょうだい")];
    let mut card = card(f, "family", "家族", "family", &links, carer);
    card.lines.extend(f.of("sibling").iter().map(sibling));
    card
}

pub fn whereabouts(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("whereabouts", r, field);
        let until = t("expected_until");
        let until = if until.is_empty() { until } else { format!("{until}まで（予定）") };
        let sub = kept([format!("{}から", era(&r.valid_from)), until, t("reason")]);
        Line { head: join([t("kind"), t("place")]), sub, chip: None }
    };
    let links = [("whereabouts", "居場所"), ("timetable", "一週間の居場所")];
    card(f, "where", "居場所と一週間", "care", &links, line)
}

pub fn physicians(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("physician", r, field);
        let sub = kept([t("role"), t("name"), t("phone"), t("interval")]);
        Line { head: join([t("hospital"), t("department")]), sub, chip: None }
    };
    card(f, "physicians", "主治医", "care", &[("physician", "主治医")], line)
}

pub fn school(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("enrolment", r, field);
        let nurse = mark(r, "nurse", "看護師がいる");
        let accompany = mark(r, "accompany", "家族の付き添いが要る");
        let sub = kept([t("kind"), t("attendance"), nurse, accompany]);
        Line { head: join([t("place"), t("grade")]), sub, chip: None }
    };
    card(f, "school", "園・学校", "care", &[("enrolment", "園・学校")], line)
}

pub fn certificates(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("certificate", r, field);
        let expires = t("expires_on");
        let expires = if expires.is_empty() { expires } else { format!("{expires}まで") };
        let chip = chip(r.raw("expires_on"), f, "期限切れ", "期限まで");
        Line { head: join([t("kind"), t("grade")]), sub: kept([expires]), chip }
    };
    let links = [("certificate", "手帳・受給者証")];
    card(f, "certificates", "手帳・受給者証", "identity", &links, line)
}

pub fn illness(f: &Folder) -> Card {
    let line = |r: &PartRow| {
        let t = |field: &str| Folder::text("diagnosis", r, field);
        let sub = kept([mark(r, "main", "おもな病名"), t("designated"), t("note")]);
        Line { head: t("name"), sub, chip: None }
    };
    let allergy = |r: &PartRow| {
        let t = |field: &str| Folder::text("allergy", r, field);
        let sub = kept([t("reaction"), t("severity")]);
        Line { head: format!("アレルギー {}", t("substance")), sub, chip: None }
    };
    let body = |r: &PartRow| {
        let t = |field: &str| Folder::text("condition", r, field);
        let sub = kept([mark(r, "smid", "重症心身障害"), t("note")]);
        Line { head: format!("動き {}", t("mobility")), sub, chip: None }
    };
    let links = [("diagnosis", "病名"), ("condition", "からだの状態"), ("allergy", "アレルギー")];
    let mut card = card(f, "illness", "病名とからだ", "care", &links, line);
    card.lines.extend(f.of("condition").iter().map(body));
    card.lines.extend(f.of("allergy").iter().map(allergy));
    card
}

/// Where somebody lives and how to reach the family. `hidden`: somebody looks for the address; the
/// folder says whether the actor is among those who may not know it.
pub fn home(f: &Folder, hidden: bool) -> Card {
    if f.hidden {
        let line = Line { head: "住所と電話は非開示です".to_owned(), ..Line::default() };
        let mut card =
            card(f, "home", "連絡先と住まい", "identity", &[], |_| Line::default());
        card.lines.push(line);
        return card;
    }
    let contact = |r: &PartRow| {
        let t = |field: &str| Folder::text("contact", r, field);
        Line { head: join([t("owner"), t("phone")]), sub: kept([t("note")]), chip: None }
    };
    let links = [("contact", "連絡先"), ("residence", "住まい")];
    let mut card = card(f, "home", "連絡先と住まい", "identity", &links, contact);
    for r in f.of("residence") {
        let t = |field: &str| Folder::text("residence", r, field);
        let chip = hidden.then(|| ("bad", "住所は非開示。口頭でも伝えない".to_owned()));
        let sub = kept([t("area"), t("building")]);
        card.lines.push(Line { head: join([t("postal"), t("address")]), sub, chip });
    }
    card
}

/// To whom nothing is said: said first, to the staff alone.
pub fn barred(f: &Folder) -> Vec<Alert> {
    let rows = f.of("carer").iter().filter(|r| custody::is_barred(r));
    let alert = |r: &PartRow| {
        let t = |field: &str| Folder::text("carer", r, field);
        let sub =
            if r.raw("custody") == "no" { "親権がない".to_owned() } else { String::new() };
        Alert {
            bad: true, key: "情報を伝えない", what: join([t("relation"), t("name")]), sub
        }
    };
    rows.map(alert).collect()
}

/// Monday to Sunday: (day, where at which hours).
pub fn week(f: &Folder) -> Vec<(String, Vec<String>)> {
    let mut days: Vec<(String, String, Vec<String>)> = vec![];
    let mut slots: Vec<&PartRow> = f.of("timetable").iter().collect();
    slots.sort_by_key(|r| r.raw("starts").to_owned());
    for r in slots {
        let t = |field: &str| Folder::text("timetable", r, field);
        let words = format!("{}〜{} {}", t("starts"), t("ends"), t("place"));
        match days.iter_mut().find(|(code, ..)| code == r.raw("weekday")) {
            Some((_, _, all)) => all.push(words),
            None => days.push((r.raw("weekday").to_owned(), t("weekday"), vec![words])),
        }
    }
    days.sort_by_key(|(_, label, _)| "月火水木金土日".find(label.chars().next().unwrap_or('?')));
    days.into_iter().map(|(_, label, all)| (label, all)).collect()
}

/// What must be known before anything else is done.
pub fn alerts(f: &Folder) -> Vec<Alert> {
    let mut out = vec![];
    let devices: Vec<Device> = f.of("device").iter().map(Device::of).collect();
    if let Some(r) = f.of("care").iter().find(|r| r.raw("kind") == "ventilator") {
        let t = |field: &str| Folder::text("care", r, field);
        let what = match mark(r, "always", "常時").as_str() {
            "" => mark(r, "night", "夜間"),
            always => always.to_owned(),
        };
        let what = if what.is_empty() { "使っている".to_owned() } else { what };
        out.push(Alert { bad: true, key: "人工呼吸器", what, sub: t("settings") });
    }
    out.extend(power_alert(&devices));
    let allergies: Vec<String> =
        f.of("allergy").iter().map(|r| Folder::text("allergy", r, "substance")).collect();
    if !allergies.is_empty() {
        let what = allergies.join("、");
        let reactions = f.of("allergy").iter().map(|r| Folder::text("allergy", r, "reaction"));
        let sub = kept(reactions).join("、");
        out.push(Alert { bad: true, key: "アレルギー", what, sub });
    }
    for r in f.of("caution") {
        let what = Folder::text("caution", r, "text");
        out.push(Alert { bad: false, key: "伝えるときの配慮", what, sub: String::new() });
    }
    out
}

fn power_alert(devices: &[Device]) -> Option<Alert> {
    if devices.is_empty() {
        return None;
    }
    let p = power::power(devices);
    let mut sub = vec![];
    if let Some((kind, _)) = &p.shortest {
        sub.push(format!("先に止まるのは{kind}"));
    }
    if !p.unknown.is_empty() {
        sub.push(format!("電池がわからない機器：{}", p.unknown.join("、")));
    }
    if p.watts > 0 {
        let rest = if p.watts_unknown > 0 { "（わかる分）" } else { "" };
        sub.push(format!("合わせて{}W{rest}", p.watts));
    }
    let what = p.shortest.map_or_else(
        || "わからない。電池を確かめる".to_owned(),
        |(_, minutes)| power::hours(minutes),
    );
    Some(Alert { bad: true, key: "停電時の電源", what, sub: sub.join("／") })
}

fn card(
    f: &Folder,
    id: &'static str,
    title: &'static str,
    category: &str,
    parts: &[(&'static str, &'static str)],
    line: impl Fn(&PartRow) -> Line,
) -> Card {
    let first = parts.first().map_or("", |p| p.0);
    Card {
        id,
        title,
        parts: parts.to_vec(),
        seen: f.may.see(category),
        lines: f.of(first).iter().map(line).collect(),
    }
}

fn chip(date: &str, f: &Folder, over: &str, soon: &str) -> Option<(&'static str, String)> {
    match due(date, f.on)? {
        Due::Over(days) => Some(("bad", format!("{over}（{days}日前）"))),
        Due::Soon(days) => Some(("warn", format!("{soon}あと{days}日"))),
        Due::Later => None,
    }
}

/// The words where a yes was given: an empty answer is not a no.
fn mark(row: &PartRow, field: &str, words: &str) -> String {
    if row.raw(field) == "1" { words.to_owned() } else { String::new() }
}

fn kept(all: impl IntoIterator<Item = String>) -> Vec<String> {
    all.into_iter().filter(|s| !s.is_empty()).collect()
}

fn join(all: impl IntoIterator<Item = String>) -> String {
    kept(all).join(" ")
}
