//! `SECURITY.md`: each threat names tests, and they are there.

use conformance::workspace;

#[test]
fn every_threat_has_tests_that_exist() {
    let page = std::fs::read_to_string(workspace().join("SECURITY.md")).unwrap();
    let (_, table) = page.split_once("| Threat | Defence | Tests |\n|---|---|---|\n").unwrap();
    let rows: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 13, "{}", rows.len());
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit_once(" | ").unwrap().1;
        let mut source = None;
        let mut names = 0;
        // A file, and after it the names of tests in it.
        for name in tests.split('`').skip(1).step_by(2) {
            if name.contains('.') {
                let path = workspace().join(name);
                source =
                    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}")));
                continue;
            }
            let source = source.as_ref().unwrap_or_else(|| panic!("{name} has no file before it"));
            let is_there =
                ["fn", "def", "static void"].iter().any(|word| source.contains(&format!("{word} {name}(")));
            assert!(is_there, "there is no test {name}, which SECURITY.md names");
            names += 1;
        }
        assert!(names > 0, "no test is named in: {row}");
    }
}
