//! The files of these tests: as a layout describes them, as wards have them, and hostile ones.

use kakehashi::imports::Layout;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sheets::Encoding;

/// The layout's samples as one row, with some cells changed.
pub fn sample(layout: &Layout, cells: &[(&str, &str)]) -> Vec<String> {
    let text = |key: &str, sample: &str| {
        let other = cells.iter().find(|(k, _)| *k == key);
        other.map_or_else(|| sample.to_owned(), |(_, text)| (*text).to_owned())
    };
    layout.columns.iter().map(|c| text(&c.key, &c.sample)).collect()
}

pub fn csv_as(layout: &Layout, rows: &[Vec<String>], encoding: Encoding) -> Vec<u8> {
    let header = layout.template().into_iter().map(str::to_owned).collect::<Vec<_>>();
    sheets::write_csv(std::iter::once(&header).chain(rows), encoding).unwrap()
}

pub fn csv(layout: &Layout, rows: &[Vec<String>]) -> Vec<u8> {
    csv_as(layout, rows, Encoding::Utf8Bom)
}

/// Two months on two sheets with titles, a merged heading, dittos, a total and a note; a third
/// sheet that is no list; dates as dates, as text in an era and with the time in a cell of its own.
pub fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let (day, time) =
        (Format::new().set_num_format("yyyy/m/d"), Format::new().set_num_format("h:mm"));
    let plain = Format::new();
    let heads = ["相談日", "時刻", "種別", "属性", "氏名等", "方法", "地域", "相談内容", "備考"];
    let april = book.add_worksheet();
    april.set_name("4月").unwrap();
    april.merge_range(0, 0, 0, 8, "令和６年度　相談受付簿", &plain).unwrap();
    april.merge_range(2, 0, 2, 1, "受付", &plain).unwrap();
    april.merge_range(2, 3, 2, 4, "相談者", &plain).unwrap();
    for (n, head) in heads.iter().enumerate() {
        april.write(3, n as u16, *head).unwrap();
    }
    let first = ExcelDateTime::from_ymd(2024, 4, 1).unwrap();
    april.write_with_format(4, 0, &first, &day).unwrap();
    april.write(5, 0, "Ｒ６．４．２").unwrap();
    april.write_with_format(5, 1, ExcelDateTime::from_hms(9, 5, 0).unwrap(), &time).unwrap();
    april.write(6, 0, "〃").unwrap();
    april.write(6, 1, "同上").unwrap();
    for (row, who) in [(4, "家族"), (5, "同上"), (6, "自治体")] {
        for (column, text) in
            [(2, "個別支援"), (3, who), (5, "電話"), (6, "多摩"), (7, "訪問看護について")]
        {
            april.write(row, column, text).unwrap();
        }
    }
    april.write(7, 0, "合計").unwrap();
    april.write(7, 3, 3).unwrap();
    april.write(8, 0, "※電話は折り返しを含む").unwrap();
    let may = book.add_worksheet();
    may.set_name("5月").unwrap();
    let row = ["令和六年五月七日", "", "地域支援", "家族", "", "来所", "区部", "研修について", ""];
    for (n, (head, text)) in heads.iter().zip(row).enumerate() {
        may.write(0, n as u16, *head).unwrap();
        may.write(1, n as u16, text).unwrap();
    }
    let sums = book.add_worksheet();
    sums.set_name("集計").unwrap();
    sums.write(0, 0, "月").unwrap();
    sums.write(0, 1, "件数").unwrap();
    book.save_to_buffer().unwrap()
}

pub fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let bomb = {
        use std::io::Write;
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("[Content_Types].xml", options).unwrap();
        zip.start_file("xl/workbook.xml", options).unwrap();
        zip.start_file("xl/worksheets/sheet1.xml", options).unwrap();
        zip.write_all(&vec![b' '; 200 << 20]).unwrap();
        zip.finish().unwrap().into_inner()
    };
    vec![
        ("bomb.xlsx", bomb, "上限"),
        ("old.xls", [&[0xD0, 0xCF, 0x11, 0xE0][..], &[0; 600]].concat(), "古いExcel"),
        ("a.pdf", b"%PDF-1.7 ...".to_vec(), "表計算のファイルではありません"),
        ("a.csv", b"x,y\r\n1,2\r\n".to_vec(), "見出し"),
        ("a.csv", "相談日,相談内容\r\nR6.4.1,a\r\n".into(), "支援の種別"),
        ("empty.csv", vec![], "選んでください"),
    ]
}
