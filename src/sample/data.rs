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
}

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

impl Ward {
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
