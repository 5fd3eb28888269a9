//! Fills the slots of the sentences, so that the same sentence reads differently for two people.

use civil::{Date, SchoolGrade, age_on, school_grade_on};

use super::data::{Client, Ward};
use super::luck::Luck;

/// What a care is called in a sentence.
const CARES: &[(&str, &str)] = &[
    ("ventilator", "人工呼吸器"),
    ("tracheostomy", "気管切開"),
    ("oxygen", "酸素"),
    ("tube_feeding", "経管栄養"),
    ("suction", "吸引"),
    ("central_line", "中心静脈の点滴"),
    ("subcutaneous_injection", "インスリン注射"),
    ("intermittent_catheter", "導尿"),
    ("bowel_stoma", "ストーマの交換"),
    ("dialysis", "腹膜透析"),
    ("seizure_response", "発作の対応"),
    ("nasopharyngeal_airway", "エアウェイ"),
];

/// The stage of life the sentences are chosen by.
pub(super) fn stage(born: Option<Date>, on: Date) -> &'static str {
    let Some(born) = born else { return "baby" };
    match (age_on(born, on).unwrap_or(0), school_grade_on(born, on)) {
        (0, _) => "baby",
        (1 | 2, _) => "small",
        (_, SchoolGrade::BeforeSchool(_)) => "nursery",
        (_, SchoolGrade::Elementary(_)) => "school",
        (_, SchoolGrade::JuniorHigh(_) | SchoolGrade::HighSchool(_)) => "youth",
        (_, SchoolGrade::After) => "adult",
    }
}

/// Whether a sentence for `stages` (`baby+small`, `any`) fits.
pub(super) fn fits(stages: &str, stage: &str) -> bool {
    stages == "any" || stages.split('+').any(|s| s == stage)
}

/// `{care} {org} {school} {month} {n}` in a sentence about a person, or about nobody.
pub(super) fn fill(
    text: &str,
    (ward, client): (&Ward, Option<&Client>),
    on: Date,
    luck: &mut Luck,
) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let month = on.checked_add(jiff::Span::new().months(1)).unwrap_or(on).month();
    text.replace("{care}", care(ward, client, luck))
        .replace("{org}", &body(ward, client, &[], luck))
        .replace("{school}", &body(ward, client, &["school"], luck))
        .replace("{month}", &format!("{month}月"))
        .replace("{n}", &(2 + luck.below(4)).to_string())
}

fn care(ward: &Ward, client: Option<&Client>, luck: &mut Luck) -> &'static str {
    let kinds = client.map(|c| c.rows(ward, "care")).unwrap_or_default();
    let kind = luck.pick(kinds).and_then(|row| row.get("kind")).and_then(|v| v.as_str());
    let named = kind.and_then(|k| CARES.iter().find(|(code, _)| *code == k));
    let any = if client.is_some() { Some(&("", "医療的ケア")) } else { luck.pick(CARES) };
    named.or(any).map_or("医療的ケア", |(_, name)| name)
}

/// A body of the person's team, of one of the kinds when any is asked for.
fn body(ward: &Ward, client: Option<&Client>, kinds: &[&str], luck: &mut Luck) -> String {
    let of: Vec<_> = ward
        .organisations
        .iter()
        .filter(|o| client.is_none_or(|c| c.team.contains(&o.key)))
        .filter(|o| kinds.is_empty() || kinds.contains(&o.kind.as_str()))
        .filter(|o| !matches!(o.kind.as_str(), "ward" | "centre" | "family" | "prefecture"))
        .collect();
    let instead = if kinds.is_empty() { "訪問看護" } else { "地元の学校" };
    luck.pick(&of).map_or_else(|| instead.to_owned(), |o| o.name.clone())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn stages_follow_age_and_school_year() {
        let on = date(2026, 11, 20);
        assert_eq!(stage(None, on), "baby");
        assert_eq!(stage(Some(date(2026, 6, 1)), on), "baby");
        assert_eq!(stage(Some(date(2024, 6, 1)), on), "small");
        assert_eq!(stage(Some(date(2020, 6, 3)), on), "nursery");
        assert_eq!(stage(Some(date(2008, 6, 3)), on), "youth");
        assert_eq!(stage(Some(date(2000, 6, 3)), on), "adult");
        assert!(fits("any", "baby") && fits("small+nursery", "nursery"));
        assert!(!fits("small+nursery", "school"));
    }

    #[test]
    fn no_slot_stays_open() {
        let (ward, mut luck) = (Ward::read().unwrap(), Luck::new(1));
        let said = ward.phrases.iter().flat_map(|t| &t.of).flat_map(|p| [&p.2, &p.3, &p.4]);
        let noted = ward.notes.iter().flat_map(|n| [&n.2, &n.3, &n.4, &n.5]);
        for text in said.chain(noted) {
            for client in [None, ward.clients.first()] {
                let full = fill(text, (&ward, client), date(2026, 11, 20), &mut luck);
                assert!(!full.contains(['{', '}']), "{full}");
            }
        }
    }
}
