//! The rules as data: `weights.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::store;
use crate::web::Result;

/// 重みと点の決まり.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What a plain new case weighs, in hundredths.
    pub base: i64,
    #[serde(rename = "add")]
    pub adds: Vec<Add>,
    pub points: Points,
}

/// 重みの加算. All conditions that are given must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Add {
    pub weight: i64,
    pub reason: String,
    pub care: Option<String>,
    pub months_below: Option<u32>,
    pub cares_at_least: Option<usize>,
    pub whereabouts: Option<String>,
}

/// 候補の点.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    pub sibling: i64,
    pub area: i64,
    pub area_missing: i64,
    pub skill: i64,
    pub skill_missing: i64,
    pub same_organisation: i64,
    pub leave_soon: i64,
    pub leave_soon_days: i64,
    pub per_case: i64,
    pub over_limit: i64,
    pub training: BTreeMap<String, i64>,
}

/// ケースの事実: what the weight of a case depends on.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub cares: Vec<String>,
    /// `None` before birth or when unknown.
    pub months: Option<u32>,
    pub whereabouts: String,
}

impl Rules {
    pub fn official() -> Result<Self> {
        let read = toml::from_str(include_str!("weights.toml"));
        Ok(read.map_err(|e| store::Error::Lost(format!("weights.toml: {e}")))?)
    }

    /// What a case weighs in hundredths, and why it is more than a plain one.
    pub fn weigh(&self, facts: &Facts) -> (i64, Vec<String>) {
        let holding: Vec<&Add> = self.adds.iter().filter(|add| add.holds(facts)).collect();
        let weight = self.base + holding.iter().map(|add| add.weight).sum::<i64>();
        let why = |add: &&Add| format!("{}（+{}）", add.reason, cases(add.weight));
        (weight, holding.iter().map(why).collect())
    }
}

impl Add {
    fn holds(&self, facts: &Facts) -> bool {
        self.care.as_ref().is_none_or(|care| facts.cares.contains(care))
            && self.months_below.is_none_or(|limit| facts.months.is_some_and(|m| m < limit))
            && self.cares_at_least.is_none_or(|n| facts.cares.len() >= n)
            && self.whereabouts.as_ref().is_none_or(|w| *w == facts.whereabouts)
    }
}

/// Hundredths as people say them: 150 is 「1.5件分」.
pub fn cases(hundredths: i64) -> String {
    format!("{}件分", plain(hundredths))
}

/// As [`cases`], without the unit.
pub fn plain(hundredths: i64) -> String {
    let (whole, rest) = (hundredths / 100, hundredths.rem_euclid(100));
    let text = format!("{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weigh(cares: &[&str], months: Option<u32>, whereabouts: &str) -> (i64, Vec<String>) {
        let cares = cares.iter().map(|c| (*c).to_owned()).collect();
        let facts = Facts { cares, months, whereabouts: whereabouts.into() };
        Rules::official().unwrap().weigh(&facts)
    }

    #[test]
    fn a_plain_case_weighs_one() {
        assert_eq!(weigh(&["suction"], Some(60), "home"), (100, vec![]));
        assert_eq!(weigh(&[], None, ""), (100, vec![]));
    }

    #[test]
    fn a_ventilator_and_an_infant_weigh_more_and_more_together() {
        let (ventilator, why) = weigh(&["ventilator"], Some(60), "home");
        assert_eq!((ventilator, why), (150, vec!["人工呼吸器を使っている（+0.5件分）".to_owned()]));
        let (infant, _) = weigh(&["suction"], Some(11), "home");
        let (both, why) = weigh(&["ventilator"], Some(11), "home");
        assert_eq!((infant, both, why.len()), (125, 200, 3));
        assert_eq!(weigh(&["suction"], Some(12), "home").0, 100);
    }

    #[test]
    fn several_cares_and_a_hospital_stay_add() {
        let four = ["suction", "oxygen", "tube_feeding", "tracheostomy"];
        assert_eq!(weigh(&four, Some(60), "home").0, 125);
        assert_eq!(weigh(&four[..3], Some(60), "home").0, 100);
        assert_eq!(weigh(&four, None, "hospital").0, 150);
    }

    #[test]
    fn hundredths_are_said_without_needless_zeros() {
        assert_eq!([0, 50, 100, 125, 250].map(plain), ["0", "0.5", "1", "1.25", "2.5"]);
    }
}
