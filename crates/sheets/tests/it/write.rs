use crate::{read, shown};
use sheets::{Encoding, neutralise, write_csv};

#[test]
fn formulas_are_neutralised_and_numbers_are_not() {
    let dangerous = ["=A1", "+1+2", "-A1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-1-2", "+81-90"];
    for text in dangerous {
        assert_eq!(neutralise(text), format!("'{text}"));
    }
    for text in ["-12", "-1,234.5", "+3", "-", "090-1234", "氏名", "", "1=1"] {
        assert_eq!(neutralise(text), text);
    }
}

#[test]
fn csv_is_written_as_excel_expects_it() {
    let written = write_csv([["氏名", "a\"b,c"], ["=1", " x"]], Encoding::Utf8Bom).unwrap();
    assert_eq!(written, "\u{FEFF}氏名,\"a\"\"b,c\"\r\n'=1,\" x\"\r\n".as_bytes());
    let (expected, _, _) = encoding_rs::SHIFT_JIS.encode("～－①髙\r\n");
    assert_eq!(write_csv([["〜−①髙"]], Encoding::Cp932).unwrap(), expected.as_ref());
}

#[test]
fn characters_the_encoding_lacks_are_reported_not_replaced() {
    let rows = [["氏名", "住所"], ["𠮷田", "葛󠄀城"], ["\u{E000}", "가"]];
    let missing = write_csv(rows, Encoding::Cp932).unwrap_err();
    let places: Vec<_> = missing.iter().map(|u| (u.row, u.column.as_str(), u.character)).collect();
    let expected = [(2, "A", '𠮷'), (2, "B", '\u{E0100}'), (3, "A", '\u{E000}'), (3, "B", '가')];
    assert_eq!(places, expected);
    assert!(missing[0].to_string().starts_with("2行目A列の「𠮷」（U+20BB7）"));
    assert!(write_csv(rows, Encoding::Utf8Bom).is_ok());
}

#[test]
fn what_is_written_reads_back() {
    let rows = [["氏名", "備考"], ["髙橋", "=1+1"], ["改\n行", "-5"], ["'引用", "a;b\tc"]];
    let all =
        [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Cp932, Encoding::Utf16Le, Encoding::Utf16Be];
    for encoding in all {
        let workbook = read("a.csv", &write_csv(rows, encoding).unwrap()).unwrap();
        assert_eq!(workbook.encoding, Some(encoding));
        assert_eq!(shown(&workbook.sheets[0]), rows.map(|row| row.join("|")));
    }
}
