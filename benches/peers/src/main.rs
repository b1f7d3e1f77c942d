//! One peer a process: mints and verifies when it is told to, and says how much time of the processor that took.
//!
//! `bench-peers sample FOLDER` writes a key, claims and tokens; `bench-peers PEER FOLDER` answers one line for each that it
//! reads: see the protocol in `benches/README.md`. `benches/run.py` runs them. `bench-peers counted mint` and `bench-peers counted verify`
//! are for `benches/instructions.py`.

mod clock;
#[cfg(feature = "model")]
mod counted;
mod files;
mod jwt;
mod measure;
#[cfg(feature = "peers")]
mod others;
mod ours;
mod raw;

use std::error::Error;
use std::io::{Write as _, stdin, stdout};
use std::path::Path;

use files::Files;
use measure::{Measure, Peer};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, folder] = arguments.as_slice() else {
        return Err("bench-peers PEER FOLDER, or bench-peers sample FOLDER".into());
    };
    #[cfg(feature = "model")]
    if name == "counted" {
        return counted::run(folder);
    }
    let folder = Path::new(folder);
    if name == "sample" {
        return Ok(benches::Sample::new().write(folder)?);
    }
    serve(peer(name, folder)?)
}

fn peer(name: &str, folder: &Path) -> Result<Peer, Box<dyn Error>> {
    if name == "ours" {
        return ours::peer();
    }
    let files = Files::read(folder)?;
    match name {
        "aws-lc-rs" => raw::aws_lc_rs(&files),
        "jsonwebtoken" => jwt::with_aws_lc_rs(&files),
        #[cfg(feature = "peers")]
        "ring" => raw::ring(&files),
        #[cfg(feature = "peers")]
        "p384" => raw::p384(&files),
        #[cfg(feature = "peers")]
        "graviola" => raw::graviola(&files),
        #[cfg(feature = "peers")]
        "jsonwebtoken-rust-crypto" => jwt::with_rust_crypto(&files),
        #[cfg(feature = "peers")]
        "jwt-simple" => others::jwt_simple(&files),
        #[cfg(feature = "peers")]
        "josekit" => others::josekit(&files),
        _ => Err(format!("{name} is no peer of this build").into()),
    }
}

/// Says what can be measured, and then does so for each line `PLACE CALLS`.
fn serve(peer: Peer) -> Result<(), Box<dyn Error>> {
    let measures: Vec<_> = peer
        .measures
        .iter()
        .map(|measure| json!({ "what": measure.what, "how": measure.how, "batch": measure.batch }))
        .collect();
    let mut head = json!({ "measures": measures });
    for (name, value) in peer.facts {
        head[name] = value.into();
    }
    println!("{head}");
    for line in stdin().lines() {
        let line = line?;
        let (place, calls) = line.split_once(' ').ok_or("PLACE CALLS")?;
        let measure = peer.measures.get(place.parse::<usize>()?).ok_or("there is no such measure")?;
        let calls: usize = calls.parse()?;
        println!("{}", turn(measure, calls));
        stdout().flush()?;
    }
    Ok(())
}

/// Nanoseconds for so many calls.
#[inline(never)]
fn turn(measure: &Measure, calls: usize) -> i64 {
    let begun = clock::nanos();
    for call in 0..calls {
        (measure.call)(call);
    }
    clock::nanos() - begun
}
