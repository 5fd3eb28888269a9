//! A file that cannot be read says where, in which key, and which name was probably meant.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use programmes::Problem;

/// A shipped or overlay file with one mistake: the first `from` becomes `to`.
fn problem(path: &str, from: &str, to: &str) -> Problem {
    let shipped = folder::files(&folder::at("../../programmes"));
    let text = std::fs::read_to_string(folder::at(path)).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    let id = path.rsplit('/').next().unwrap().trim_end_matches(".toml");
    let catalogue = folder::read(&shipped);
    catalogue.draft(id, &text.replacen(from, to, 1)).expect_err(to)
}

/// The line on which a text first stands after another.
fn line(path: &str, anchor: &str) -> usize {
    let text = std::fs::read_to_string(folder::at(path)).unwrap();
    1 + text[..text.find(anchor).unwrap()].matches('\n').count()
}

const KOTO: &str = "tests/overlays/koto/home_respite.toml";
const POOLS: &str = "tests/overlays/pools/two_pools.toml";
const SHIPPED: &str = "../../programmes/home_respite.toml";

/// File, what is written, what it becomes, the line that is named, the key, the nearest name.
const MISTAKES: &[(&str, &str, &str, &str, &str, &str)] = &[
    (KOTO, "summary =", "sumary =", "summary =", "sumary", "summary"),
    (KOTO, "max = \"4", "maxx = \"4", "max = \"4", "maxx", "max"),
    (KOTO, "when = \"at_home\"", "when = \"at_hom\"", "when = \"at_home\"", "at_home", "at_home"),
    (KOTO, "yen_an_hour / 60", "yen_an_hou / 60", "price = [", "item visit", "yen_an_hour"),
    (KOTO, "!= 'taxed'", "!= 'taxd'", "!= 'taxed'", "item visit", "taxed"),
    (
        KOTO,
        "at_home = false",
        "at_hme = false",
        "[[example]]\nwhat = \"在宅でない",
        "example",
        "at_home",
    ),
    (KOTO, "person = \"adult\"", "person = \"adlt\"", "[[example]]", "example", "adult"),
    (
        POOLS,
        "per = \"fiscal_year\"",
        "per = \"fiscal_yaer\"",
        "per =",
        "fiscal_yaer",
        "fiscal_year",
    ),
    (
        POOLS,
        "{ venue = \"school\"",
        "{ venue = \"schol\"",
        "[[version.item]]",
        "item visit",
        "school",
    ),
    (POOLS, "venues = [\"home\"]", "venues = [\"hom\"]", "[[version.cap]]", "cap home", "home"),
    (
        SHIPPED,
        "counts = \"contracts\"",
        "counts = \"contract\"",
        "[[indicator]]",
        "indicator stations",
        "contracts",
    ),
    (
        SHIPPED,
        "setting = \"cap_before",
        "setting = \"cap_befor",
        "limit = { s",
        "cap year",
        "cap_before_fy2025",
    ),
];

#[test]
fn a_mistake_is_told_with_line_key_and_nearest_name() {
    for (path, from, to, anchor, key, nearest) in MISTAKES {
        let problem = problem(path, from, to);
        assert_eq!(problem.file, path.rsplit('/').next().unwrap());
        assert_eq!(problem.line, line(path, anchor), "{to}: {problem}");
        assert!(problem.key.contains(key), "{to}: {problem}");
        assert!(problem.message.contains(&format!("「{nearest}」")), "{to}: {problem}");
    }
}

#[test]
fn what_is_missing_or_has_no_unit_is_named() {
    let said = |path, from, to| problem(path, from, to).to_string();
    assert!(said(KOTO, "office = ", "# ").contains("「office」が要ります"));
    assert!(said(KOTO, "step = \"30分\"", "step = 30").contains("単位を付けて"));
    assert!(said(KOTO, "from = 2024-04-01", "from = \"2024\"").starts_with("home_respite.toml "));
    let like = said(SHIPPED, "like = 2016-04-01", "like = 2016-04-02");
    assert!(like.contains("2016-04-01"), "{like}");
}

/// Nothing of the cause may be lost: the sentence a clerk sees carries all four.
#[test]
fn the_sentence_carries_file_line_and_key() {
    let problem = problem(KOTO, "when = \"at_home\"", "when = \"at_hom\"");
    let text = problem.to_string();
    assert!(text.starts_with(&format!("home_respite.toml {}行", problem.line)), "{text}");
    assert!(text.contains("requirement at_home"), "{text}");
}
