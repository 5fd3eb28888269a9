use crate::{csv_sheet, read, shown};
use sheets::{CellKind, Encoding, Limit, Limits, Lookalike, Place, Refusal, open};

const TEXT: &str = "氏名,住所\r\n髙橋 一郎,\"横浜市～①\r\n2丁目, \"\"B\"\"\"\r\n";

fn wide(text: &str, unit: fn(u16) -> [u8; 2], mark: [u8; 2]) -> Vec<u8> {
    [mark.to_vec(), text.encode_utf16().flat_map(unit).collect()].concat()
}

#[test]
fn every_encoding_reads_the_same() {
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(TEXT);
    let files = [
        (Encoding::Utf8, TEXT.as_bytes().to_vec()),
        (Encoding::Utf8Bom, format!("\u{FEFF}{TEXT}").into_bytes()),
        (Encoding::Cp932, cp932.into_owned()),
        (Encoding::Utf16Le, wide(TEXT, u16::to_le_bytes, [0xFF, 0xFE])),
        (Encoding::Utf16Be, wide(TEXT, u16::to_be_bytes, [0xFE, 0xFF])),
    ];
    for (encoding, bytes) in files {
        let workbook = read("dir/令和6年度.csv", &bytes).unwrap();
        assert_eq!(workbook.encoding, Some(encoding));
        assert_eq!(workbook.sheets[0].name, "令和6年度");
        let rows = shown(&workbook.sheets[0]);
        assert_eq!(rows, ["氏名|住所", "髙橋 一郎|横浜市～①\n2丁目, \"B\""], "{encoding:?}");
    }
}

#[test]
fn delimiters_are_found() {
    let tabs = csv_sheet("氏名\t住所\t備考\n甲\t1,2\t;\n乙\t3,4\t;\n");
    assert_eq!(shown(&tabs), ["氏名|住所|備考", "甲|1,2|;", "乙|3,4|;"]);
    assert_eq!(shown(&csv_sheet("a;b\n1,5;2\n")), ["a|b", "1,5|2"]);
    assert_eq!(shown(&csv_sheet("表題\n\na,b\n1,2\n"))[3], "1|2");
    assert_eq!(shown(&csv_sheet("一列だけ\n甲\n")), ["一列だけ", "甲"]);
}

#[test]
fn row_numbers_are_those_of_the_spreadsheet() {
    let sheet = csv_sheet("a,b\n\n\"x\ny\",1\r2,3,,\n,,\n\n");
    assert_eq!(shown(&sheet), ["a|b", "", "x\ny|1", "2|3"]);
}

#[test]
fn texts_stay_texts() {
    let sheet = csv_sheet("0012,=\"007\",'=A1,　東京　,'姓\n");
    assert_eq!(shown(&sheet), ["0012|007|=A1|東京|'姓"]);
    assert!(sheet.rows[0].iter().all(|cell| cell.kind == CellKind::Text));
}

#[test]
fn unreadable_bytes_are_reported_by_place() {
    let mut utf8 = "氏名,住所\r\n山田太郎,横浜市".as_bytes().to_vec();
    utf8.extend(b"\xFF\r\n");
    let at = |row, column: &str| vec![Place { row, column: column.to_owned() }];
    let refusal = read("a.csv", &utf8).unwrap_err();
    assert_eq!(refusal, Refusal::Undecodable(Encoding::Utf8, at(2, "B")));
    assert!(refusal.to_string().contains("2行目B列"), "{refusal}");
    let cp932 = b"a,b\r\n\x8E\x52\x93\x63,c\r\n\x85\x81,\x8E\x52\r\n".to_vec();
    let undecodable = Refusal::Undecodable(Encoding::Cp932, at(3, "A"));
    assert_eq!(read("a.csv", &cp932), Err(undecodable));
}

#[test]
fn what_is_no_csv_is_refused() {
    let other = |what| Err(Refusal::NotASpreadsheet(what));
    assert_eq!(read("a.csv", b""), Err(Refusal::Empty));
    assert_eq!(read("a.csv", b"\xEF\xBB\xBF \r\n,,\r\n"), Err(Refusal::Empty));
    assert_eq!(read("a.csv", b"%PDF-1.7\n..."), other(Lookalike::Pdf));
    assert_eq!(read("a.csv", b"\x89PNG\r\n"), other(Lookalike::Image));
    assert_eq!(read("a.csv", b"a,b\0\x01"), other(Lookalike::Unknown));
    assert!(matches!(read("a.xls", b"<HTML><table>"), Err(Refusal::OtherFormat(_))));
    assert_eq!(read("a.csv", b"a,b\n1,\"x\n"), Err(Refusal::UnclosedQuote(2)));
}

#[test]
fn each_limit_refuses_just_above_it() {
    let text = b"a,b\n1,2\n3,4\n";
    let exact = Limits { file_bytes: 12, rows: 3, columns: 2, cells: 6, ..Limits::default() };
    assert!(open("a.csv", text, &exact).is_ok());
    let cases = [
        (Limits { file_bytes: 11, ..exact.clone() }, Limit::FileBytes, 11),
        (Limits { rows: 2, ..exact.clone() }, Limit::Rows, 2),
        (Limits { columns: 1, ..exact.clone() }, Limit::Columns, 1),
        (Limits { cells: 5, ..exact.clone() }, Limit::Cells, 5),
    ];
    for (limits, limit, max) in cases {
        assert_eq!(open("a.csv", text, &limits), Err(Refusal::TooLarge(limit, max)));
    }
}

#[test]
fn line_breaks_and_semicolons_in_cells_do_not_change_the_delimiter() {
    let sheet =
        csv_sheet("氏名,かな,メモ\n\";\", ,\";\r;\"\n\"\"\"\",\";\r;\",0\n0,\";\n\",\"x;\n;\"\n");
    assert_eq!(sheet.rows.len(), 4);
    assert_eq!(sheet.rows[1][2].text, ";\n;");
}

#[test]
fn a_text_too_long_for_a_header_is_none() {
    // Nothing comes back: it was not normalised.
    assert_eq!(sheets::normalise_header(&"氏名".repeat(1_000_000)), "");
    assert_eq!(sheets::normalise_header("※ 氏名（必須）"), "氏名");
}

#[test]
fn a_cell_longer_than_any_is_refused() {
    let file = |n: usize| format!("a,b\n1,{}\n", "長".repeat(n));
    assert!(read("a.csv", file(32_767).as_bytes()).is_ok());
    let refused = read("a.csv", file(32_768).as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("1つのセル"), "{refused}");
    let quoted = format!("a,b\n\"{}\"\n", "x\n".repeat(20_000));
    assert!(matches!(
        read("a.csv", quoted.as_bytes()),
        Err(Refusal::TooLarge(Limit::CellChars, _))
    ));
}
