//! Microseconds of one mint and one verification, with criterion's statistics.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use benches::{Case, Sample};

fn bench(criterion: &mut Criterion, group: &str, cases: Vec<Case>) {
    let mut group = criterion.benchmark_group(group);
    for case in cases {
        let mut i = 0;
        group.throughput(Throughput::Elements(case.tokens as u64));
        group.bench_function(case.name, |bencher| {
            bencher.iter(|| {
                i += case.tokens;
                (case.call)(i);
            });
        });
    }
    group.finish();
}

fn tokens(criterion: &mut Criterion) {
    let sample = Sample::new();
    bench(criterion, "mint", sample.minting());
    bench(criterion, "verify", sample.verifying());
}

criterion_group!(benches, tokens);
criterion_main!(benches);
