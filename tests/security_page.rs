//! `SECURITY.md`: each threat names tests, and each of them is there and is run.

use conformance::workspace;

#[test]
fn every_threat_has_tests_that_exist() {
    let page = read("SECURITY.md");
    let (_, table) = page.split_once("| Threat | Defence | Tests |\n|---|---|---|\n").unwrap();
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 13, "{}", rows.len());
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit_once(" | ").unwrap().1;
        let mut file = None;
        let mut names = 0;
        // A file, and after it the names of tests in it.
        for name in tests.split('`').skip(1).step_by(2) {
            if name.contains('.') {
                file = Some((name, read(name)));
                continue;
            }
            let (path, source) = file.as_ref().unwrap_or_else(|| panic!("{name} has no file before it"));
            assert!(
                is_test(path, source, name),
                "there is no test {name} in {path}, which SECURITY.md names"
            );
            names += 1;
        }
        assert!(names > 0, "no test is named in: {row}");
    }
}

/// Whether a test of this name is in the file, and is run: what a test is depends on the language.
fn is_test(path: &str, source: &str, name: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap();
    let (module, language) = file.rsplit_once('.').unwrap();
    match language {
        "py" => name.starts_with("test_") && source.contains(&format!("\ndef {name}(")),
        "c" => {
            source.contains(&format!("\nstatic void {name}(void) {{"))
                && source.contains(&format!("\n    {name}();"))
        }
        _ => {
            // A file of tests beside others is one of the modules of their program.
            let program = ["all.rs", "main.rs"].map(|name| format!("{folder}/{name}"));
            let is_here = |program: &&String| folder.contains("tests") && workspace().join(program).exists();
            let program = program.iter().find(is_here);
            let is_own_program = || read("tests/Cargo.toml").contains(&format!("\npath = \"{file}\"\n"));
            let is_compiled = program.is_none_or(|program| {
                read(program).lines().any(|line| line == format!("mod {module};")) || is_own_program()
            });
            is_compiled && is_rust_test(source, name)
        }
    }
}

/// Whether `#[test]` stands above the function, among other attributes and what is said of it; and not `#[ignore]`.
fn is_rust_test(source: &str, name: &str) -> bool {
    let Some((before, _)) = source.split_once(&format!("fn {name}(")) else { return false };
    let above: Vec<&str> = before.lines().map(str::trim).rev().skip_while(|line| line.is_empty()).collect();
    let above = || above.iter().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    above().any(|line| *line == "#[test]") && !above().any(|line| line.starts_with("#[ignore"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn what_is_no_test_is_not_taken_for_one() {
    let source = "#[test]\nfn one() {}\n\nfn two() {}\n\n/// Said.\n#[test]\n#[ignore = \"slow\"]\nfn three() {}\n\n    #[test]\n    /// Said.\n    fn four(x in 0..1) {}\n";
    let found = ["one", "two", "three", "four", "five"].map(|name| is_rust_test(source, name));
    assert_eq!(found, [true, false, false, true, false]);
    assert!(is_test("tests/hostile.rs", source, "one") && !is_test("tests/no_module.rs", source, "one"));
    assert!(is_test("x/y.py", "\ndef test_a(b):", "test_a") && !is_test("x/y.py", "\ndef a(b):", "a"));
    let called = "\nstatic void a(void) {\n}\n    a();\n";
    assert!(is_test("x/y.c", called, "a") && !is_test("x/y.c", &called.replace("a();", ""), "a"));
}
