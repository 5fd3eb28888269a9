//! Small files that would become large: in each, little that is written makes the reader build
//! much.

use super::Family;
use super::book::{Book, SHEET, STRINGS, STYLES, WORKBOOK};

/// As many rows as are taken, or fewer.
const ROWS: [usize; 3] = [2_000, 30_000, 99_000];
/// As many characters as are taken in one cell.
const CELL: usize = 32_767;

pub(crate) const FAMILIES: &[Family] = &[
    ("few cells under wide headers", "csv", |m, d| {
        let column = d.roll(m.headers.len());
        let row = format!("{}x\r\n", ",".repeat(column));
        format!("{}\r\n{}", m.headers.join(","), row.repeat(d.pick(&ROWS))).into_bytes()
    }),
    ("dittos of a long text", "csv", |m, d| {
        let row = vec!["長".repeat(CELL - d.roll(9)); m.headers.len()].join(",");
        let dittos = vec!["〃"; m.headers.len()].join(",");
        let (heads, dittos) = (m.headers.join(","), format!("{dittos}\r\n"));
        format!("{heads}\r\n{row}\r\n{}", dittos.repeat(d.pick(&[20, 2_000, 18_000]))).into_bytes()
    }),
    ("lists without end", "csv", |m, d| {
        let list: Vec<String> = (0..d.pick(&[90, 900, 5_000])).map(|n| format!("{n:X}")).collect();
        let row = vec![format!("\"{}\"", list.join("、")); m.headers.len()].join(",");
        let rows = format!("{row}\r\n").repeat(1 + d.roll(20));
        format!("{}\r\n{rows}", m.headers.join(",")).into_bytes()
    }),
    ("rows that are passed over", "csv", |m, d| {
        let row = d.pick(&["合計,9\r\n", "※注記\r\n", "記入例,x\r\n"]);
        let good = format!("{}\r\n{}\r\n", m.headers.join(","), m.row.join(","));
        format!("{good}{}{}", row.repeat(d.pick(&ROWS)), m.row.join(",")).into_bytes()
    }),
    ("room for strings that are not there", "xlsx", |m, d| {
        let n = d.pick(&["4294967295", "9223372036854775807", "99999999999", "768614336404564650"]);
        Book::of(m).swap(STRINGS, "<sst ", &format!("<sst uniqueCount=\"{n}\" ")).packed()
    }),
    ("strings without end", "xlsx", |m, d| {
        let strings: String = (0..d.pick(&[90_000, 900_000]))
            .map(|n| format!("<si><t>{:x}</t></si>", n * 7_919_u64 % 99_991))
            .collect();
        Book::of(m).swap(STRINGS, "</sst>", &format!("{strings}</sst>")).packed()
    }),
    ("one part in many tabs", "xlsx", |m, d| {
        let tabs: String = (0..d.pick(&[20, 200, 990]))
            .map(|n| format!("<sheet name=\"{n}\" sheetId=\"{n}\" r:id=\"rId1\"/>"))
            .collect();
        let rows: String = (9..400_000).map(|n| format!("<row r=\"{n}\"/>")).collect();
        let book = Book::of(m).swap(WORKBOOK, "<sheets>", &format!("<sheets>{tabs}"));
        book.swap(SHEET, "</sheetData>", &format!("{rows}</sheetData>")).packed()
    }),
    ("a long path in many tabs", "xlsx", |m, d| {
        let tabs: String = (0..d.pick(&[900, 90_000]))
            .map(|n| format!("<sheet name=\"{n}\" sheetId=\"{n}\" r:id=\"rId1\"/>"))
            .collect();
        let path = format!("worksheets/{}sheet1.xml", "./".repeat(d.pick(&[1_000, 90_000])));
        let book = Book::of(m).swap(WORKBOOK, "<sheets>", &format!("<sheets>{tabs}"));
        book.swap("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", &path).packed()
    }),
    ("a tab with a long name", "xlsx", |m, d| {
        let name = "長".repeat(d.pick(&[40, 90_000]));
        let rows = "<row><c t=\"inlineStr\"><is><t>x</t></is></c></row>".repeat(20_000);
        let book = Book::of(m).swap(WORKBOOK, "name=\"表\"", &format!("name=\"{name}\""));
        book.swap(SHEET, "</sheetData>", &format!("{rows}</sheetData>")).packed()
    }),
    ("a font with a long name", "xlsx", |m, d| {
        let name = "長".repeat(d.pick(&[40, 9_000]));
        let fonts = format!("<fonts><font><name val=\"{name}\"/></font></fonts>");
        let many = "<xf numFmtId=\"0\" fontId=\"0\"/>".repeat(d.pick(&[9_000, 60_000]));
        Book::of(m).swap(STYLES, "<cellXfs>", &format!("{fonts}<cellXfs>{many}")).packed()
    }),
    ("a string of many pieces", "xlsx", |m, d| {
        let piece = format!("<r><t>{}</t></r>", "長".repeat(30_000));
        let pieces = piece.repeat(d.pick(&[2, 40, 400]));
        Book::of(m).swap(STRINGS, "<t>", &format!("<t>x</t>{pieces}<t>")).packed()
    }),
    ("every cell there may be", "xlsx", |m, d| {
        let (wide, n) = (m.headers.len(), d.pick(&[20_000, 490_000]));
        let cell = |n: usize| format!("<c t=\"inlineStr\"><is><t>{:x}</t></is></c>", n * 7919);
        let rows: String = (0..n / wide)
            .map(|row| (0..wide).map(|c| cell(row * wide + c)).collect::<String>())
            .map(|cells| format!("<row>{cells}</row>"))
            .collect();
        Book::of(m).swap(SHEET, "</sheetData>", &format!("{rows}</sheetData>")).packed()
    }),
];
