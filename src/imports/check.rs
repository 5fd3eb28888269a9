//! A row becomes what its operation takes, or problems with their place: the same forms decide that
//! the pages use.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cells::Row;
use super::known::Known;
use super::layout::Layout;
use super::propose::propose;
use super::target::{Shape, Target};
use crate::codes::Codes;
use crate::web::{Entry, Field, Kind, Values};

const PRESENT: [&str; 6] = ["○", "〇", "◯", "有", "あり", "有り"];
const ABSENT: [&str; 9] = ["×", "✕", "無", "なし", "無し", "-", "－", "―", "非該当"];
/// Words of choices kept at most: a column of free text under the wrong header has many.
const REMEMBERED: usize = 10_000;
/// Bytes of the longest word of a choice, and some more.
const LONG_WORD: usize = 1_000;
/// Several answers in one cell are a list, not a page.
const LONG_LIST: usize = 2_000;
/// What Excel shows where a formula failed.
const FAILED: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"];
const STRONG: [char; 9] = ['、', ',', '，', '/', '／', ';', '；', '\n', '\t'];

/// 点検. One pass over a file.
pub(super) struct Check<'a> {
    layout: &'a Layout,
    codes: &'a Codes,
    known: &'a Known,
    shape: Shape,
    /// Who stood in an earlier row: (name, day) -> sheet and row.
    seen: HashMap<(String, String), (String, i64)>,
    /// The same few words stand in thousands of rows: (list, words) -> code.
    words: RefCell<HashMap<(&'static str, String), Option<String>>>,
}

/// 登録できる行.
pub(super) struct Ready {
    pub main: Values,
    /// (part, what to add to it)
    pub parts: Vec<(String, Values)>,
}

impl<'a> Check<'a> {
    pub fn new(layout: &'a Layout, codes: &'a Codes, known: &'a Known) -> Self {
        let shape = Shape::of(layout.target);
        Self { layout, codes, known, shape, seen: HashMap::new(), words: RefCell::default() }
    }

    /// `None`, and the row says why not.
    pub fn row(&mut self, row: &mut Row) -> Option<Ready> {
        row.problems.clear();
        let (mut main, parts) = self.entries(row);
        self.layout.target.resolve(row, &mut main, self.known);
        let values = self.read(row, "", &main);
        let read: Vec<_> = parts.into_iter().map(|(id, e)| (self.read(row, &id, &e), id)).collect();
        if let Some(values) = &values {
            self.layout.target.rules(row, values, self.known);
            match self.layout.target {
                Target::Client => self.twice(row, values),
                Target::Resident => self.again(row, values),
                Target::Consultation => {}
            }
        }
        if !row.problems.is_empty() {
            return None;
        }
        let id = |part: String| part.split('[').next().unwrap_or_default().to_owned();
        let parts = read.into_iter().filter_map(|(v, part)| Some((id(part), v?))).collect();
        Some(Ready { main: values?, parts })
    }

    /// The answers of the row: of the form itself, and of each part row it makes.
    fn entries(&self, row: &mut Row) -> (Entry, Vec<(String, Entry)>) {
        let mut main = Entry::default();
        let mut parts: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for column in &self.layout.columns {
            let text = row.text(&column.key).trim().to_owned();
            if FAILED.contains(&text.as_str()) {
                row.add(&column.key, "計算式のエラーが入っています。Excelで直してください", None);
                continue;
            }
            let Some(field) = self.shape.field(&column.key) else { continue };
            let mut answers = vec![];
            if !text.is_empty() {
                answers = self.answers(row, field, &column.key, &text, column.many);
            }
            if column.marks {
                answers.extend(self.marked(row, &column.key));
            }
            match column.key.split_once('.') {
                None => {
                    let name =
                        if column.key.ends_with("_t") { column.key.as_str() } else { field.name };
                    main.0.extend(unique(answers).into_iter().map(|a| (name.to_owned(), a)));
                }
                Some((part, _)) if column.many => {
                    let rows = parts.entry(part.to_owned()).or_default();
                    rows.extend(unique(answers).into_iter().map(|a| one(field.name, a)));
                }
                Some((part, _)) => {
                    let rows = parts.entry(part.to_owned()).or_default();
                    for answer in answers {
                        match rows.first_mut() {
                            Some(entry) => entry.set(field.name, answer),
                            None => rows.push(one(field.name, answer)),
                        }
                    }
                }
            }
        }
        self.fill(&mut main, &mut parts);
        let each =
            parts.into_iter().flat_map(|(id, all)| all.into_iter().map(move |e| (id.clone(), e)));
        (main, each.collect())
    }

    /// Answers of the layout for what no column gives; a part without a row stays without.
    fn fill(&self, main: &mut Entry, parts: &mut BTreeMap<String, Vec<Entry>>) {
        for (key, value) in &self.layout.fill {
            let Some((part, field)) = key.split_once('.') else {
                if main.get(key).is_empty() {
                    main.set(key, value.clone());
                }
                continue;
            };
            for entry in parts.get_mut(part).into_iter().flatten() {
                if entry.get(field).is_empty() {
                    entry.set(field, value.clone());
                }
            }
        }
    }

    /// A cell in the notation of forms: codes for words, pieces for a list.
    fn answers(
        &self,
        row: &mut Row,
        field: &Field,
        key: &str,
        text: &str,
        many: bool,
    ) -> Vec<String> {
        if (many || matches!(field.kind, Kind::Codes(_))) && text.chars().count() > LONG_LIST {
            let message = format!("{}は、{LONG_LIST}文字までにしてください", field.label);
            row.add(key, message, None);
            return vec![];
        }
        match field.kind {
            Kind::Codes(list) => self.codes_of(row, field, key, list, text),
            Kind::Code(list) | Kind::Select(list) if many => {
                self.codes_of(row, field, key, list, text)
            }
            Kind::Code(list) | Kind::Select(list) => match self.understand(list, text) {
                Some(code) => vec![code],
                None => {
                    self.not_listed(row, field, key, list, text);
                    vec![]
                }
            },
            // 手帳の列の「なし」is no grade, and 有 is a certificate whose grade nobody wrote.
            _ if key.contains('[') && PRESENT.contains(&text) => vec![String::new()],
            _ if key.contains('[') && ABSENT.contains(&text) => vec![],
            Kind::Yes => match yes(text) {
                Some(true) => vec!["1".into()],
                Some(false) => vec![],
                None => {
                    let message = format!("{}は、○か×で入れてください", field.label);
                    row.add(key, message, propose(field, text, self.codes));
                    vec![]
                }
            },
            _ if many => pieces(text, &STRONG).map(str::to_owned).collect(),
            _ => vec![text.to_owned()],
        }
    }

    fn understand(&self, list: &'static str, text: &str) -> Option<String> {
        if text.len() > LONG_WORD {
            return None;
        }
        let mut words = self.words.borrow_mut();
        if words.len() > REMEMBERED {
            words.clear();
        }
        let code = || self.codes.understand(list, text).map(str::to_owned);
        words.entry((list, text.to_owned())).or_insert_with(code).clone()
    }

    /// Several choices in one cell. ・ parts them only where the whole is no choice itself.
    fn codes_of(
        &self,
        row: &mut Row,
        field: &Field,
        key: &str,
        list: &'static str,
        text: &str,
    ) -> Vec<String> {
        let (mut out, mut odd) = (vec![], vec![]);
        for piece in whole_or_pieces(text, |p| self.understand(list, p).is_some()) {
            match self.understand(list, piece) {
                Some(code) => out.push(code),
                None => odd.push(piece),
            }
        }
        if let [first, ..] = odd.as_slice() {
            self.not_listed_among(row, field, key, list, text, first);
        }
        out
    }

    fn not_listed(&self, row: &mut Row, field: &Field, key: &str, list: &str, text: &str) {
        let proposal = propose(field, text, self.codes);
        row.add(key, self.choices(field, list, text), proposal);
    }

    /// The proposal keeps the pieces that were understood.
    fn not_listed_among(
        &self,
        row: &mut Row,
        field: &Field,
        key: &str,
        list: &str,
        text: &str,
        odd: &str,
    ) {
        let meant = propose(field, odd, self.codes);
        row.add(key, self.choices(field, list, odd), meant.map(|m| text.replacen(odd, &m, 1)));
    }

    fn choices(&self, field: &Field, list: &str, text: &str) -> String {
        let words: Vec<String> = self.codes.pairs(list).into_iter().map(|(_, w)| w).collect();
        let shown: String = text.chars().take(20).collect();
        let (some, more) = words.split_at(words.len().min(8));
        let more = if more.is_empty() { "" } else { " など" };
        format!(
            "{}の「{shown}」は読み取れません。{}{more}のどれかを入れてください",
            field.label,
            some.join("、")
        )
    }

    /// The columns of single choices that have ○ in them.
    fn marked(&self, row: &mut Row, key: &str) -> Vec<String> {
        let prefix = format!("{key}=");
        let marks = row.cells.iter().filter_map(|(k, cell)| {
            Some((k.clone(), k.strip_prefix(&prefix)?.to_owned(), yes(&cell.text)))
        });
        let mut out = vec![];
        for (k, code, marked) in marks.collect::<Vec<_>>() {
            match marked {
                Some(true) => out.push(code),
                Some(false) => {}
                None => row.add(&k, "○か空欄にしてください", Some("○".into())),
            }
        }
        out
    }

    fn read(&self, row: &mut Row, part: &str, entry: &Entry) -> Option<Values> {
        let form = if part.is_empty() { &self.shape.main } else { self.shape.part(part)? };
        let refused = match form.read(entry, self.codes) {
            Ok(values) => return Some(values),
            Err(problems) => problems,
        };
        for (name, message) in refused.0 {
            let key = self.key_of(row, part, &name);
            let text = row.text(&key).to_owned();
            let field = form.field(&name);
            let proposal = field.and_then(|f| propose(f, &text, self.codes));
            row.add(&key, message, proposal);
        }
        None
    }

    /// Which column a refused field stood in.
    fn key_of(&self, row: &Row, part: &str, name: &str) -> String {
        let key = if part.is_empty() { name.to_owned() } else { format!("{part}.{name}") };
        let time = format!("{key}_t");
        // A good date and a bad time of day are two columns and one field.
        if row.cells.contains_key(&time) && civil::parse_date(row.text(&key)).is_ok() {
            return time;
        }
        row.either(&key, self.layout.target.column_of(&key)).to_owned()
    }

    /// One number of the register is one person: two rows of a file would overtake each other.
    fn again(&mut self, row: &mut Row, values: &Values) {
        let here = (row.sheet.clone(), row.number);
        let who = (values.text("register_id").to_owned(), String::new());
        if let Some((sheet, number)) = self.seen.insert(who, here) {
            let message = format!(
                "シート「{sheet}」の{number}行目と同じ宛名番号です。新しいほうだけにしてください"
            );
            row.add("register_id", message, None);
        }
    }

    /// The same name and the same day is the same person until somebody has looked.
    fn twice(&mut self, row: &mut Row, values: &Values) {
        let Some(day) = values.date("born_on").or(values.date("expected_on")) else { return };
        let name = format!("{}{}", values.text("family"), values.text("given"));
        let kana = format!("{}{}", values.text("family_kana"), values.text("given_kana"));
        let key = if row.cells.contains_key("name") { "name" } else { "family" };
        let known =
            self.known.same(&name, day).into_iter().chain(self.known.same(&kana, day)).next();
        if let Some(person) = known {
            let message = format!(
                "同じ氏名か読みと生年月日の人が、すでに台帳にいます（{}）。同じ人なら、この行は除いてください。別の人なら、登録の画面から登録してください",
                person.number
            );
            row.add(key, message, None);
        }
        let here = (row.sheet.clone(), row.number);
        let who = (kana::search_key(&name), day.to_string());
        if let Some((sheet, number)) = self.seen.insert(who, here) {
            let message = format!(
                "シート「{sheet}」の{number}行目と同じ氏名・生年月日です。どちらかを消してください"
            );
            row.add(key, message, None);
        }
    }
}

fn one(name: &str, answer: String) -> Entry {
    Entry(vec![(name.to_owned(), answer)])
}

fn unique(answers: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    answers.into_iter().filter(|a| seen.insert(a.clone())).collect()
}

fn pieces<'t>(text: &'t str, at: &'t [char]) -> impl Iterator<Item = &'t str> {
    text.split(at).map(str::trim).filter(|p| !p.is_empty())
}

/// The whole text, else its pieces, else the pieces of those at ・ and spaces.
fn whole_or_pieces(text: &str, known: impl Fn(&str) -> bool) -> Vec<&str> {
    if known(text) {
        return vec![text];
    }
    let mut out = vec![];
    for piece in pieces(text, &STRONG) {
        let smaller: Vec<&str> = pieces(piece, &['・', ' ', '　']).collect();
        match known(piece) || !smaller.iter().any(|p| known(p)) {
            true => out.push(piece),
            false => out.extend(smaller),
        }
    }
    out
}

fn yes(text: &str) -> Option<bool> {
    match kana::digits_ascii(text).trim().to_lowercase().as_str() {
        "○" | "〇" | "◯" | "●" | "◎" | "✓" | "✔" | "レ" | "有" | "あり" | "はい" | "1" | "true"
        | "該当" | "要" => Some(true),
        "" | "×" | "✕" | "x" | "無" | "なし" | "いいえ" | "0" | "false" | "-" | "－" | "ー"
        | "―" | "非該当" | "不要" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cells::Cell;
    use super::super::layout::official;
    use super::*;

    fn known() -> Known {
        let mut known = Known::default();
        known.region = true;
        known.now = "2026-11-20T01:00:00.000Z".parse().ok();
        known.add(12, ("青葉みなと", "あおばみなと"), Some("2020-06-03"), false);
        known.add(13, ("若葉ひなた", "わかばひなた"), Some("2019-01-09"), true);
        known
    }

    /// The samples of a layout as one row, with some cells changed.
    fn row(layout: &Layout, cells: &[(&str, &str)]) -> Row {
        let mut row = Row { sheet: "表".into(), number: 2, ..Row::default() };
        for c in &layout.columns {
            let other = cells.iter().find(|(key, _)| *key == c.key).map(|(_, text)| *text);
            let text = other.unwrap_or(&c.sample).to_owned();
            let cell = Cell { text, column: "A".into(), was: None };
            row.cells.insert(c.key.clone(), cell);
        }
        row
    }

    fn found(layout: &Layout, cells: &[(&str, &str)]) -> (Row, Option<Ready>) {
        let (codes, known) = (Codes::official().unwrap(), known());
        let mut row = row(layout, cells);
        let ready = Check::new(layout, &codes, &known).row(&mut row);
        (row, ready)
    }

    #[test]
    fn the_samples_of_every_layout_are_good_rows() {
        for layout in official() {
            let (row, ready) = found(&layout, &[]);
            assert_eq!(row.problems, [], "{}", layout.id);
            assert!(ready.is_some());
        }
    }

    #[test]
    fn every_column_refuses_its_bad_cell_in_the_words_of_the_layout() {
        for layout in official() {
            for c in &layout.columns {
                let (row, ready) = found(&layout, &[(&c.key, &c.bad)]);
                assert!(ready.is_none(), "{} {}", layout.id, c.key);
                let said = row.problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>();
                assert!(said.contains(&c.message.as_str()), "{}: {}: {said:?}", layout.id, c.key);
            }
        }
    }

    fn consultations() -> Layout {
        official().into_iter().find(|l| l.target == Target::Consultation).unwrap()
    }

    fn about(cells: &[(&str, &str)]) -> Result<(String, String), Vec<(String, String)>> {
        let (row, ready) = found(&consultations(), cells);
        let problems = row.problems.into_iter().map(|p| (p.key, p.message));
        let said =
            |r: Ready| (r.main.text("standing").to_owned(), r.main.text("client").to_owned());
        ready.map(said).ok_or_else(|| problems.collect())
    }

    #[test]
    fn a_consultation_is_about_whom_the_row_names_and_never_about_a_guess() {
        let number = kana::ClientNumber::new(12).unwrap().to_string();
        let named = Ok(("named".to_owned(), number.clone()));
        assert_eq!(about(&[("client", &number)]), named);
        let person = [("client_name", "青葉　みなと"), ("client_born_on", "R2.6.3")];
        assert_eq!(about(&person), named);
        assert_eq!(about(&[]), Ok(("anonymous".into(), String::new())));
        assert_eq!(about(&[("scope", "地域支援")]), Ok(("nobody".into(), String::new())));
        let key = |cells: &[(&str, &str)]| about(cells).unwrap_err()[0].0.clone();
        assert_eq!(key(&[("client_name", "青葉 みなと")]), "client_name");
        assert_eq!(key(&[("client_born_on", "R2.6.3")]), "client_born_on");
        assert_eq!(key(&[person[0], ("client_born_on", "R2.6.4")]), "client_name");
        assert_eq!(key(&[("client", &number), ("client_name", "若葉 ひなた")]), "client_name");
        assert_eq!(key(&[("client", "M-99990")]), "client");
        let closed = kana::ClientNumber::new(13).unwrap().to_string();
        assert!(about(&[("client", &closed)]).unwrap_err()[0].1.contains("終結"));
    }

    #[test]
    fn time_of_day_unknown_is_the_beginning_of_the_day_and_no_later_than_now() {
        let at = |cells: &[(&str, &str)]| {
            let (_, ready) = found(&consultations(), cells);
            ready.map(|r| r.main.at("occurred_at").unwrap().to_string())
        };
        let none = ("occurred_at_t", "");
        let midnight = Some("2024-03-31T15:00:00.000Z".to_owned());
        assert_eq!(at(&[("occurred_at", "Ｒ６．４．１"), none]), midnight);
        assert_eq!(at(&[("occurred_at", "2024-04-01 09:05:00"), none]).unwrap()[11..16], *"00:05");
        assert_eq!(at(&[("occurred_at", "2026-11-21"), none]), None);
    }

    #[test]
    fn several_choices_stand_in_one_cell_or_are_marked_in_columns() {
        let topics = |text: &str, mark: &str| {
            let layout = consultations();
            let (codes, known) = (Codes::official().unwrap(), known());
            let mut row = row(&layout, &[("topics", text)]);
            let cell = Cell { text: mark.into(), column: "Z".into(), was: None };
            row.cells.insert("topics=nursing".into(), cell);
            let ready = Check::new(&layout, &codes, &known).row(&mut row);
            ready.map(|r| r.main.many("topics").to_vec()).ok_or(row.problems)
        };
        assert_eq!(topics("就園・就学", "").unwrap(), ["school"]);
        assert_eq!(
            topics("就園・就学、退院/災害の備え", "").unwrap(),
            ["school", "discharge", "disaster"]
        );
        assert_eq!(topics("退院・災害", "○").unwrap(), ["discharge", "disaster", "nursing"]);
        assert_eq!(topics("訪問看護", "○").unwrap(), ["nursing"]);
        let bad = topics("退院、占い", "").unwrap_err();
        assert_eq!(bad[0].key, "topics");
        assert_eq!(topics("", "いくらか").unwrap_err()[0].column, "Z");
    }

    #[test]
    fn a_proposal_taken_makes_the_row_good() {
        for (key, bad, proposal) in [
            ("minutes", "1時間30分", "90"),
            ("occurred_at", "平成31年5月1日", "令和元年5月1日"),
            ("channel", "でんわ（携帯）", ""),
            ("channel", "電話（携帯）", "電話"),
        ] {
            let (row, _) = found(&consultations(), &[(key, bad)]);
            let problem = row.problems.iter().find(|p| p.key == key).unwrap();
            assert_eq!(problem.proposal.as_deref().unwrap_or_default(), proposal, "{bad}");
            if !proposal.is_empty() {
                assert!(found(&consultations(), &[(key, proposal)]).1.is_some(), "{bad}");
            }
        }
    }

    fn clients() -> Layout {
        official().into_iter().find(|l| l.target == Target::Client).unwrap()
    }

    #[test]
    fn a_name_is_parted_at_its_space_or_stands_in_two_columns() {
        let name = |cells: &[(&str, &str)]| {
            let (row, ready) = found(&clients(), cells);
            let said = |r: Ready| format!("{}/{}", r.main.text("family"), r.main.text("given"));
            ready.map(said).ok_or(row.problems)
        };
        assert_eq!(name(&[]).unwrap(), "青空/みなと");
        assert_eq!(name(&[("name", "青空　みなと")]).unwrap(), "青空/みなと");
        let two = [("name", ""), ("family", "髙﨑"), ("given", "湊")];
        assert_eq!(name(&two).unwrap(), "髙﨑/湊");
        assert_eq!(name(&[("name", "")]).unwrap_err()[0].key, "family");
        let unborn = [("name", "青空"), ("kana", "あおぞら"), ("born_on", "")];
        let expected = ("expected_on", "令和9年1月20日");
        assert_eq!(name(&[unborn[0], unborn[1], unborn[2], expected]).unwrap(), "青空/");
        assert_eq!(name(&unborn).unwrap_err()[0].key, "name");
    }

    #[test]
    fn one_cell_or_several_columns_make_rows_of_the_folder() {
        let (_, ready) = found(&clients(), &[("diagnosis.name", "甲の病気、乙の病気")]);
        let ready = ready.unwrap();
        assert_eq!(ready.main.many("cares"), ["tracheostomy", "suction", "tube_feeding"]);
        let of = |part: &str, field: &str| -> Vec<String> {
            let rows = ready.parts.iter().filter(|(id, _)| id == part);
            rows.map(|(_, v)| v.text(field).to_owned()).collect()
        };
        assert_eq!(of("diagnosis", "name"), ["甲の病気", "乙の病気"]);
        assert_eq!(of("certificate", "kind"), ["ai_no_techo", "physical"]);
        assert_eq!(of("certificate", "grade"), ["2度", "1級"]);
        assert_eq!(of("physician", "role"), ["hospital"]);
        assert_eq!(of("enrolment", "kind"), ["nursery"]);
    }

    #[test]
    fn who_is_there_already_or_stands_twice_is_not_taken_in_again() {
        for (name, kana) in [("青葉 みなと", "ちがう よみ"), ("蒼葉 湊", "アオバ ミナト")]
        {
            let (row, _) = found(&clients(), &[("name", name), ("kana", kana)]);
            assert!(row.problems[0].message.contains("すでに台帳にいます"), "{name}");
        }
        let (layout, codes, known) = (clients(), Codes::official().unwrap(), known());
        let mut check = Check::new(&layout, &codes, &known);
        let (mut first, mut second) = (row(&layout, &[]), row(&layout, &[]));
        assert!(check.row(&mut first).is_some());
        assert!(check.row(&mut second).is_none());
        assert!(second.problems[0].message.contains("2行目と同じ"));
    }

    #[test]
    fn a_failed_formula_is_no_answer() {
        let (row, _) = found(&consultations(), &[("text", "#REF!")]);
        assert!(row.problems[0].message.contains("計算式"));
    }
}
