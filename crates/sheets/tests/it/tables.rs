use crate::{csv_sheet, read, saved};
use rust_xlsxwriter::{Format, Workbook as Book};
use sheets::{
    CellKind, ColumnSpec, Inherited, Limit, Record, Refusal, Table, Why, find_table, find_tables,
    normalise_header,
};

const fn column<'s>(key: &'s str, headers: &'s [&'s str], required: bool) -> ColumnSpec<'s> {
    ColumnSpec { key, headers, required }
}

const SPECS: [ColumnSpec<'static>; 4] = [
    column("name", &["氏名", "児童氏名"], true),
    column("kana", &["フリガナ"], false),
    column("guardian", &["保護者氏名"], false),
    column("phone", &["電話番号", "電話"], false),
];

fn table(text: &str) -> Table<'static, 'static> {
    find_table(Box::leak(Box::new(csv_sheet(text))), &SPECS).unwrap()
}

fn rows<'b>(table: &Table<'b, 'static>) -> Vec<Record<'b, 'static>> {
    table.records().collect()
}

fn names(table: &Table<'_, '_>) -> Vec<String> {
    table.records().map(|record| record.text("name").to_owned()).collect()
}

fn skips(table: &Table<'_, '_>) -> Vec<(usize, Why)> {
    table.skipped.iter().map(|skipped| (skipped.row, skipped.why)).collect()
}

#[test]
fn headers_compare_by_name_alone() {
    for text in ["氏名", " 氏　名 ", "氏\n名", "※氏名", "氏名※必須", "氏名（任意）", "※必須 氏名"]
    {
        assert_eq!(normalise_header(text), "氏名", "{text}");
    }
    assert_eq!(normalise_header("ﾌﾘｶﾞﾅ【必須】"), "フリガナ");
    assert_eq!(normalise_header("ＩＤ："), "id");
    assert_eq!(normalise_header("氏名※姓と名の間を空ける"), "氏名");
    assert_eq!(normalise_header("生年月日（西暦）"), "生年月日(西暦)");
}

#[test]
fn the_header_is_found_below_titles() {
    let read = table("一覧,,\n令和6年4月,,氏名は戸籍のとおり\n\n氏　名,ﾌﾘｶﾞﾅ,備考\n甲,コウ,x\n");
    assert_eq!((read.header_row, names(&read)), (4, vec!["甲".to_owned()]));
    assert_eq!(rows(&read)[0].row_number, 5);
    assert_eq!((rows(&read)[0].text("kana"), read.columns["kana"].as_str()), ("コウ", "B"));
    assert_eq!((read.unknown[0].column.as_str(), read.unknown[0].text.as_str()), ("C", "備考"));
}

#[test]
fn duplicate_and_nameless_columns_are_told() {
    let read = table("氏名,電話,電話番号,\n甲,1,2,memo\n");
    assert_eq!(rows(&read)[0].text("phone"), "1");
    assert_eq!(read.duplicates[0].text, "電話番号");
    assert_eq!((read.unknown[0].column.as_str(), read.unknown[0].text.as_str()), ("D", ""));
}

#[test]
fn missing_columns_and_headers_are_refused() {
    let refused = |text| find_table(&csv_sheet(text), &SPECS).unwrap_err();
    let missing = refused("表\nフリガナ,電話\nコウ,1\n");
    let expected = Refusal::MissingColumns { row: 2, missing: vec!["氏名".to_owned()] };
    assert_eq!(missing, expected);
    assert!(missing.to_string().contains("2行目の見出しに「氏名」"));
    let none = refused("a,b\n1,2\n");
    assert!(matches!(&none, Refusal::NoHeader(_)));
    assert!(none.to_string().contains("「氏名」「フリガナ」"), "{none}");
}

#[test]
fn group_headings_tell_columns_of_the_same_name_apart() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 3, "台帳", &plain).unwrap();
    sheet.merge_range(1, 0, 2, 0, "番号", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "保護者", &plain).unwrap();
    sheet.write(2, 1, "氏名").unwrap();
    sheet.write(2, 2, "電話").unwrap();
    sheet.merge_range(1, 3, 2, 3, "氏名", &plain).unwrap();
    for (column, text) in ["1", "親", "03", "子"].into_iter().enumerate() {
        sheet.write(3, column as u16, text).unwrap();
    }
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    let read = &find_tables(&workbook, &SPECS).tables[0];
    let record = &rows(read)[0];
    let texts = ["name", "guardian", "phone"].map(|key| record.text(key));
    assert_eq!((texts, record.row_number), (["子", "親", "03"], 4));
    assert_eq!(read.unknown[0].text, "番号");
}

#[test]
fn group_headings_without_merged_cells_work_too() {
    let read = table("保護者,,児童,\n続柄,氏名,氏名,フリガナ\n父,親,子,コ\n");
    let record = &rows(&read)[0];
    assert_eq!([record.text("name"), record.text("guardian")], ["子", "親"]);
    assert_eq!(record.text("kana"), "コ");
}

#[test]
fn dittos_repeat_the_row_above() {
    let read = table("氏名,電話\n甲,03\n乙,〃\n丙, 同 上 \n小計,2\n丁,\"\"\"\"\n戊,々々木\n");
    let records = rows(&read);
    let phones: Vec<_> = records.iter().map(|record| record.text("phone")).collect();
    assert_eq!(phones, ["03", "03", "03", "03", "々々木"]);
    let inherited: Vec<_> = records.iter().map(|r| r.values["phone"].inherited).collect();
    let ditto = Some(Inherited::Ditto);
    assert_eq!(inherited, [None, ditto, ditto, ditto, None]);
    let nothing_above = table("氏名,電話\n甲,〃\n");
    assert_eq!(rows(&nothing_above)[0].text("phone"), "〃");
}

#[test]
fn merged_values_apply_to_each_row() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.write(0, 0, "電話").unwrap();
    sheet.write(0, 1, "氏名").unwrap();
    sheet.merge_range(1, 0, 2, 0, "03", &plain).unwrap();
    sheet.write(1, 1, "甲").unwrap();
    sheet.merge_range(3, 1, 4, 1, "丙", &plain).unwrap();
    sheet.write(2, 1, "乙").unwrap();
    sheet.write(5, 1, "丁").unwrap();
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    let read = find_table(&workbook.sheets[0], &SPECS).unwrap();
    assert_eq!(names(&read), ["甲", "乙", "丙", "丁"]);
    assert_eq!(rows(&read)[1].values["phone"].inherited, Some(Inherited::Merge));
    assert_eq!(rows(&read)[2].values["phone"].kind, CellKind::Empty);
    assert_eq!(skips(&read), [(5, Why::OnlyMerged)]);
}

#[test]
fn rows_that_are_no_data_are_set_aside_and_told() {
    let read = table(
        "No,氏名,フリガナ,電話\n例,見本 太郎,ミホン,03\n1,甲,コウ,1\nNo,氏名,フリガナ,電話\n\
         2,乙,オツ,2\n,小計,,2\n\n3,,,\n,計良 一郎,,\n合計,,,3件\n※三月末の数\n\
         この表についての問い合わせは係まで。\n以下余白\n",
    );
    assert_eq!(names(&read), ["甲", "乙", "計良 一郎"]);
    let expected = [
        (2, Why::Example),
        (4, Why::RepeatedHeader),
        (6, Why::Total),
        (8, Why::NoValues),
        (10, Why::Total),
        (11, Why::Note),
        (12, Why::Note),
        (13, Why::Note),
    ];
    assert_eq!(skips(&read), expected);
    assert_eq!(read.skipped[4].text, "合計 3件");
    assert!(read.skipped.iter().all(|skipped| !skipped.why.to_string().is_empty()));
}

#[test]
fn people_are_not_taken_for_totals_or_notes() {
    let read = table("氏名,フリガナ\n計,ハカリ\n注連 花,\n小計 太郎,コバカリタロウ\n");
    assert_eq!(names(&read), ["計", "注連 花", "小計 太郎"]);
    assert_eq!(skips(&read), []);
}

#[test]
fn each_sheet_is_taken_or_passed_over_with_a_reason() {
    let mut book = Book::new();
    for (name, header) in [("四月", "氏名"), ("説明", "はじめに"), ("五月", "氏名"), ("控", "氏名")]
    {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write(0, 0, header).unwrap();
        sheet.write(0, 1, "電話").unwrap();
        sheet.write(1, 0, name).unwrap();
        sheet.set_hidden(name == "控");
    }
    book.add_worksheet().set_name("空").unwrap();
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    let found = find_tables(&workbook, &SPECS);
    let taken: Vec<_> = found.tables.iter().map(|table| table.sheet).collect();
    assert!(found.tables.iter().all(|table| table.len() == 1));
    assert_eq!(taken, ["四月", "五月"]);
    let passed: Vec<_> = found.passed_over.iter().map(|p| (p.sheet.as_str(), &p.why)).collect();
    assert!(matches!(passed[0], ("説明", Refusal::NoHeader(_))), "{passed:?}");
    assert_eq!(passed[1..], [("控", &Refusal::HiddenSheet), ("空", &Refusal::Empty)]);
}

#[test]
fn dittos_of_a_page_are_refused_before_they_are_repeated() {
    let page = "長".repeat(30_000);
    let file = |dittos: usize| format!("氏名,電話\n甲,{page}\n{}", "乙,〃\n".repeat(dittos));
    let last = rows(&table(&file(300))).pop().map(|record| record.text("phone").len());
    assert_eq!(last, Some(90_000));
    let refused = find_table(&csv_sheet(&file(400)), &SPECS).unwrap_err();
    assert!(matches!(refused, Refusal::TooLarge(Limit::TextBytes, _)), "{refused}");
}

#[test]
fn a_page_above_a_column_is_shown_by_its_beginning() {
    let read = table(&format!("氏名,電話,{}\n甲,1,x\n", "長".repeat(9_000)));
    assert_eq!(read.unknown[0].text.chars().count(), 100);
}
