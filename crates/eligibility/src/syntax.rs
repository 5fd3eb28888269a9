//! CEL's own parser, with positions in lines and letters.

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::parser::Parser;

use crate::error::{Error, Mistake};

/// A condition as CEL reads it.
pub(crate) struct Parsed<'a> {
    pub root: IdedExpr,
    text: &'a str,
    info: SourceInfo,
}

impl<'a> Parsed<'a> {
    pub fn read(text: &'a str) -> Result<Self, Error> {
        match Parser::new().parse_with_source_info(text) {
            Ok((root, info)) => Ok(Self { root, text, info }),
            Err(errors) => {
                let (line, column) = errors.errors.first().map_or((1, 1), |e| e.pos);
                let place = |n: isize| usize::try_from(n).unwrap_or(1).max(1);
                Err(Error { line: place(line), column: place(column), mistake: Mistake::Syntax })
            }
        }
    }

    /// The mistake at a node; of an operation CEL knows the place of the operator.
    pub fn error(&self, node: &IdedExpr, mistake: Mistake) -> Error {
        let start = self.info.offset_for(node.id).map_or(0, |(start, _)| start as usize);
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Error { line, column, mistake }
    }
}
