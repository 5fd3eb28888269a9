//! The data files of the sample ward, as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;

include!(concat!(env!("OUT_DIR"), "/sample.rs"));

/// みどり区（架空）: all files of `sample/` together.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Ward {
    pub place: String,
    pub prefecture: String,
    /// (area, name)
    pub branches: Vec<(String, String)>,
    pub organisations: Vec<Organisation>,
    pub staff: Vec<Member>,
    pub coordinators: Vec<Profile>,
    pub leaves: Vec<Leave>,
    pub transfers: Vec<Transfer>,
    pub profiles: BTreeMap<String, Care>,
    pub clients: Vec<Client>,
    /// Consultations a month, the oldest month first.
    pub months: Vec<usize>,
    /// Code list -> code -> how often.
    pub weights: BTreeMap<String, BTreeMap<String, usize>>,
    pub phrases: Vec<Topic>,
    pub notes: Vec<Note>,
    pub reasons: Vec<String>,
    pub emergencies: Vec<Emergency>,
    pub advisers: Vec<Adviser>,
    pub questions: Vec<Asked>,
    pub confirmed: Vec<Confirmed>,
    pub applied: Vec<Applied>,
    pub used: Vec<Used>,
    pub granted: Vec<Granted>,
}

/// 利用 on some days in a row, or booked where the days are still to come.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Used {
    pub client: String,
    pub programme: String,
    pub days: i64,
    pub times: i64,
    pub from: String,
    pub to: String,
}

/// 補助金 of a body, with its answers to the programme's questions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Granted {
    pub programme: String,
    pub body: String,
    pub days: i64,
    pub requested: i64,
    #[serde(default)]
    pub decided: Option<i64>,
    pub answers: Vec<(String, String)>,
    /// (step, days after the day of the demo)
    #[serde(default)]
    pub due: Vec<(String, i64)>,
}

/// 確かめた事実, some days before the day of the demo.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirmed {
    pub client: String,
    pub fact: String,
    pub answer: String,
    pub paper: String,
    pub days: i64,
}

/// 申請 and how far it has come.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Applied {
    pub client: String,
    pub programme: String,
    pub by: String,
    pub days: i64,
    pub stage: String,
    #[serde(default)]
    pub note: String,
}

/// 助言者.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Adviser {
    pub login: String,
    pub field: String,
    pub days: i64,
    pub note: String,
}

/// 質問. `days` before the moment of the demo; answered after `hours`, and kept as a note.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asked {
    pub login: String,
    pub client: String,
    pub field: String,
    pub days: i64,
    pub hours: i64,
    pub adviser: String,
    pub title: String,
    pub text: String,
    pub answer: String,
    pub closes: bool,
    pub note_title: String,
    pub note_tags: String,
    pub reader: String,
}

/// 緊急閲覧. `minutes` before the moment of the demo; without a finding nobody has reviewed it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Emergency {
    pub login: String,
    pub client: String,
    pub minutes: i64,
    pub reason: String,
    pub words: String,
    pub finding: String,
    pub officer: String,
    pub note: String,
}

/// 人事異動. `days` from the day of the demo; a second post may have begun before it.
#[derive(Debug, Deserialize)]
pub(super) struct Transfer {
    pub login: String,
    pub kind: String,
    pub days: i32,
    #[serde(default)]
    pub org: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub note: String,
}

/// The rows of a part of the folder: field -> value, as parts.toml names them.
pub(super) type Rows = Vec<toml::Table>;

/// 医療的ケア: what many people have in common.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Care {
    /// Rows of the care score: `code` or `code:watch`.
    pub score: Vec<String>,
    #[serde(flatten)]
    pub parts: BTreeMap<String, Rows>,
}

/// 利用者.
#[derive(Debug, Deserialize)]
pub(super) struct Client {
    pub key: String,
    pub name: String,
    pub kana: String,
    pub born: Option<String>,
    pub expected: Option<String>,
    pub sex: String,
    pub weeks: Option<i64>,
    pub weight: Option<i64>,
    pub area: String,
    pub address: Option<String>,
    pub building: Option<String>,
    /// When, by whom.
    pub enrolled: (String, String),
    pub profile: String,
    pub mother: Option<String>,
    pub father: Option<String>,
    pub grandmother: Option<String>,
    pub wife: Option<String>,
    #[serde(default)]
    pub doctor: Vec<String>,
    #[serde(default)]
    pub school: Vec<String>,
    #[serde(default)]
    pub team: Vec<String>,
    #[serde(default)]
    pub consents: Vec<String>,
    /// (login, since, words)
    #[serde(default)]
    pub coordinator: Vec<(String, String, String)>,
    pub request: Option<Request>,
    pub closure: Option<Closure>,
    /// Why the address is hidden.
    pub hidden: Option<String>,
    /// The place outside of this system the person moves to.
    pub moving: Option<String>,
    /// The key of the record this one was merged into: the same person, entered twice.
    pub same_as: Option<String>,
    /// The login of the family's account.
    pub family: Option<String>,
    pub score: Option<Vec<String>>,
    /// Nothing happened for ten weeks.
    #[serde(default)]
    pub quiet: bool,
    #[serde(flatten)]
    pub parts: BTreeMap<String, Rows>,
}

/// 新規ケースの依頼.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub on: String,
    pub from: String,
    pub needs: String,
    pub note: String,
}

/// 終結.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closure {
    pub kind: String,
    pub on: String,
    pub reason: String,
}

/// 相談の文: (who, stage, text, answer, next step).
pub(super) type Phrase = (String, String, String, String, String);

/// 内容の分類 and what is said about it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub topic: String,
    pub of: Vec<Phrase>,
}

/// 支援経過: (kind, stage, with whom, text, agreed, next step, activity).
pub(super) type Note = (String, String, String, String, String, String, String);

/// 機関.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
    pub key: String,
    pub kind: String,
    pub name: String,
    pub kana: String,
    #[serde(default)]
    pub phone: String,
    pub area: Option<String>,
}

/// 職員.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub login: String,
    pub name: String,
    pub kana: String,
    pub org: String,
    pub role: String,
    #[serde(default)]
    pub title: String,
    /// Days before the day of the demo.
    pub since: i32,
}

/// コーディネーターの名簿.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub login: String,
    pub areas: String,
    pub skills: String,
    pub training: String,
    pub limit: Option<i64>,
    pub listed: bool,
}

/// 休み: days from the day of the demo.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Leave {
    pub login: String,
    pub from: i32,
    pub until: i32,
    pub reason: String,
}

impl Client {
    /// The person's rows of a part: their own, or those of the kind of care.
    pub fn rows<'a>(&'a self, ward: &'a Ward, part: &str) -> &'a [toml::Table] {
        let shared = || ward.profiles.get(&self.profile).and_then(|p| p.parts.get(part));
        self.parts.get(part).or_else(shared).map_or(&[], Vec::as_slice)
    }

    pub fn rows_of_own(&self, part: &str) -> &[toml::Table] {
        self.parts.get(part).map_or(&[], Vec::as_slice)
    }

    pub fn score<'a>(&'a self, ward: &'a Ward) -> &'a [String] {
        let shared = || ward.profiles.get(&self.profile).map(|p| &p.score);
        self.score.as_ref().or_else(shared).map_or(&[], Vec::as_slice)
    }
}

impl Ward {
    pub fn organisation(&self, key: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|o| o.key == key)
    }

    pub fn read() -> Result<Self, String> {
        let mut whole = BTreeMap::new();
        for (name, text) in FILES {
            let table: toml::Table =
                toml::from_str(text).map_err(|e| format!("sample/{name}.toml: {e}"))?;
            for (key, value) in table {
                merge(&mut whole, key, value);
            }
        }
        let whole: toml::Table = whole.into_iter().collect();
        whole.try_into().map_err(|e| format!("sample: {e}"))
    }
}

/// A list may go on in another file.
fn merge(whole: &mut BTreeMap<String, toml::Value>, key: String, value: toml::Value) {
    match (whole.get_mut(&key), value) {
        (Some(toml::Value::Array(all)), toml::Value::Array(more)) => all.extend(more),
        (_, value) => {
            whole.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_files_hold_together() {
        let ward = Ward::read().unwrap();
        let keys: BTreeSet<&str> = ward.organisations.iter().map(|o| o.key.as_str()).collect();
        let logins: BTreeSet<&str> = ward.staff.iter().map(|m| m.login.as_str()).collect();
        assert_eq!(keys.len(), ward.organisations.len(), "a key stands twice");
        for m in &ward.staff {
            assert!(keys.contains(m.org.as_str()), "{} works nowhere", m.login);
        }
        for p in &ward.coordinators {
            assert!(logins.contains(p.login.as_str()), "{}", p.login);
        }
    }

    #[test]
    fn everybody_named_by_a_person_exists() {
        let ward = Ward::read().unwrap();
        let logins: BTreeSet<&str> = ward.staff.iter().map(|m| m.login.as_str()).collect();
        let keys: BTreeSet<&str> = ward.clients.iter().map(|c| c.key.as_str()).collect();
        assert_eq!(keys.len(), ward.clients.len(), "a key stands twice");
        for c in &ward.clients {
            assert!(logins.contains(c.enrolled.1.as_str()), "{}", c.key);
            assert!(ward.profiles.contains_key(&c.profile), "{}", c.key);
            for (login, ..) in &c.coordinator {
                assert!(ward.coordinators.iter().any(|p| p.login == *login), "{}", c.key);
            }
            let consents = c.consents.iter().filter_map(|c| c.split(' ').next());
            let bodies = c.team.iter().map(String::as_str).chain(consents);
            let odd: Vec<&str> = bodies.filter(|b| ward.organisation(b).is_none()).collect();
            assert!(odd.is_empty(), "{}: {odd:?}", c.key);
        }
    }

    #[test]
    fn the_ward_has_what_pages_must_cope_with() {
        let ward = Ward::read().unwrap();
        assert!((55..=70).contains(&ward.clients.len()), "{}", ward.clients.len());
        let same = ward.clients.iter().filter(|c| c.kana == "みずの はると").count();
        assert_eq!(same, 2, "the same reading twice");
        for kanji in ["髙", "﨑", "邊", "𠮷"] {
            assert!(ward.clients.iter().any(|c| c.name.contains(kanji)), "{kanji}");
        }
        let count = |of: fn(&Client) -> bool| ward.clients.iter().filter(|c| of(c)).count();
        assert!(count(|c| c.expected.is_some()) >= 1, "before birth");
        assert!(count(|c| c.hidden.is_some()) >= 1, "hidden address");
        assert!(count(|c| c.request.is_some()) >= 3, "waiting for a coordinator");
        assert!(count(|c| !c.parts.contains_key("certificate")) >= 5, "without certificate");
        for kind in ["death", "moved_out"] {
            let closed = |c: &Client| c.closure.as_ref().is_some_and(|x| x.kind == kind);
            assert!(ward.clients.iter().any(closed), "{kind}");
        }
        for state in ["given", "school", "expired", "withdrawn"] {
            let has = |c: &Client| c.consents.iter().any(|s| s.ends_with(state));
            assert!(ward.clients.iter().any(has), "{state}");
        }
    }

    #[test]
    fn there_are_enough_sentences_for_every_topic() {
        let ward = Ward::read().unwrap();
        let codes = crate::codes::Codes::official().unwrap();
        assert_eq!(ward.phrases.len(), codes.list("topic").len());
        assert!(ward.phrases.iter().all(|t| codes.has("topic", &t.topic) && t.of.len() >= 6));
        assert!(ward.phrases.iter().map(|t| t.of.len()).sum::<usize>() >= 110);
        assert_eq!(ward.months.len(), 24);
        for (list, of) in &ward.weights {
            assert!(of.keys().all(|code| codes.has(list, code)), "{list}");
        }
    }

    #[test]
    fn every_role_has_its_demo_account() {
        let ward = Ward::read().unwrap();
        for role in crate::access::Role::ALL {
            let login = format!("demo-{}", role.code());
            let found = ward.staff.iter().find(|m| m.login == login);
            assert_eq!(found.map(|m| m.role.as_str()), Some(role.code()));
        }
    }

    #[test]
    fn twelve_coordinators_in_several_offices_and_forty_operators() {
        let ward = Ward::read().unwrap();
        let of: Vec<_> = ward.staff.iter().filter(|m| m.role == "coordinator").collect();
        let offices: BTreeSet<&str> = of.iter().map(|m| m.org.as_str()).collect();
        assert_eq!((of.len(), ward.coordinators.len()), (12, 12));
        assert!(offices.len() >= 5);
        let outside = ["nursing_station", "day_service", "home_help", "hospital", "school"];
        let operators =
            ward.organisations.iter().filter(|o| outside.contains(&o.kind.as_str())).count();
        assert!((36..=44).contains(&operators), "{operators}");
    }
}
