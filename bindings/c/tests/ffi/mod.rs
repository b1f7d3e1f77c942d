//! The header again for those who read declarations without a preprocessor: FFI of PHP, cffi and `LuaJIT`.

const ABOUT: &str = "\
/*
 * ivs_token_ffi.h: what ivs_token.h declares, without a preprocessor, macros and attributes, for foreign function interfaces that
 * read C: PHP's FFI::cdef, cffi, LuaJIT's ffi.cdef. What each function does stands in ivs_token.h. IVS_NOW, which fits into no enum,
 * is -9223372036854775808.
 */
";

/// The declarations of a header: structs, the numbers of all constants, functions.
pub(crate) fn declarations(header: &str) -> String {
    let source = without_comments(header);
    let mut out = ABOUT.to_owned();
    let (constants, rest) = without_directives(&source);
    out.push_str("\nenum ivs_constant {\n");
    for (name, value) in constants {
        out.extend(["  ", name, " = ", &value, ",\n"]);
    }
    out.push_str("};\n\n");
    for line in rest.lines().map(|line| line.trim_end().replace("IVS_MUST_USE ", "")) {
        if !line.is_empty() && line != "IVS_MUST_USE" {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.lines()
        .map(|line| line.split_once("//").map_or(line, |(before, _)| before))
        .fold(String::new(), |all, line| all + line + "\n")
}

/// The constants that are whole numbers, and what a compiler of C11 reads of the rest.
fn without_directives(source: &str) -> (Vec<(&str, String)>, String) {
    let (mut constants, mut rest) = (Vec::new(), String::new());
    // Whether each `#if` around a line lets it through.
    let mut open: Vec<bool> = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let is_open = open.iter().all(|open| *open);
        let Some(directive) = line.trim_start().strip_prefix('#') else {
            if is_open {
                rest.push_str(line);
                rest.push('\n');
            }
            continue;
        };
        match directive.split_once(' ').unwrap_or((directive, "")) {
            ("ifndef", _) => open.push(true),
            // All conditions ask for C++ or for C23, of which C11 is neither.
            ("if" | "ifdef", _) => open.push(false),
            ("else", _) => {
                if let Some(last) = open.last_mut() {
                    *last = !*last;
                }
            }
            ("endif", _) => {
                open.pop();
            }
            ("define", define) if is_open => {
                if let Some((name, value)) = define.split_once(' ')
                    && let Some(number) = number(value)
                {
                    constants.push((name, number));
                }
                let mut line = line;
                while line.ends_with('\\') {
                    line = lines.next().unwrap_or_default();
                }
            }
            // An include, or what belongs to a macro alone.
            _ => {}
        }
    }
    (constants, rest)
}

/// A number, or a product and a sum of numbers, as cbindgen writes one.
fn number(value: &str) -> Option<String> {
    let allowed = |character: char| character.is_ascii_digit() || "()+* ".contains(character);
    (value.chars().all(allowed) && value.contains(|character: char| character.is_ascii_digit()))
        .then(|| evaluated(value).map(|number| number.to_string()))
        .flatten()
}

/// A sum of products; parentheses around a product or a sum change nothing where they stand.
fn evaluated(value: &str) -> Option<u64> {
    let flat: String = value.chars().filter(|character| !"() ".contains(*character)).collect();
    flat.split('+')
        .map(|product| product.split('*').map(|factor| factor.parse::<u64>().ok()).product::<Option<u64>>())
        .sum()
}
