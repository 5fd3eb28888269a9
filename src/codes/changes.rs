//! The municipality's changes on top of the files: words, order, the day from which a code is no
//! longer offered, and codes of its own. A day that comes changes the lists without anybody saving.

use std::sync::{Arc, RwLock};

use civil::Date;

use super::{Code, Codes, List};

/// 選択肢の変更. The newest of a code counts.
#[derive(Clone, Debug)]
pub struct Change {
    pub list: String,
    pub code: String,
    pub label: String,
    pub position: i64,
    pub retired_on: Option<Date>,
}

/// その日のコード表. What every request begins with.
#[derive(Debug)]
pub struct Lists {
    files: Codes,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    changes: Vec<Change>,
    /// The day `now` was made for.
    on: Option<Date>,
    now: Arc<Codes>,
}

impl Lists {
    pub fn new(files: Codes) -> Self {
        let now = Arc::new(files.clone());
        Self { files, state: RwLock::new(State { changes: vec![], on: None, now }) }
    }

    /// In the order in which they were made.
    pub fn change(&self, changes: Vec<Change>) {
        if let Ok(mut state) = self.state.write() {
            state.changes = changes;
            state.on = None;
        }
    }

    pub fn on(&self, day: Date) -> Arc<Codes> {
        if let Ok(state) = self.state.read()
            && state.on == Some(day)
        {
            return state.now.clone();
        }
        let Ok(mut state) = self.state.write() else { return Arc::new(self.files.clone()) };
        state.now = Arc::new(changed(&self.files, &state.changes, day));
        state.on = Some(day);
        state.now.clone()
    }
}

fn changed(files: &Codes, changes: &[Change], day: Date) -> Codes {
    let mut out = files.clone();
    for (id, list) in &mut out.0 {
        let own = changes.iter().filter(|c| c.list == *id).collect::<Vec<_>>();
        if !own.is_empty() {
            apply(list, &own, day);
        }
    }
    out
}

/// A changed code stands before the one of the file that had the place.
fn apply(list: &mut List, changes: &[&Change], day: Date) {
    let mut codes = std::mem::take(&mut list.codes);
    for change in changes.iter().filter(|_| list.grows) {
        if !codes.iter().any(|code| code.id == change.code) {
            codes.push(Code { id: change.code.clone(), ..Code::default() });
        }
    }
    let mut placed: Vec<_> = codes
        .into_iter()
        .zip(1_i64..)
        .map(|(mut code, place)| match changes.iter().rev().find(|c| c.code == code.id) {
            Some(change) => {
                code.label.clone_from(&change.label);
                code.retired = change.retired_on.is_some_and(|on| on <= day);
                ((change.position, 0), code)
            }
            None => ((place, 1), code),
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    list.codes = placed.into_iter().map(|(_, code)| code).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_order_and_ends_change_and_nothing_is_lost() {
        let files = Codes::official().unwrap();
        let lists = Lists::new(files.clone());
        let day = |s: &str| s.parse::<Date>().unwrap();
        let before = files.list("area").to_vec();
        lists.change(vec![Change {
            list: "area".into(),
            code: before[2].id.clone(),
            label: "湾岸地区".into(),
            position: 1,
            retired_on: Some(day("2026-12-01")),
        }]);
        let now = lists.on(day("2026-11-30"));
        assert_eq!(now.list("area")[0].label, "湾岸地区");
        assert_eq!(now.list("area").len(), before.len());
        assert_eq!(now.pairs("area").len(), before.len());
        let then = lists.on(day("2026-12-01"));
        assert_eq!(then.pairs("area").len(), before.len() - 1);
        assert_eq!(then.label("area", &before[2].id), "湾岸地区", "old records keep their words");
        assert_eq!(lists.on(day("2026-11-30")).pairs("area").len(), before.len());
    }

    #[test]
    fn a_list_that_grows_has_codes_of_the_office_and_others_have_not() {
        let lists = Lists::new(Codes::official().unwrap());
        let own = |list: &str| Change {
            list: list.into(),
            code: "own".into(),
            label: "区の言葉".into(),
            position: 1,
            retired_on: None,
        };
        lists.change(vec![own("area"), own("sex")]);
        let now = lists.on("2026-11-30".parse().unwrap());
        assert_eq!(now.list("area")[0].label, "区の言葉");
        assert!(!now.has("sex", "own"), "a statistic depends on it");
    }
}
